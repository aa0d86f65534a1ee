// @ts-check
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { execFileSync } from 'node:child_process';
import { startServices } from './index.mjs';
import { startTimeOf } from './system/process-identity.mjs';
import { findFreePort } from './system/ports.mjs';
import { Problem } from './system/problem.mjs';
import { until } from './system/until.mjs';
import { UNREACHABLE } from './testing/environment.mjs';
import { makeFakeServers } from './testing/fake-servers.mjs';

const scratch = mkdtempSync(path.join(tmpdir(), 'services-spec-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

let count = 0;
const newFolder = () => path.join(scratch, String((count += 1)));

/** Nothing but what a test put there, and the shell's own tools. */
const pathOf = (/** @type {string[]} */ ...folders) => [...folders, '/usr/bin', '/bin'].join(path.delimiter);

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {Partial<import('./index.mjs').ServiceOptions>} [options]
 */
async function start(env, options = {}) {
  /** @type {string[]} */
  const lines = [];
  const dataDir = options.dataDir ?? newFolder();
  const services = await startServices({
    dataDir,
    cacheDir: newFolder(),
    env: { MONGOMS_DOWNLOAD_MIRROR: UNREACHABLE, ...env },
    log: (line) => lines.push(line),
    ...options,
  });
  return { services, lines, dataDir };
}

/** @param {string} file */
const readArguments = (file) => /** @type {string[]} */ (JSON.parse(readFileSync(file, 'utf8')));

describe('the order of servers', () => {
  it('takes mongod and redis-server from PATH, on this machine only, with data in the data folder', async () => {
    const bin = makeFakeServers(newFolder(), ['mongod', 'redis-server']);
    const redisPort = await findFreePort();
    const { services, dataDir } = await start({ PATH: pathOf(bin) }, { redisPort });
    try {
      const socket = socketOf(services);
      assert.equal(new URL(services.redisUrl).port, String(redisPort));
      assert.ok(lstatSync(socket).isSocket());
      assert.equal(lstatSync(path.dirname(socket)).mode & 0o777, 0o700);
      assert.match(services.describe.join('\n'), new RegExp(`mongod on PATH \\(${bin}/mongod\\)`));
      assert.match(
        services.describe.join('\n'),
        new RegExp(`redis-server on PATH \\(${bin}/redis-server\\)`),
      );
      assert.deepEqual(readArguments(path.join(dataDir, 'mongodb/arguments.json')), [
        ...['--dbpath', path.join(dataDir, 'mongodb'), '--bind_ip', socket],
      ]);
      const redis = readArguments(path.join(dataDir, 'redis/arguments.json')).join(' ');
      assert.match(redis, /--bind 127\.0\.0\.1 /);
      assert.match(redis, /--appendonly yes /);
      const { password } = new URL(services.redisUrl);
      assert.ok(password.length >= 32 && !redis.includes(password), 'no argument holds the password');
      const settings = path.join(dataDir, 'redis/redis.conf');
      assert.equal(readFileSync(settings, 'utf8'), `requirepass ${password}\n`);
      const addresses = path.join(dataDir, 'servers.json');
      for (const file of [settings, addresses]) assert.equal(lstatSync(file).mode & 0o777, 0o600);
      const { mongodbUri, redisUrl } = services;
      assert.deepEqual(JSON.parse(readFileSync(addresses, 'utf8')), { mongodbUri, redisUrl });
    } finally {
      await services.stop();
    }
  });

  it('without one on PATH fetches the official mongod, and keeps it for every later start', async () => {
    const bin = makeFakeServers(newFolder(), ['redis-server']);
    const cacheDir = newFolder();
    const mirror = await serveMongod();
    after(() => mirror.close());
    const env = { PATH: pathOf(bin), MONGOMS_DOWNLOAD_MIRROR: mirror.url };
    const first = await startWithMirror(mirror, env, cacheDir);
    assert.match(first, new RegExp(`official mongod \\(${cacheDir}/`));
    assert.equal(mirror.downloads(), 1);

    const again = await startWithMirror(mirror, { ...env, MONGOMS_DOWNLOAD_MIRROR: UNREACHABLE }, cacheDir);
    assert.match(again, /official mongod/);
  });

  it('does not run a mongod that differs from its stated SHA-256', async () => {
    const cacheDir = newFolder();
    const mirror = await serveMongod({ isDamaged: true });
    after(() => mirror.close());
    const env = { PATH: pathOf(makeFakeServers(newFolder(), ['redis-server'])) };
    // Something that stands in the way of every later choice.
    const dataDir = newFolder();
    mkdirSync(path.join(dataDir, 'mongodb'), { recursive: true });
    await assert.rejects(
      startWithMirror(mirror, env, cacheDir, dataDir),
      /neither on PATH nor can be fetched now/,
    );
    assert.equal(mirror.downloads(), 1);
    assert.ok(readdirSync(cacheDir).every((name) => name.endsWith('.draft')));
  });

  it('takes the address of MONGODB_URI before a mongod on PATH, and an unreachable one is an error', async () => {
    const bin = makeFakeServers(newFolder(), ['mongod', 'redis-server']);
    const address = 'mongodb://someone:hidden-word@127.0.0.1:1/relay';
    await assert.rejects(start({ PATH: pathOf(bin), MONGODB_URI: address }), (error) => {
      assert.ok(error instanceof Problem);
      assert.match(error.message, /MONGODB_URI \(mongodb:\/\/127\.0\.0\.1:1\) does not answer/);
      assert.doesNotMatch(error.message, /hidden-word|someone/);
      return true;
    });
  });

  it('takes the address of REDIS_URL before a redis-server on PATH, and an unreachable one is an error', async () => {
    const bin = makeFakeServers(newFolder(), ['mongod', 'redis-server']);
    const address = 'redis://:hidden-word@127.0.0.1:1';
    await assert.rejects(start({ PATH: pathOf(bin), REDIS_URL: address }), (error) => {
      assert.ok(error instanceof Problem);
      assert.match(error.message, /REDIS_URL \(redis:\/\/127\.0\.0\.1:1\) does not answer/);
      assert.doesNotMatch(error.message, /hidden-word/);
      return true;
    });
  });

  it('does not pass over data that mongod wrote, for an empty database of another kind', async () => {
    const bin = makeFakeServers(newFolder(), ['redis-server']);
    const dataDir = newFolder();
    mkdirSync(path.join(dataDir, 'mongodb'), { recursive: true });
    await assert.rejects(
      start({ PATH: pathOf(bin) }, { dataDir }),
      /was written by mongod, which is neither on PATH/,
    );
  });

  it('names a port that is in use, and leaves nothing running', async () => {
    const bin = makeFakeServers(newFolder(), ['mongod', 'redis-server']);
    const stranger = createServer().listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    const { port } = /** @type {import('node:net').AddressInfo} */ (stranger.address());
    const before = children();
    await assert.rejects(
      start({ PATH: pathOf(bin) }, { redisPort: port }),
      new RegExp(`Port ${port}, meant for Redis, is in use by another program: .*REDIS_PORT=<port>`),
    );
    assert.deepEqual(children(), before);
    stranger.close();
  });

  it('shows why a server ended at once, and leaves nothing running', async () => {
    const bin = makeFakeServers(newFolder(), ['mongod'], { refuses: 'the disk is full' });
    makeFakeServers(bin, ['redis-server']);
    const before = children();
    await assert.rejects(start({ PATH: pathOf(bin) }), /mongod ended \(exit code 1\)[^]*the disk is full/);
    assert.deepEqual(children(), before);
  });
});

describe('servers that die', () => {
  it('are started again on the same port', async () => {
    const bin = makeFakeServers(newFolder(), ['mongod', 'redis-server']);
    const { services, lines } = await start({ PATH: pathOf(bin) });
    try {
      const redisPort = new URL(services.redisUrl).port;
      const pid = pidWith(`--port ${redisPort}`);
      process.kill(pid, 'SIGKILL');
      await eventually(() => lines.includes('Redis runs again.'));
      assert.notEqual(pidWith(`--port ${redisPort}`), pid);
      assert.match(lines.join('\n'), /redis-server ended \(SIGKILL\).* It is started again\./s);
    } finally {
      await services.stop();
    }
  });

  it('can be restarted on purpose', async () => {
    const bin = makeFakeServers(newFolder(), ['mongod', 'redis-server']);
    const { services } = await start({ PATH: pathOf(bin) });
    try {
      const pid = pidWith(`--bind_ip ${socketOf(services)}`);
      await services.restartMongo();
      assert.equal(startTimeOf(pid), null);
      assert.notEqual(pidWith(`--bind_ip ${socketOf(services)}`), pid);
    } finally {
      await services.stop();
    }
  });
});

/** A download host that has one archive for every platform, with a mongod in it. */
async function serveMongod({ isDamaged = false } = {}) {
  const folder = newFolder();
  makeFakeServers(path.join(folder, 'mongodb/bin'), ['mongod']);
  const archive = path.join(folder, 'mongodb.tgz');
  execFileSync('tar', ['-czf', archive, '-C', folder, 'mongodb']);
  const bytes = readFileSync(archive);
  let downloads = 0;
  const server = createHttpServer((request, response) => {
    if (request.method === 'HEAD') return void response.end();
    if (request.url?.endsWith('.sha256')) {
      const sum = createHash('sha256').update(isDamaged ? 'another archive' : bytes);
      return void response.end(`${sum.digest('hex')}  mongodb.tgz\n`);
    }
    downloads += 1;
    response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    downloads: () => downloads,
    close: () => void server.close().closeAllConnections(),
  };
}

/**
 * @param {{ url: string }} mirror
 * @param {NodeJS.ProcessEnv} env
 * @param {string} cacheDir
 * @param {string} [dataDir]
 */
async function startWithMirror(mirror, env, cacheDir, dataDir = newFolder()) {
  // The downloader reads this process's own environment.
  Object.assign(process.env, { MONGOMS_DOWNLOAD_MIRROR: mirror.url, MONGOMS_USE_HTTP: 'true' });
  try {
    const { services } = await start({ MONGOMS_DOWNLOAD_MIRROR: mirror.url, ...env }, { cacheDir, dataDir });
    await services.stop();
    return services.describe.join('\n');
  } finally {
    delete process.env.MONGOMS_DOWNLOAD_MIRROR;
    delete process.env.MONGOMS_USE_HTTP;
  }
}

/** @param {import('./index.mjs').Services} services */
const socketOf = ({ mongodbUri }) => decodeURIComponent(mongodbUri.replace('mongodb://', ''));

/** @returns {string[]} what this process has started and still runs, its guard aside */
function children() {
  const table = execFileSync('ps', ['-o', 'args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  return table.split('\n').filter((line) => line && !/guard\.mjs|^ps /.test(line));
}

/** @param {string} text */
function pidWith(text) {
  const table = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' });
  const line = table.split('\n').find((entry) => entry.includes(text));
  return Number(line?.trim().split(' ')[0]);
}

/** @param {() => boolean} condition */
async function eventually(condition) {
  assert.ok(await until(condition, 15_000));
}
