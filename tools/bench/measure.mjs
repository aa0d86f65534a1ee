// @ts-check
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * @param {string} program below tools/bench/bare
 * @param {object} input
 * @returns {Promise<any>} what it prints
 */
export async function bare(program, input) {
  const file = path.join(import.meta.dirname, 'bare', program);
  const { stdout } = await run(process.execPath, [file, JSON.stringify(input)]);
  return JSON.parse(stdout);
}

/**
 * @param {number} pid
 * @returns {number} the most memory that the process ever had in use, in MB; NaN where the system does not tell
 */
export function peakMemory(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return NaN;
  }
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * How long one thing takes over another that was measured just before or after it: of each pair, so that what slows
 * the machine for a while slows both.
 *
 * @param {readonly number[]} ours
 * @param {readonly number[]} theirs
 */
export const medianRatio = (ours, theirs) =>
  median(ours.map((value, index) => value / /** @type {number} */ (theirs[index])));

/** @param {readonly number[]} values @param {number} share */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];
}

/**
 * The least requests that an upsert of so many contacts can be.
 *
 * @param {number} contacts
 * @param {number} bytes
 */
export const leastRequests = (contacts, bytes) =>
  Math.max(Math.ceil(contacts / 30_000), Math.ceil(bytes / 6e6));

/** @param {import('../testbed/exports.mjs').Run} run */
export const sendingMs = ({ startedAt, sentAt }) => Date.parse(sentAt) - Date.parse(startedAt);
