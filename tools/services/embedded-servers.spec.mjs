// @ts-check
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Redis } from 'ioredis';
import { createConnection } from 'mongoose';
import { startServices } from './index.mjs';
import { endAllOwned } from './system/owned-process.mjs';
import { startTimeOf } from './system/process-identity.mjs';
import { until } from './system/until.mjs';
import { environmentWithoutServers } from './testing/environment.mjs';

/*
 * The real embedded pair and the real embedded Redis, whatever this machine has on PATH or could fetch. They come
 * from the user's cache folder, or are made there first.
 */

const TIMEOUT_MS = 30_000;
const dataDir = mkdtempSync(path.join(tmpdir(), 'embedded-spec-'));
/** @type {string[]} */
const lines = [];

function start() {
  return startServices({ dataDir, env: environmentWithoutServers(), log: (line) => lines.push(line) });
}

/** @param {import('./index.mjs').Services} services */
const socketOf = ({ mongodbUri }) => decodeURIComponent(mongodbUri.replace('mongodb://', ''));

/** @param {string} pattern of the command line of a program that the services of this test run */
function pidsOf(pattern) {
  const table = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' });
  const found = table.split('\n').filter((line) => new RegExp(pattern).test(line) && !/bwrap/.test(line));
  return found.map((line) => Number(line.trim().split(' ')[0]));
}

/**
 * @param {number} pid
 * @returns {string[]} the TCP sockets that it listens on
 */
function listeningSockets(pid) {
  const tables = ['tcp', 'tcp6'].map((name) => readFileSync(`/proc/${pid}/net/${name}`, 'utf8'));
  const rows = tables
    .flatMap((table) => table.trim().split('\n').slice(1))
    .map((row) => row.trim().split(/\s+/));
  const listening = new Set(rows.filter((row) => row[3] === '0A').map((row) => `socket:[${row[9]}]`));
  const files = readdirSync(`/proc/${pid}/fd`).map((name) => readlinkSync(`/proc/${pid}/fd/${name}`));
  return files.filter((file) => listening.has(file));
}

describe('the embedded servers', () => {
  /** @type {import('./index.mjs').Services} */
  let services;
  /** @type {import('mongoose').Connection} */
  let database;
  /** @type {Redis} */
  let redis;

  async function connect() {
    database = await createConnection(services.mongodbUri, { dbName: 'spec' }).asPromise();
    redis = new Redis(services.redisUrl);
    // It tries again by itself, which is what these tests wait for.
    redis.on('error', () => {});
  }

  async function disconnect() {
    redis.disconnect();
    await database.close();
  }

  const ferretdbPattern = () => `/ferretdb .*-socket ${socketOf(services)} `;
  const members = () => database.collection('members');
  const answers = () =>
    members()
      .countDocuments()
      .then(() => true)
      .catch(() => false);

  before(async () => {
    services = await start();
    await connect();
  });

  after(async () => {
    await disconnect();
    await services.stop();
    await endAllOwned();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('are PostgreSQL with DocumentDB behind FerretDB, and Redis', () => {
    assert.match(services.describe.join('\n'), /embedded PostgreSQL 18 with DocumentDB.*\n.*embedded Redis/);
  });

  it('can be reached by this user only', async () => {
    const database = [...pidsOf(ferretdbPattern()), ...pidsOf('/postgres -D /data/cluster').filter(isOurs)];
    assert.equal(database.length, 2);
    assert.deepEqual(database.flatMap(listeningSockets), [], 'no part of the database listens on a port');
    const [redisPid] = pidsOf(`redis-server 127.0.0.1:${new URL(services.redisUrl).port}`);
    assert.equal(listeningSockets(redisPid).length, 1, 'which can be told');
    assert.equal(statSync(path.dirname(socketOf(services))).mode & 0o777, 0o700);
    const stranger = new Redis(Number(new URL(services.redisUrl).port), { retryStrategy: () => null });
    stranger.on('error', () => {});
    await assert.rejects(stranger.get('spec:kept'), /NOAUTH/);
    stranger.disconnect();
  });

  it('keep what was written when they are ended and started again', async () => {
    await members().createIndex({ email: 1 }, { unique: true });
    await members().insertMany([{ email: 'a@example.com' }, { email: 'b@example.com' }]);
    await redis.set('spec:kept', 'yes');
    await disconnect();
    await services.stop();
    services = await start();
    await connect();
    assert.equal(await members().countDocuments(), 2);
    assert.equal(await redis.get('spec:kept'), 'yes');
    await assert.rejects(members().insertOne({ email: 'a@example.com' }), { code: 11000 });
  });

  it('let one of fifty racing conditional updates win', async () => {
    const claims = database.collection('claims');
    const { insertedId } = await claims.insertOne({ holder: null });
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, holder) =>
        claims.updateOne({ _id: insertedId, holder: null }, { $set: { holder } }),
      ),
    );
    assert.equal(results.filter((result) => result.modifiedCount === 1).length, 1);
  });

  for (const { name, pattern } of [
    { name: 'PostgreSQL', pattern: () => `^ *\\d+ /usr/lib/postgresql/18/bin/postgres -D /data/cluster` },
    {
      name: 'FerretDB',
      pattern: () => ferretdbPattern(),
    },
  ]) {
    it(`come back, both, with every write that was answered, when ${name} is killed`, async () => {
      const ferretdb = pidsOf(ferretdbPattern());
      const ours = pidsOf(pattern()).filter((pid) => name === 'FerretDB' || isOurs(pid));
      assert.equal(ours.length, 1);
      await members().insertOne({ email: `${name}@example.com` });
      const seen = lines.length;
      process.kill(ours[0], 'SIGKILL');
      assert.ok(await until(() => lines.slice(seen).includes('The database runs again.'), TIMEOUT_MS));
      assert.ok(await until(answers, TIMEOUT_MS));
      assert.equal(await members().countDocuments({ email: `${name}@example.com` }), 1);
      assert.equal(startTimeOf(ferretdb[0]), null, 'FerretDB is started again together with PostgreSQL');
    });
  }

  it('bring Redis back with what it held when it is killed', async () => {
    const port = new URL(services.redisUrl).port;
    await redis.set('spec:before', 'the kill');
    const [pid] = pidsOf(`redis-server 127.0.0.1:${port}`);
    process.kill(pid, 'SIGKILL');
    assert.ok(await until(() => lines.includes('Redis runs again.'), TIMEOUT_MS));
    assert.equal(await redis.get('spec:before'), 'the kill');
  });

  it('write no document and no query into their logs', async () => {
    await assert.rejects(members().insertOne({ email: 'a@example.com' }));
    await assert.rejects(
      members().updateOne({ email: 'a@example.com' }, { $nonsense: { name: 'Ann Example' } }),
    );
    const logDir = path.join(dataDir, 'logs');
    const logs = readdirSync(logDir).map((file) => readFileSync(path.join(logDir, file), 'utf8'));
    assert.doesNotMatch(logs.join('\n'), /example\.com|Ann Example/);
  });

  /**
   * Other systems on this machine have a PostgreSQL with the very same command line.
   *
   * @param {number} pid
   */
  function isOurs(pid) {
    const parent = execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return readFileSync(`/proc/${parent}/cmdline`, 'utf8').includes(dataDir);
  }
});
