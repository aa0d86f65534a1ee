// @ts-check
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * When a process was started, in a form that only serves to be compared. Process ids are used again after a
 * process has ended (soon, in a container); the id and the start time together name one process for ever.
 *
 * @param {number} pid
 * @returns {string | null} null where no such process runs, also where it has ended and waits to be reaped
 */
export function startTimeOf(pid) {
  try {
    if (process.platform === 'linux') {
      // The second field is the command in brackets and may hold spaces, so count from the last bracket.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? null : (fields[19] ?? null);
    }
    const result = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return result.stdout.trim() || null;
  } catch {
    return null;
  }
}

/**
 * @typedef {object} ProcessIdentity
 * @property {number} pid
 * @property {string} startTime as `startTimeOf` gave it
 */

/**
 * @param {ProcessIdentity} identity
 * @returns {boolean} whether that very process still runs, and not another one under its id
 */
export function isRunning(identity) {
  return startTimeOf(identity.pid) === identity.startTime;
}
