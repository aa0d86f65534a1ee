// @ts-check
import { runEnded, startRun } from '../../testbed/exports.mjs';
import { ASK_EVERY_MS } from '../context.mjs';

const EXPORTS = 8;
const WORKERS = [1, 2, 4];
/** What one answer takes, in milliseconds: none, where the machine is the limit; long, where the service is. */
const LATENCIES_MS = [0, 4_000];

/**
 * (g): 1, 2 and 4 workers over 8 exports, to a service that answers at once and to a slow one.
 *
 * @param {import('../context.mjs').BenchContext} context
 */
export async function measureWorkers(context) {
  const { testbed, sandbox, few } = context;
  /** @type {Record<string, Record<number, number>>} */
  const raw = {};
  for (const latencyMs of LATENCIES_MS) {
    if (latencyMs > 0)
      await sandbox.break({ kind: 'latency', endpoint: 'PUT /v3/marketing/contacts', ms: latencyMs });
    /** @type {Record<number, number>} */
    const times = {};
    for (const count of WORKERS) times[count] = await timeOf(context, count);
    await sandbox.heal();
    const each = WORKERS.map((count) => `${count}: ${(times[count] / 1e3).toFixed(1)} s`);
    context.add({
      letter: 'g',
      what: `${EXPORTS} exports of ${few.name} at once by so many workers, answers after ${latencyMs / 1e3} s`,
      value: `${each.join(', ')} (1 over 4: ${(times[1] / times[4]).toFixed(2)})`,
    });
    raw[latencyMs] = times;
  }
  for (const worker of testbed.workers.slice(1)) await testbed.stopWorker(worker);
  context.raw.workers = raw;
}

/**
 * @param {import('../context.mjs').BenchContext} context
 * @param {number} workers
 * @returns {Promise<number>} milliseconds from the first start until the last contact was accepted
 */
async function timeOf(context, workers) {
  const { testbed, sandbox, few } = context;
  for (const worker of [...testbed.workers]) await testbed.stopWorker(worker);
  for (let count = 0; count < workers; count += 1) await testbed.startWorker();
  const made = [];
  for (let count = 0; count < EXPORTS; count += 1) made.push((await context.makeExport(few)).exportId);
  const began = Date.now();
  const runs = [];
  for (const exportId of made) runs.push(await startRun(testbed, exportId));
  let last = began;
  // One after the other: asking about all of them at once would take a good part of the machine's time.
  for (const runId of runs) {
    const { sentAt } = await runEnded(testbed, runId, undefined, ASK_EVERY_MS);
    last = Math.max(last, Date.parse(sentAt));
  }
  await sandbox.idle();
  return last - began;
}
