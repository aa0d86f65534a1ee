// @ts-check
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, startTimeOf } from './process-identity.mjs';
import { guardPid } from './owned-process.mjs';

const POLL_MS = 100;
const TAKEOVER_LIMIT_MS = 10_000;

/**
 * @typedef {import('./process-identity.mjs').ProcessIdentity} ProcessIdentity
 * @typedef {{ owner: ProcessIdentity, guard: ProcessIdentity, note: string }} LockContent
 */

/**
 * @typedef {object} LockOptions
 * @property {string} [note] what whoever finds the lock taken is told, for example an address
 * @property {(note: string) => void | Promise<void>} whenTaken called while a living process holds the lock;
 *   throws to give up, returns to wait (and is called again)
 */

/**
 * Takes a lock that is bound to this process. A lock whose process has died is taken over, once the guard of
 * that process has ended what it left behind.
 *
 * @param {string} file
 * @param {LockOptions} options
 * @returns {Promise<() => void>} gives the lock back
 */
export async function takeLock(file, options) {
  mkdirSync(path.dirname(file), { recursive: true });
  const content = JSON.stringify({
    owner: identityOf(process.pid),
    guard: identityOf(guardPid()),
    note: options.note ?? '',
  });
  for (;;) {
    try {
      writeNew(file, content);
      return () => {
        if (readText(file) === content) rmSync(file, { force: true });
      };
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
    const found = readText(file);
    const holder = parse(found);
    if (holder && isRunning(holder.owner)) {
      await options.whenTaken(holder.note);
      await sleep(POLL_MS);
    } else if (holder && isRunning(holder.guard)) {
      await sleep(POLL_MS);
    } else {
      removeStale(file, found);
    }
  }
}

/**
 * Creates a file together with its content, so that nobody ever reads half a lock.
 *
 * @param {string} file
 * @param {string} content
 * @throws {NodeJS.ErrnoException} EEXIST where the file exists
 */
function writeNew(file, content) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, content, { mode: 0o600 });
  try {
    linkSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Two starters may find the same stale lock. Only the one that holds the second, short-lived file may remove it,
 * and only while it is still the stale one.
 *
 * @param {string} file
 * @param {string | null} stale
 */
function removeStale(file, stale) {
  const takeover = `${file}.takeover`;
  try {
    writeFileSync(takeover, '', { flag: 'wx' });
  } catch {
    const since = statSync(takeover, { throwIfNoEntry: false })?.mtimeMs;
    if (since !== undefined && Date.now() - since > TAKEOVER_LIMIT_MS) rmSync(takeover, { force: true });
    return;
  }
  if (readText(file) === stale) rmSync(file, { force: true });
  rmSync(takeover, { force: true });
}

/**
 * @param {number} pid
 * @returns {ProcessIdentity}
 */
function identityOf(pid) {
  return { pid, startTime: startTimeOf(pid) ?? '' };
}

/** @param {string} file */
function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/**
 * @param {string | null} text
 * @returns {LockContent | null} null where there is no lock, or one that cannot be read
 */
function parse(text) {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return null;
  }
}
