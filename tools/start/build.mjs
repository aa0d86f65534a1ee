// @ts-check
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { takeLock } from '../services/system/lock-file.mjs';
import { lastLines, runOwned } from '../services/system/owned-process.mjs';
import { Problem } from '../services/system/problem.mjs';
import { ROOT } from './settings.mjs';

const DIST = path.join(ROOT, 'dist');

/**
 * Builds every application whose sources have changed; Nx knows. Two starts of one checkout wait for each other.
 *
 * @param {string} logDir
 * @returns {Promise<void>}
 * @throws {Problem}
 */
export async function ensureBuilt(logDir) {
  mkdirSync(DIST, { recursive: true });
  const release = await takeLock(path.join(DIST, '.build.lock'), { whenTaken() {} });
  try {
    const logFile = path.join(logDir, 'build.log');
    try {
      await runOwned({
        name: 'the build',
        command: process.execPath,
        args: [
          path.join(ROOT, 'node_modules/.bin/nx'),
          'run-many',
          '-t',
          'build',
          '--outputStyle=static',
          '--nxBail',
        ],
        cwd: ROOT,
        env: {
          ...process.env,
          NX_DAEMON: 'false',
          NX_TUI: 'false',
          NG_CLI_ANALYTICS: 'false',
          CI: 'true',
          NO_COLOR: '1',
          FORCE_COLOR: '0',
        },
        logFile,
      });
    } catch {
      throw new Problem(`The build failed. Its last lines (${logFile}):\n${lastLines(logFile, 60)}`);
    }
  } finally {
    release();
  }
}
