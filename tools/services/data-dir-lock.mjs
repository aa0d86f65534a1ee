// @ts-check
import path from 'node:path';
import { takeLock } from './system/lock-file.mjs';
import { Problem } from './system/problem.mjs';

/**
 * Takes a data folder for this process. The lock of a process that died is taken over once what it left running
 * has ended.
 *
 * @param {string} dataDir
 * @param {string} address where this process will be found, for whoever starts a second one
 * @returns {Promise<() => void>} gives the folder back
 * @throws {Problem} where a living process holds it
 */
export function lockDataDir(dataDir, address) {
  return takeLock(path.join(dataDir, 'in-use.lock'), {
    note: address,
    whenTaken(where) {
      throw new Problem(
        `Audience Relay already runs with the data folder ${dataDir}, at ${where}: use that one, or end it first, ` +
          'or choose another folder with DATA_DIR=<folder>.',
      );
    },
  });
}
