// @ts-check
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { cachedFolder, defaultCacheDir } from './cache-folder.mjs';

describe('the cache folder', () => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'cache-spec-'));
  after(() => rmSync(scratch, { recursive: true }));

  /** @type {string} */
  let cacheDir;
  beforeEach(() => {
    cacheDir = mkdtempSync(path.join(scratch, 'cache-'));
  });

  /** @param {(folder: string) => Promise<void>} build */
  const make = (build) => cachedFolder({ cacheDir, name: 'server-1', build, log: () => {} });

  it("is the user's own, never the checkout", () => {
    assert.equal(defaultCacheDir({ XDG_CACHE_HOME: scratch }, '/data'), path.join(scratch, 'audience-relay'));
    assert.match(defaultCacheDir({}, '/data'), /\/\.cache\/audience-relay$/);
  });

  it('is in the data folder for a user without a home that can be written to', () => {
    writeFileSync(path.join(scratch, 'no folder'), '');
    assert.equal(
      defaultCacheDir({ XDG_CACHE_HOME: path.join(scratch, 'no folder') }, '/data'),
      '/data/cache',
    );
  });

  it('is built once, also by two at the same time, and appears only when it is whole', async () => {
    let builds = 0;
    const build = async (/** @type {string} */ folder) => {
      builds += 1;
      writeFileSync(path.join(folder, 'half'), '');
      await sleep(200);
      assert.equal(existsSync(path.join(cacheDir, 'server-1')), false);
      writeFileSync(path.join(folder, 'whole'), '');
    };
    const folders = await Promise.all([make(build), make(build)]);
    folders.push(await make(build));
    assert.deepEqual(folders, Array(3).fill(path.join(cacheDir, 'server-1')));
    assert.equal(builds, 1);
    assert.deepEqual(readdirSync(folders[0]).sort(), ['half', 'whole']);
    assert.deepEqual(readdirSync(cacheDir), ['server-1']);
  });

  it('is not there after a build that failed, and is built anew', async () => {
    const failing = make(async (folder) => {
      writeFileSync(path.join(folder, 'rest of the failure'), '');
      throw new Error('the network is down');
    });
    await assert.rejects(failing, /the network is down/);
    const folder = await make(async (draft) => writeFileSync(path.join(draft, 'file'), 'good'));
    assert.deepEqual(readdirSync(folder), ['file']);
  });

  it('is taken over from a builder that was killed', async () => {
    const program = `
      import { writeFileSync } from 'node:fs';
      import { cachedFolder } from ${JSON.stringify(new URL('./cache-folder.mjs', import.meta.url).href)};
      await cachedFolder({ cacheDir: ${JSON.stringify(cacheDir)}, name: 'server-1', log() {}, async build(folder) {
        writeFileSync(folder + '/rest of the killed one', '');
        process.kill(process.pid, 'SIGKILL');
      } });`;
    const killed = spawnSync(process.execPath, ['--input-type=module', '-e', program]);
    assert.equal(killed.signal, 'SIGKILL');
    assert.ok(existsSync(path.join(cacheDir, 'server-1.lock')), 'it left its lock');
    const folder = await make(async (draft) => writeFileSync(path.join(draft, 'file'), 'good'));
    assert.deepEqual(readdirSync(folder), ['file']);
    assert.equal(readFileSync(path.join(folder, 'file'), 'utf8'), 'good');
  });
});
