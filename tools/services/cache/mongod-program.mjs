// @ts-check
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { cachedFolder } from './cache-folder.mjs';

const VERSION = '8.0.15';
const DOWNLOADS = 'https://fastdl.mongodb.org';
const PROBE_MS = 3_000;

/**
 * The official mongod for this operating system, fetched by mongodb-memory-server-core or taken from the cache.
 *
 * @param {import('./debian-root.mjs').ServiceContext} context
 * @returns {Promise<string | null>} the program; null where it cannot be had here
 */
export async function mongodProgram(context) {
  const name = `mongod-${process.platform}-${process.arch}-${VERSION}`;
  const host = context.env.MONGOMS_DOWNLOAD_MIRROR || DOWNLOADS;
  if (!existsSync(path.join(context.cacheDir, name)) && !(await answers(host))) {
    context.log(`${host} is not reachable, so the official mongod cannot be fetched`);
    return null;
  }
  try {
    const folder = await cachedFolder({
      cacheDir: context.cacheDir,
      name,
      log: context.log,
      async build(draft) {
        await context.dependenciesReady;
        context.log(`Fetching mongod ${VERSION} from ${host} (once)`);
        const { MongoBinary } = await import('mongodb-memory-server-core');
        await MongoBinary.getPath({ version: VERSION, downloadDir: draft, checkMD5: true });
      },
    });
    const program = readdirSync(folder).find((file) => file.startsWith('mongod'));
    return program ? path.join(folder, program) : null;
  } catch (error) {
    context.log(`mongod could not be fetched: ${error instanceof Error ? error.message : error}`);
    return null;
  }
}

/**
 * Asked first and shortly, because the download itself gives up only after three long tries.
 *
 * @param {string} url
 */
async function answers(url) {
  try {
    await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_MS) });
    return true;
  } catch {
    return false;
  }
}
