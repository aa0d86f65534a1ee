// @ts-check
import assert from 'node:assert/strict';

const LANES = { short: 2, long: 8 };
const UPSERT = 'PUT /v3/marketing/contacts';
const ENDPOINTS = [
  UPSERT,
  UPSERT,
  'GET /v3/marketing/contacts/imports/{id}',
  'POST /v3/marketing/contacts/search/emails',
  'DELETE /v3/marketing/lists/{id}/contacts',
  '*',
];

/** @type {import('../round.mjs').FaultKind} */
export const destinationBroken = {
  name: 'destination-broken',
  title: 'the destination: 429 in storms, 5xx, resets, half bodies, slow, failed jobs, in mixes',
  async run({ audience, makeLane, random, times, log }) {
    const mixes = times(2, 200);
    const lanes = [];
    for (let count = times(LANES.short, LANES.long); count > 0; count -= 1) lanes.push(await makeLane());
    for (let done = 0; done < mixes; done += lanes.length) {
      await audience.change(random, 0.05);
      const drawn = lanes.map(() => drawMix(random));
      await Promise.all(lanes.map((lane, index) => survive(lane, drawn[index])));
      log(`${done + lanes.length} of ${mixes} mixes survived`);
    }
  },
};

/**
 * One run under a mix of faults. When jobs fail, rows are rejected for no fault of theirs: then the next run, without
 * faults, must bring everything up to date.
 *
 * @param {import('../lane.mjs').Lane} lane
 * @param {Record<string, unknown>[]} mix
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
 * @returns {Record<string, unknown>[]} up to three faults, each of which ends
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
      { kind: 'job-failed', endpoint: random.pick([UPSERT, ENDPOINTS[4]]), times: 1 },
    ]);
  });
}
