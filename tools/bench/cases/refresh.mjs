// @ts-check
import { makeSegment, refreshSegment } from '../../testbed/exports.mjs';
import { median } from '../measure.mjs';

const RULE = {
  match: 'all',
  conditions: [
    { field: 'plan', operator: 'in', value: ['plus', 'family'] },
    { field: 'orders', operator: 'greaterThan', value: 60 },
  ],
};
const FILTER = { 'fields.plan': { $in: ['plus', 'family'] }, 'fields.orders': { $gt: 60 } };

/** So often the rule is counted: the first time the database reads from the disk. */
const COUNTS = 5;

/**
 * (e): a segment refresh over one server-side count of the same rule.
 *
 * @param {import('../context.mjs').BenchContext} context
 */
export async function measureRefresh(context) {
  const { testbed } = context;
  if (testbed.workers.length === 0) await testbed.startWorker();
  let count = 0;
  const counting = [];
  for (let round = 0; round < COUNTS; round += 1) {
    const began = performance.now();
    count = await testbed.db.collection('profiles').countDocuments(FILTER);
    counting.push(performance.now() - began);
  }
  const countMs = median(counting);

  const segmentId = await makeSegment(testbed, 'Bench refresh', RULE);
  await refreshSegment(testbed, String(segmentId));
  const refreshes = await testbed.db
    .collection('segmentrefreshes')
    .find({ segmentId })
    .sort({ at: 1 })
    .toArray();
  const [first, again] = [refreshes[0], refreshes[refreshes.length - 1]];
  if (first.count !== count) throw new Error(`The refresh found ${first.count}, the count ${count}.`);
  for (const [what, { durationMs }] of /** @type {const} */ ([
    ['first refresh', first],
    ['refresh without a change', again],
  ])) {
    const ratio = (durationMs / countMs).toFixed(1);
    context.add({
      letter: 'e',
      what: `${what} of a segment (${count} of ${context.large.name}) over one count of its rule`,
      value: `${(durationMs / 1e3).toFixed(2)} s / ${(countMs / 1e3).toFixed(2)} s = ${ratio}`,
    });
  }
  context.raw.refresh = { count, countMs, firstMs: first.durationMs, againMs: again.durationMs };
}
