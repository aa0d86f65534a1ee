// @ts-check
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ferretdbProgram } from './cache/ferretdb-program.mjs';
import { mongodProgram } from './cache/mongod-program.mjs';
import { startDocumentdb } from './servers/documentdb.mjs';
import { startMongod } from './servers/mongod.mjs';
import { findCommand } from './system/commands.mjs';
import { Problem } from './system/problem.mjs';

const PING_MS = 5_000;

/**
 * @template {string | number} A the path of a socket, or a port
 * @typedef {object} ChosenServer
 * @property {string} description for a person: what it is and why it was chosen
 * @property {string} [url] of a server that somebody else runs
 * @property {(address: A) => Promise<import('./system/kept-running.mjs').Running>} [start] of one that is run here
 */

/**
 * Decides which database serves, the first that works: the one of MONGODB_URI; a mongod on PATH; the official
 * mongod, fetched; the embedded pair. Data that is already in the data folder is never left behind for an empty
 * database of another kind.
 *
 * @param {import('./cache/debian-root.mjs').ServiceContext} context
 * @param {() => Promise<string>} serverRoot makes or finds the root that has PostgreSQL
 * @returns {Promise<ChosenServer<string>>}
 * @throws {Problem}
 */
export async function chooseDatabase(context, serverRoot) {
  const url = context.env.MONGODB_URI;
  if (url) {
    await requireMongodb(context, url);
    return { description: 'MongoDB of MONGODB_URI', url };
  }

  const pairHasData = existsSync(path.join(context.dataDir, 'documentdb', 'cluster'));
  if (!pairHasData) {
    const onPath = findCommand(['mongod'], context.env);
    if (onPath && isUsable(context, onPath)) {
      return {
        description: `mongod on PATH (${onPath})`,
        start: (socket) => startMongod(context, onPath, socket),
      };
    }
    const fetched = await mongodProgram(context);
    if (fetched && isUsable(context, fetched)) {
      return {
        description: `official mongod (${fetched})`,
        start: (socket) => startMongod(context, fetched, socket),
      };
    }
    if (existsSync(path.join(context.dataDir, 'mongodb'))) {
      throw new Problem(
        `The data in ${context.dataDir} was written by mongod, which is neither on PATH nor can be fetched now: ` +
          'install mongod, or choose another data folder with DATA_DIR=<folder>.',
      );
    }
  }

  if (process.platform !== 'linux') {
    throw new Problem(
      'No database: install mongod, or make fastdl.mongodb.org reachable, or set MONGODB_URI.',
    );
  }
  // Side by side, and neither is left running alone when the other fails.
  const [root, ferretdb] = await Promise.all([serverRoot(), ferretdbProgram(context)]);
  return {
    description: 'embedded PostgreSQL 18 with DocumentDB, behind FerretDB 2.7',
    start: (socket) => startDocumentdb(context, { root, ferretdb }, socket),
  };
}

/**
 * @param {import('./cache/debian-root.mjs').ServiceContext} context
 * @param {string} program
 */
function isUsable(context, program) {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    context.log(`${program} does not run here, so it is passed over`);
    return false;
  }
}

/**
 * @param {import('./cache/debian-root.mjs').ServiceContext} context
 * @param {string} url
 */
async function requireMongodb(context, url) {
  await context.dependenciesReady;
  const { createConnection } = await import('mongoose');
  const connection = createConnection(url, { serverSelectionTimeoutMS: PING_MS });
  try {
    await connection.asPromise();
    await connection.db?.admin().ping();
  } catch {
    // The driver's own message may repeat the address with its password.
    throw new Problem(
      `The database of MONGODB_URI (${withoutCredentials(url)}) does not answer: start it or correct the address, ` +
        'or unset MONGODB_URI to have one started here.',
    );
  } finally {
    await connection.close(true).catch(() => {});
  }
}

/**
 * @param {string} url
 * @returns {string} scheme and hosts only
 */
export function withoutCredentials(url) {
  const parts = /^([a-z+]+:\/\/)(?:[^@/]*@)?([^/?]*)/i.exec(url);
  return parts ? `${parts[1]}${parts[2]}` : 'not an address';
}
