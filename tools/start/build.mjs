// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { takeLock } from '../services/system/lock-file.mjs';
import { lastLines, runOwned } from '../services/system/owned-process.mjs';
import { Problem } from '../services/system/problem.mjs';
import { ROOT } from './settings.mjs';

const DIST = path.join(ROOT, 'dist');
/** The hash of the sources that dist was built from. */
const MARK = path.join(DIST, '.sources');
const SOURCES = ['apps', 'libs', 'tools/build', 'package-lock.json', 'tsconfig.base.json', 'nx.json'];
const NOT_BUILT = /\.(spec|int-spec|e2e-spec)\.ts$|\.md$/;

/**
 * Builds every application, unless dist already is what the sources make. Two starts of one checkout wait for
 * each other.
 *
 * @param {string} logDir
 * @returns {Promise<boolean>} whether there was something to build
 * @throws {Problem}
 */
export async function ensureBuilt(logDir) {
  mkdirSync(DIST, { recursive: true });
  const release = await takeLock(path.join(DIST, '.build.lock'), { whenTaken() {} });
  try {
    const sources = hashSources();
    if (existsSync(MARK) && readFileSync(MARK, 'utf8') === sources) return false;
    const logFile = path.join(logDir, 'build.log');
    // A build that fails half-way leaves what belongs to no state of the sources.
    rmSync(MARK, { force: true });
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
    writeFileSync(MARK, sources);
    return true;
  } finally {
    release();
  }
}

/** @returns {string} */
function hashSources() {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    for (const file of filesOf(source))
      hash
        .update(file)
        .update('\0')
        .update(readFileSync(path.join(ROOT, file)));
  }
  return hash.digest('hex');
}

/**
 * @param {string} source file or folder, relative to the root
 * @returns {string[]}
 */
function filesOf(source) {
  const absolute = path.join(ROOT, source);
  if (path.extname(source)) return existsSync(absolute) ? [source] : [];
  return readdirSync(absolute, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !NOT_BUILT.test(entry.name))
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}
