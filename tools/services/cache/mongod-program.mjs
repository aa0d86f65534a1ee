// @ts-check
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { runOwned } from '../system/owned-process.mjs';
import { cachedFolder } from './cache-folder.mjs';

/** Not older: 8.0.15 lets anybody who can connect read its memory (CVE-2025-14847). */
const VERSION = '8.0.17';
const DOWNLOADS = 'https://fastdl.mongodb.org';
const PROBE_MS = 3_000;

/**
 * The official mongod for this operating system, from where mongodb-memory-server-core knows it to be, or from the cache.
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
        await fetchMongod(draft, context.logDir);
      },
    });
    return path.join(folder, 'bin/mongod');
  } catch (error) {
    context.log(`mongod could not be fetched: ${error instanceof Error ? error.message : error}`);
    return null;
  }
}

/**
 * @param {string} folder
 * @param {string} logDir
 */
async function fetchMongod(folder, logDir) {
  const { MongoBinaryDownloadUrl } =
    await import('mongodb-memory-server-core/lib/util/MongoBinaryDownloadUrl.js');
  const { getOS } = await import('mongodb-memory-server-core/lib/util/getos/index.js');
  const { platform, arch } = process;
  const options = { version: VERSION, platform, arch, os: await getOS() };
  const url = await new MongoBinaryDownloadUrl(options).getDownloadUrl();
  const archive = path.join(folder, 'mongod.tgz');
  const [sum] = (await (await fetched(`${url}.sha256`)).text()).trim().split(/\s+/);
  const hash = createHash('sha256');
  const body = Readable.fromWeb(/** @type {any} */ ((await fetched(url)).body));
  body.on('data', (chunk) => hash.update(chunk));
  await pipeline(body, createWriteStream(archive));
  if (hash.digest('hex') !== sum.toLowerCase())
    throw new Error(`${url} does not have the SHA-256 that its host states`);
  const logFile = path.join(logDir, 'mongod-download.log');
  const args = ['-xzf', archive, '-C', folder, '--strip-components=1'];
  await runOwned({ name: 'tar', command: 'tar', args, logFile });
  for (const file of [archive, path.join(folder, 'bin/mongos')]) rmSync(file, { force: true });
}

/** @param {string} url */
async function fetched(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  return response;
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
