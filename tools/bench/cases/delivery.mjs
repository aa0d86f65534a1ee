// @ts-check
import { leastRequests, median, peakMemory, sendingMs } from '../measure.mjs';

const SPEED_BAR = 1.25;
const MEMORY_RATIO_BAR = 1.5;
const MEMORY_BAR_MB = 400;

/**
 * (a) to (d): what a delivery costs, for a small and a large audience, beside a bare script that sends the same.
 *
 * @param {import('../context.mjs').BenchContext} context
 */
export async function measureDelivery(context) {
  const small = await deliver(context, context.small, { rounds: 3 });
  const large = await deliver(context, context.large, { rounds: context.quick ? 1 : 2 });
  const growth = large.memoryMb / small.memoryMb;
  context.add({
    letter: 'c',
    what: `peak memory of the worker, ${context.large.name} over ${context.small.name} members`,
    value: `${large.memoryMb.toFixed(0)} / ${small.memoryMb.toFixed(0)} MB = ${growth.toFixed(2)}`,
    bar: `<= ${MEMORY_RATIO_BAR}, under ${MEMORY_BAR_MB} MB`,
    met: growth <= MEMORY_RATIO_BAR && large.memoryMb < MEMORY_BAR_MB,
  });
  context.raw.delivery = { small, large };
}

/**
 * @param {import('../context.mjs').BenchContext} context
 * @param {import('../context.mjs').Audience} audience
 * @param {{ rounds: number }} options
 */
async function deliver(context, audience, { rounds }) {
  const { testbed, sandbox } = context;
  for (const worker of [...testbed.workers]) await testbed.stopWorker(worker);
  const worker = await testbed.startWorker();

  // The first delivery makes the contacts; what is compared afterwards finds them there, in either case.
  await sandbox.clearStats();
  const { exportId } = await context.makeExport(audience);
  const first = await context.run(exportId);
  const memoryMb = peakMemory(worker.process.pid);
  const { puts, endpoints } = await sandbox.stats();
  const { bytesIn: bytes } = endpoints['PUT /v3/marketing/contacts'];
  const least = leastRequests(first.counts.sent, bytes);
  context.add({
    letter: 'a',
    what: `requests for ${audience.name} contacts (${(bytes / 1e6).toFixed(1)} MB) over the least possible`,
    value: `${puts} / ${least}`,
    bar: '1.00',
    met: puts === least,
  });

  const [ours, theirs] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([])];
  for (let round = 0; round < rounds; round += 1) {
    theirs.push((await context.bareDelivery(audience)).ms);
    ours.push(sendingMs(await context.run((await context.makeExport(audience)).exportId)));
  }
  const ratio = median(ours) / median(theirs);
  context.add({
    letter: 'b',
    what: `first delivery of ${audience.name}, engine over bare script`,
    value: `${(median(ours) / 1e3).toFixed(1)} s / ${(median(theirs) / 1e3).toFixed(1)} s = ${ratio.toFixed(2)}`,
    bar: `<= ${SPEED_BAR}`,
    met: ratio <= SPEED_BAR,
  });

  const reading = await context.bareDelivery(audience, { send: false });
  await sandbox.clearStats();
  const again = await context.run(exportId);
  const unchanged = await sandbox.stats();
  const rereadRatio = sendingMs(again) / reading.ms;
  context.add({
    letter: 'd',
    what: `unchanged re-run of ${audience.name}, over reading the same cursor`,
    value: `${unchanged.puts} PUTs, ${(sendingMs(again) / 1e3).toFixed(1)} s / ${(reading.ms / 1e3).toFixed(1)} s = ${rereadRatio.toFixed(2)}`,
    bar: '0 PUTs',
    met: unchanged.puts === 0,
  });

  const changed = await context.changeSome(audience, `Bodø ${context.made}`);
  await sandbox.clearStats();
  const few = await context.run(exportId);
  const after = await sandbox.stats();
  context.add({
    letter: 'd',
    what: `re-run of ${audience.name} with ${changed} changed`,
    value: `${few.counts.sent} sent in ${after.puts} PUTs, ${(sendingMs(few) / 1e3).toFixed(1)} s`,
    bar: `${changed} in ${Math.ceil(changed / 30_000)}`,
    met: few.counts.sent === changed && after.puts === leastRequests(changed, 0),
  });
  return { memoryMb, puts, bytes, ours, theirs, reading: reading.ms, unchangedMs: sendingMs(again), changed };
}
