// @ts-check
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findFreePort } from './system/ports.mjs';
import { pingMongodb, pingRedis } from './system/ping.mjs';
import { until } from './system/until.mjs';
import { environmentWithoutServers } from './testing/environment.mjs';
import { makeFakeServers } from './testing/fake-servers.mjs';

const PROGRAM = fileURLToPath(new URL('./main.mjs', import.meta.url));
const TIMEOUT_MS = 30_000;
const scratch = mkdtempSync(path.join(tmpdir(), 'killed-spec-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

/**
 * @param {string} dataDir
 * @param {number} redisPort
 * @param {NodeJS.ProcessEnv} env
 */
async function startProgram(dataDir, redisPort, env) {
  const args = [PROGRAM, '--data-dir', dataDir, '--redis-port', String(redisPort)];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const exited = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  await until(() => /^REDIS_URL=/m.test(output) || child.exitCode !== null, TIMEOUT_MS);
  const given = (/** @type {string} */ name) => new RegExp(`^${name}=(.*)$`, 'm').exec(output)?.[1] ?? '';
  const socket = decodeURIComponent(given('MONGODB_URI').replace('mongodb://', ''));
  const password = given('REDIS_URL') && new URL(given('REDIS_URL')).password;
  return {
    ...{ child, exited },
    output: () => output,
    databaseAnswers: () => pingMongodb(socket),
    redisAnswers: () => pingRedis(redisPort, password),
  };
}

/** @param {NodeJS.ProcessEnv} env */
function scenario(env) {
  return async () => {
    const dataDir = mkdtempSync(path.join(scratch, 'data-'));
    const redisPort = await findFreePort();
    const first = await startProgram(dataDir, redisPort, env);
    assert.ok((await first.databaseAnswers()) && (await first.redisAnswers()), first.output());

    const second = await startProgram(dataDir, redisPort, env);
    assert.equal(await second.exited, 1);
    assert.match(second.output(), /already runs with the data folder/);
    assert.ok(await first.databaseAnswers(), 'the second one leaves the first alone');

    first.child.kill('SIGKILL');
    await first.exited;
    const third = await startProgram(dataDir, redisPort, env);
    assert.match(third.output(), /^REDIS_URL=/m);
    assert.ok((await third.databaseAnswers()) && (await third.redisAnswers()), third.output());

    third.child.kill('SIGTERM');
    assert.equal(await third.exited, 0);
    assert.equal(await third.databaseAnswers(), false);
    assert.equal(await third.redisAnswers(), false);
  };
}

describe('a starter that was killed with SIGKILL', () => {
  const bin = makeFakeServers(path.join(scratch, 'bin'), ['mongod', 'redis-server']);
  const bare = environmentWithoutServers();
  const env = { ...bare, PATH: `${bin}:${bare.PATH}` };

  it('leaves no server of PATH behind that blocks the next start', scenario(env));

  it('leaves no embedded server behind that blocks the next start', scenario(bare));

  it('has its servers ended even if nobody starts again', async () => {
    const dataDir = mkdtempSync(path.join(scratch, 'data-'));
    const program = await startProgram(dataDir, await findFreePort(), env);
    assert.ok((await program.databaseAnswers()) && (await program.redisAnswers()), program.output());
    program.child.kill('SIGKILL');
    const gone = async () => !(await program.databaseAnswers()) && !(await program.redisAnswers());
    assert.ok(await until(gone, TIMEOUT_MS));
  });
});
