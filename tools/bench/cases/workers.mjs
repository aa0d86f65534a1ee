// @ts-check
import { runEnded, startRun } from '../../testbed/exports.mjs';

const EXPORTS = 8;
/** What an answer of a service far away takes, in milliseconds. */
const LATENCY_MS = 400;

/**
 * (g): 1, 2 and 4 workers over 8 exports.
 *
 * @param {import('../context.mjs').BenchContext} context
 */
export async function measureWorkers(context) {
  const { testbed, sandbox, small } = context;
  await sandbox.break({ kind: 'latency', endpoint: 'PUT /v3/marketing/contacts', ms: LATENCY_MS });
  /** @type {Record<number, number>} */
  const times = {};
  for (const workers of [1, 2, 4]) {
    for (const worker of [...testbed.workers]) await testbed.stopWorker(worker);
    for (let count = 0; count < workers; count += 1) await testbed.startWorker();
    const made = [];
    for (let count = 0; count < EXPORTS; count += 1) made.push((await context.makeExport(small)).exportId);
    const began = Date.now();
    const runs = [];
    for (const exportId of made) runs.push(await startRun(testbed, exportId));
    const ended = await Promise.all(runs.map((runId) => runEnded(testbed, runId)));
    times[workers] = Math.max(...ended.map(({ sentAt }) => Date.parse(sentAt))) - began;
  }
  await sandbox.heal();
  const value = Object.entries(times).map(([workers, ms]) => `${workers}: ${(ms / 1e3).toFixed(1)} s`);
  context.add({
    letter: 'g',
    what: `${EXPORTS} exports of ${small.name} at once, by so many workers`,
    value: `${value.join(', ')} (1 over 4: ${(times[1] / times[4]).toFixed(2)})`,
  });
  context.raw.workers = times;
}
