// @ts-check
import { readdirSync } from 'node:fs';
import path from 'node:path';

/** Nobody listens on port 1, so nothing can be fetched from there. */
export const UNREACHABLE = 'http://127.0.0.1:1';

/**
 * This process's environment, without any server that could be had before the embedded ones: no address, none on
 * PATH, and a download host that cannot be reached.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export function environmentWithoutServers() {
  const env = { ...process.env };
  delete env.MONGODB_URI;
  delete env.REDIS_URL;
  const folders = (env.PATH ?? '').split(path.delimiter).filter((folder) => !hasServer(folder));
  return { ...env, PATH: folders.join(path.delimiter), MONGOMS_DOWNLOAD_MIRROR: UNREACHABLE };
}

/** @param {string} folder */
function hasServer(folder) {
  try {
    return readdirSync(folder).some((name) => name === 'mongod' || name === 'redis-server');
  } catch {
    return true;
  }
}
