// @ts-check
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { startOwned } from '../system/owned-process.mjs';
import { pingMongodb } from '../system/ping.mjs';
import { untilItServes } from './until-it-serves.mjs';

/**
 * @param {import('../cache/debian-root.mjs').ServiceContext} context
 * @param {string} program a mongod
 * @param {number} port
 * @returns {Promise<import('../system/kept-running.mjs').Running>} once it answers
 */
export async function startMongod(context, program, port) {
  const folder = path.join(context.dataDir, 'mongodb');
  mkdirSync(folder, { recursive: true });
  const server = await startOwned({
    name: 'mongod',
    command: program,
    args: ['--dbpath', folder, '--port', String(port), '--bind_ip', '127.0.0.1'],
    logFile: path.join(context.logDir, 'mongod.log'),
  });
  return untilItServes(server, () => pingMongodb(port));
}
