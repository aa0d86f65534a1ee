// @ts-check
import { accessSync, constants, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { takeLock } from '../system/lock-file.mjs';

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} dataDir
 * @returns {string} where downloaded and built servers are kept for every checkout of this user; in the data folder
 *   for a user who has no home to write to
 */
export function defaultCacheDir(env, dataDir) {
  const folder = path.join(env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'audience-relay');
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return folder;
  } catch {
    return path.join(dataDir, 'cache');
  }
}

/**
 * A folder of the cache, built once. It appears under its name only when it is whole; two builders at once wait
 * for each other; what a builder that died left behind is removed.
 *
 * @param {object} options
 * @param {string} options.cacheDir
 * @param {string} options.name with a version or hash: what is there under this name is never built again
 * @param {(folder: string) => Promise<void>} options.build fills a new, empty folder
 * @param {(line: string) => void} options.log
 * @returns {Promise<string>} the folder
 */
export async function cachedFolder({ cacheDir, name, build, log }) {
  const folder = path.join(cacheDir, name);
  if (existsSync(folder)) return folder;

  let told = false;
  const release = await takeLock(`${folder}.lock`, {
    whenTaken() {
      if (!told) log(`Waiting for another start that is making ${folder}`);
      told = true;
    },
  });
  try {
    if (existsSync(folder)) return folder;
    const draft = `${folder}.draft`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft);
    const since = performance.now();
    await build(draft);
    renameSync(draft, folder);
    log(`${name} is made (${((performance.now() - since) / 1000).toFixed(1)} s)`);
    return folder;
  } finally {
    release();
  }
}
