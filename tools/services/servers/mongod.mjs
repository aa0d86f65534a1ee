// @ts-check
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { startOwned } from '../system/owned-process.mjs';
import { pingMongodb } from '../system/ping.mjs';
import { untilItServes } from './until-it-serves.mjs';

/**
 * @param {import('../cache/debian-root.mjs').ServiceContext} context
 * @param {string} program a mongod
 * @param {string} socket to listen on, and on nothing else
 * @returns {Promise<import('../system/kept-running.mjs').Running>} once it answers
 */
export async function startMongod(context, program, socket) {
  const folder = path.join(context.dataDir, 'mongodb');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // One that was killed leaves it behind.
  rmSync(socket, { force: true });
  const server = await startOwned({
    name: 'mongod',
    command: program,
    args: ['--dbpath', folder, '--bind_ip', socket],
    logFile: path.join(context.logDir, 'mongod.log'),
  });
  return untilItServes(server, () => pingMongodb(socket));
}
