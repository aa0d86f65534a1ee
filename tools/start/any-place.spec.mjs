// @ts-check
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { defaultCacheDir } from '../services/cache/cache-folder.mjs';
import { findFreePort } from '../services/system/ports.mjs';
import { until } from '../services/system/until.mjs';
import { ensureBuilt } from './build.mjs';
import { dependenciesAreInstalled } from './dependencies.mjs';
import { ROOT } from './settings.mjs';

/** Nx may have to build there. */
const TIMEOUT_MS = 600_000;

/** The real programs, in a place and under a user's settings of which nothing may depend. */
describe('npm start in a checkout below a dot folder, with a narrow umask, another locale and no home', () => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'any-place-'));
  const checkout = path.join(scratch, '.local/src/relay (kopi) é');
  const home = path.join(scratch, 'no-home');
  /** @type {import('node:child_process').ChildProcess} */
  let start;
  /** @type {Record<string, string>} */
  let ports;
  let output = '';

  before(async () => {
    // What is installed is only linked to below, and an installation there would replace it.
    assert.ok(dependenciesAreInstalled(), 'npm ci has been run');
    await ensureBuilt(path.join(scratch, 'logs'));
    mkdirSync(checkout, { recursive: true });
    const files = [
      'apps',
      'libs',
      'tools',
      'dist',
      '.nx',
      'nx.json',
      'project.json',
      'package.json',
      'package-lock.json',
      'eslint.config.mjs',
      '.gitignore',
    ];
    for (const file of [...files, 'tsconfig.json', 'tsconfig.base.json']) {
      cpSync(path.join(ROOT, file), path.join(checkout, file), { recursive: true, preserveTimestamps: true });
    }
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(checkout, 'node_modules'));
    ports = {};
    for (const name of ['PORT', 'WORKER_PORT', 'SANDBOX_PORT', 'REDIS_PORT']) {
      ports[name] = String(await findFreePort());
    }
    const program = path.join(checkout, 'tools/start/start.mjs');
    const command = ['-c', 'umask 0077; exec "$0" "$@"', process.execPath, program];
    start = spawn('/bin/sh', command, {
      cwd: '/',
      env: {
        ...{
          ...process.env,
          ...ports,
          HOME: home,
          LANG: 'tr_TR.UTF-8',
          LC_ALL: 'tr_TR.UTF-8',
          TZ: 'Asia/Kathmandu',
        },
        XDG_CACHE_HOME: path.dirname(defaultCacheDir(process.env, scratch)),
      },
    });
    for (const stream of [start.stdout, start.stderr]) stream?.on('data', (chunk) => (output += chunk));
    await until(() => /^Ready/m.test(output) || start.exitCode !== null, TIMEOUT_MS);
  });

  after(async () => {
    start.kill('SIGTERM');
    await until(() => start.exitCode !== null, TIMEOUT_MS);
    rmSync(scratch, { recursive: true, force: true });
  });

  it('is ready, with its demo delivered, without installing again', () => {
    assert.match(output, /^Ready after .*$/m, output);
    assert.match(output, /^ {2}done {2}demo filled/m);
    assert.doesNotMatch(output, /npm ci/);
  });

  for (const [name, what] of [
    ['PORT', 'the console'],
    ['SANDBOX_PORT', "the sandbox's page"],
  ]) {
    it(`serves ${what}`, async () => {
      const response = await fetch(`http://127.0.0.1:${ports[name]}/`, { headers: { accept: 'text/html' } });
      assert.equal(response.status, 200);
      assert.match(await response.text(), /<title>/);
    });
  }

  it('writes nothing outside of its data folder', () => {
    assert.equal(existsSync(home), false);
    assert.ok(existsSync(path.join(checkout, '.data/keys.json')));
  });
});
