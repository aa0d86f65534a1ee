// @ts-check
import { leastRequests, median, medianRatio, peakMemory, sendingMs } from '../measure.mjs';

const SPEED_BAR = 1.25;
const MEMORY_RATIO_BAR = 1.5;
const MEMORY_BAR_MB = 400;
/** The memory bar is about so many members. */
const MEMORY_BAR_MEMBERS = 1_000_000;
/** An unchanged re-run spends most of its time on one cursor read while it takes less than twice as long. */
const REREAD_BAR = 2;
/** A million people take a minute each time, which is long enough to even out much by itself. */
const FEW = { rounds: 2, rereads: 1 };

/**
 * (a) to (d): what a delivery costs, for a small and a large audience, beside a bare script that sends the same.
 *
 * @param {import('../context.mjs').BenchContext} context
 */
export async function measureDelivery(context) {
  const small = await deliver(context, context.small, { rounds: 3, rereads: 3 });
  const large = await deliver(context, context.large, context.quick ? { rounds: 3, rereads: 3 } : FEW);
  const growth = large.memoryMb / small.memoryMb;
  context.add({
    letter: 'c',
    what: `peak memory of the worker after its first run, ${context.large.name} over ${context.small.name} members`,
    value: `${large.memoryMb.toFixed(0)} / ${small.memoryMb.toFixed(0)} MB = ${growth.toFixed(2)}`,
    ...(context.large.count >= MEMORY_BAR_MEMBERS && {
      bar: `<= ${MEMORY_RATIO_BAR}, under ${MEMORY_BAR_MB} MB`,
      met: growth <= MEMORY_RATIO_BAR && large.memoryMb < MEMORY_BAR_MB,
    }),
  });
  context.add({
    letter: 'c',
    what: `peak memory of the worker after all its runs of ${context.large.name} members`,
    value: `${large.lastMemoryMb.toFixed(0)} MB`,
    bar: `under ${MEMORY_BAR_MB} MB`,
    met: large.lastMemoryMb < MEMORY_BAR_MB,
  });
  context.raw.delivery = { small, large };
}

/**
 * @param {import('../context.mjs').BenchContext} context
 * @param {import('../context.mjs').Audience} audience
 * @param {{ rounds: number, rereads: number }} options
 */
async function deliver(context, audience, { rounds, rereads }) {
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
    const turns = [
      async () => ours.push(sendingMs(await context.run((await context.makeExport(audience)).exportId))),
      async () => theirs.push(await timeOfBare(context, audience, { puts, bytes })),
    ];
    // Neither is always the first: the machine may get slower or quicker on the way.
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
  }
  const ratio = medianRatio(ours, theirs);
  context.add({
    letter: 'b',
    what: `first delivery of ${audience.name}, engine over bare script`,
    value: `${seconds(ours)} / ${seconds(theirs)} s = ${ratio.toFixed(2)}`,
    bar: `<= ${SPEED_BAR}`,
    met: ratio <= SPEED_BAR,
  });

  const [again, reading] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([])];
  await sandbox.clearStats();
  for (let round = 0; round < rereads; round += 1) {
    reading.push((await context.bareDelivery(audience, { send: false })).ms);
    again.push(sendingMs(await context.run(exportId)));
  }
  const unchanged = await sandbox.stats();
  const rereadRatio = medianRatio(again, reading);
  context.add({
    letter: 'd',
    what: `unchanged re-run of ${audience.name}, over reading the same cursor`,
    value: `${unchanged.puts} PUTs, ${seconds(again)} / ${seconds(reading)} s = ${rereadRatio.toFixed(2)}`,
    bar: `0 PUTs, under ${REREAD_BAR}`,
    met: unchanged.puts === 0 && rereadRatio < REREAD_BAR,
  });

  const changed = await context.changeSome(audience, `Bodø ${context.made}`);
  await sandbox.clearStats();
  const few = await context.run(exportId);
  const after = await sandbox.stats();
  context.add({
    letter: 'd',
    what: `re-run of ${audience.name} with ${changed} changed`,
    value: `${few.counts.sent} sent in ${after.puts} PUTs, ${seconds([sendingMs(few)])} s`,
    bar: `${changed} in ${leastRequests(changed, 0)}`,
    met: few.counts.sent === changed && after.puts === leastRequests(changed, 0),
  });
  const lastMemoryMb = peakMemory(worker.process.pid);
  return { memoryMb, lastMemoryMb, puts, bytes, ours, theirs, reading, again, changed };
}

/**
 * @param {import('../context.mjs').BenchContext} context
 * @param {import('../context.mjs').Audience} audience
 * @param {{ puts: number, bytes: number }} ours
 */
async function timeOfBare(context, audience, ours) {
  const { ms, requests, bytes } = await context.bareDelivery(audience);
  if (requests !== ours.puts || bytes !== ours.bytes) {
    const told = `${requests} requests and ${bytes} bytes, the engine ${ours.puts} and ${ours.bytes}`;
    throw new Error(`The bare script sent ${told}: they cannot be compared.`);
  }
  return ms;
}

/** @param {readonly number[]} times in milliseconds */
const seconds = (times) => (median(times) / 1e3).toFixed(1);
