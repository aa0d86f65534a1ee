// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';
import { readRun } from '../testbed/exports.mjs';

/**
 * @typedef {import('./lane.mjs').Lane} Lane
 *
 * @typedef {object} FaultContext
 * @property {import('../testbed/system.mjs').Testbed} testbed
 * @property {import('./audience.mjs').Audience} audience
 * @property {(size: { seed: number, people: number }) => Promise<Lane>} makeLaneOf a further export of an audience
 *   of its own to a sandbox of its own
 * @property {Lane} lane
 * @property {import('../testbed/random.mjs').Random} random
 * @property {(short: number, long: number) => number} times how often, in the short and in the long form
 * @property {(line: string) => void} log
 *
 * @typedef {object} FaultKind
 * @property {string} name
 * @property {string} title
 * @property {boolean} [longOnly] left out of the short form
 * @property {(context: FaultContext) => Promise<void>} run fails by throwing
 */

const ACTIVE = ['queued', 'running', 'waiting', 'confirming'];
/** A run of a lane takes about so long when nothing disturbs it, in milliseconds. */
const USUAL_RUN_MS = 3_000;

/**
 * Changes the audience, starts a run, disturbs it, and holds what comes of it against the model.
 *
 * @param {FaultContext} context
 * @param {(runId: string) => Promise<void>} disturb
 * @param {{ scope?: 'changes' | 'everyone' }} [options]
 */
export async function round({ audience, lane, random }, disturb, { scope = 'everyone' } = {}) {
  await audience.change(random, 0.05);
  const expected = lane.expect(scope);
  const runId = await lane.start(scope);
  await disturb(runId);
  await lane.verify(runId, expected);
}

/**
 * Waits for a moment in a run's life.
 *
 * @param {import('../testbed/system.mjs').Testbed} testbed
 * @param {string} runId
 * @param {(run: any) => boolean} holds
 * @returns {Promise<any>} the run; null when it ended before
 */
export async function untilRun(testbed, runId, holds) {
  for (;;) {
    const run = await readRun(testbed, runId);
    if (holds(run)) return run;
    if (!ACTIVE.includes(run.status)) return null;
    await sleep(20);
  }
}

/** @param {import('../testbed/random.mjs').Random} random @param {number} [longestMs] */
export const randomPause = (random, longestMs = USUAL_RUN_MS) => sleep(random.next() * longestMs);
