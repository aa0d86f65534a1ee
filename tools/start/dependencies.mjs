// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { lastLines, runOwned } from '../services/system/owned-process.mjs';
import { Problem } from '../services/system/problem.mjs';
import { ROOT } from './settings.mjs';

const LOCK_FILE = path.join(ROOT, 'package-lock.json');
/** npm's own note of what it installed. */
const INSTALLED = path.join(ROOT, 'node_modules/.package-lock.json');
/** The hash of the lock file that was installed; it goes with node_modules. */
const MARK = path.join(ROOT, 'node_modules/.audience-relay-lock');

/**
 * Whether what is installed is what the lock file says. An installation that somebody made by hand counts when it
 * is younger than the lock file.
 *
 * @returns {boolean}
 */
export function dependenciesAreInstalled() {
  if (!existsSync(INSTALLED)) return false;
  if (existsSync(MARK)) return readFileSync(MARK, 'utf8') === lockHash();
  return statSync(INSTALLED).mtimeMs >= statSync(LOCK_FILE).mtimeMs;
}

/**
 * @param {string} logDir
 * @returns {Promise<void>}
 * @throws {Problem}
 */
export async function installDependencies(logDir) {
  const logFile = path.join(logDir, 'npm-ci.log');
  const install = {
    name: 'npm ci',
    command: 'npm',
    args: ['ci', '--no-audit', '--no-fund'],
    cwd: ROOT,
    logFile,
  };
  try {
    // A registry that is slow for a moment can make npm trip over its own half-unpacked files; it begins anew.
    await runOwned(install).catch(() => runOwned(install));
  } catch {
    throw new Problem(
      `npm ci failed: see that the npm registry is reachable, and start again. Its last lines (${logFile}):\n` +
        lastLines(logFile, 6),
    );
  }
  writeFileSync(MARK, lockHash());
}

function lockHash() {
  return createHash('sha256').update(readFileSync(LOCK_FILE)).digest('hex');
}
