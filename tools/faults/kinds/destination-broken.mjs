// @ts-check
import assert from 'node:assert/strict';
import { createRandom } from '../../testbed/random.mjs';

/** Each works for itself: the waits of one are the work of others. */
const LANES = { short: 4, long: 10 };
const MIXES = { short: 4, long: 200 };
/** Enough for two requests: what is under test is the failure, not the size. */
const PEOPLE = 1_200;

const UPSERT = 'PUT /v3/marketing/contacts';
const REMOVAL = 'DELETE /v3/marketing/lists/{id}/contacts';
const JOBS = 'GET /v3/marketing/contacts/imports/{id}';
const ENDPOINTS = [UPSERT, UPSERT, JOBS, 'POST /v3/marketing/contacts/search/emails', REMOVAL, '*'];

/** @typedef {Record<string, unknown>[]} Mix faults that are switched on together, each of which ends */

/** Every fault that the sandbox has, alone, where it hurts most. @type {Mix[]} */
const ALONE = [
  [{ kind: 'rate-limit', endpoint: UPSERT, times: 2, seconds: 2 }],
  [{ kind: 'rate-limit', endpoint: '*', times: 1, seconds: 2 }],
  [{ kind: 'status', status: 500, when: 'before', endpoint: UPSERT, times: 2 }],
  [{ kind: 'status', status: 503, when: 'after', endpoint: UPSERT, times: 2 }],
  [{ kind: 'status', status: 502, when: 'after', endpoint: REMOVAL, times: 1 }],
  [{ kind: 'html', status: 504, when: 'before', endpoint: UPSERT, times: 2 }],
  [{ kind: 'html', status: 502, when: 'after', endpoint: JOBS, times: 2 }],
  [{ kind: 'reset', when: 'before', endpoint: UPSERT, times: 2 }],
  [{ kind: 'reset', when: 'after', endpoint: UPSERT, times: 2 }],
  [{ kind: 'half-body', endpoint: UPSERT, times: 2 }],
  [{ kind: 'half-body', endpoint: REMOVAL, times: 1 }],
  [{ kind: 'latency', ms: 800, jitterMs: 400, endpoint: '*', times: 20 }],
  [{ kind: 'job-slow', ms: 3_000, endpoint: UPSERT, times: 2 }],
  [{ kind: 'job-failed', endpoint: UPSERT, times: 1 }],
  [{ kind: 'job-failed', endpoint: REMOVAL, times: 1 }],
];

/** @type {import('../round.mjs').FaultKind} */
export const destinationBroken = {
  name: 'destination-broken',
  title: 'the destination: 429 in storms, 5xx, resets, half bodies, slow, failed jobs, alone and in mixes',
  async run({ makeLaneOf, random, times, log }) {
    const mixes = Array.from({ length: times(MIXES.short, MIXES.long) }, () => drawMix(random));
    const work = [...(times(0, 1) === 1 ? ALONE : []), ...mixes];
    const all = work.length;
    let done = 0;
    /** @type {import('../lane.mjs').Lane[]} */
    const lanes = [];
    for (let count = times(LANES.short, LANES.long); count > 0; count -= 1)
      lanes.push(await makeLaneOf({ seed: random.between(1, 1e9), people: PEOPLE }));
    await Promise.all(
      lanes.map(async (lane) => {
        const changes = createRandom(lane.audience.seed);
        for (let mix = work.shift(); mix; mix = work.shift()) {
          await lane.audience.change(changes, 0.05);
          await survive(lane, mix);
          done += 1;
          if (done % 10 === 0 || done === all) log(`${done} of ${all} faults and mixes survived`);
        }
      }),
    );
  },
};

/**
 * One run under a mix of faults. When jobs fail, rows are rejected for no fault of theirs: each must be listed, and the
 * next run, without faults, must bring everything up to date.
 *
 * @param {import('../lane.mjs').Lane} lane
 * @param {Mix} mix
 */
async function survive(lane, mix) {
  try {
    const jobsFail = mix.some(({ kind }) => kind === 'job-failed');
    for (const fault of mix) await lane.sandbox.break(fault);
    const expected = lane.expect('everyone');
    const runId = await lane.start('everyone');
    if (jobsFail) {
      const run = await lane.ended(runId);
      assert.ok(['succeeded', 'partial', 'failed'].includes(run.status), `the run is ${run.status}`);
      await lane.verifyEveryoneAccounted(run, expected);
    } else await lane.verify(runId, expected);
    await lane.sandbox.heal();
    if (!jobsFail) return;
    const again = await lane.start('changes');
    await lane.ended(again);
    await lane.verifyTruth(expected);
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw new Error(`Under ${JSON.stringify(mix)}: ${message}`, { cause: error });
  }
}

/**
 * @param {import('../../testbed/random.mjs').Random} random
 * @returns {Mix} up to three faults
 */
function drawMix(random) {
  return Array.from({ length: random.between(1, 3) }, () => {
    const endpoint = random.pick(ENDPOINTS);
    const times = random.between(1, 3);
    const some = { endpoint, times, probability: random.pick([0.3, 0.6, 1]), seed: random.between(1, 1e6) };
    const when = random.pick(['before', 'after']);
    return random.pick([
      { kind: 'rate-limit', endpoint, times: 1, seconds: random.between(1, 4) },
      { kind: 'status', status: random.pick([500, 502, 503]), when, ...some },
      { kind: 'html', status: random.pick([502, 504]), when, ...some },
      { kind: 'reset', when, ...some },
      { kind: 'half-body', ...some },
      { kind: 'latency', ms: random.between(50, 400), jitterMs: 400, ...some, times: 10 },
      { kind: 'job-slow', ms: random.between(500, 3_000), endpoint: UPSERT, times },
      { kind: 'job-failed', endpoint: random.pick([UPSERT, REMOVAL]), times: 1 },
    ]);
  });
}
