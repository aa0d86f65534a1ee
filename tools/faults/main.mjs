// @ts-check
/*
 * What may break, broken: processes killed and paused, servers restarted and emptied, a destination that misbehaves.
 * After each fault the run must end by itself, and its counts, the list and the ledger must be what a small model says.
 *
 *   npm run test:faults                              everything, about half an hour
 *   npm run test:faults -- --short                   a little of each kind, as in `npm test`
 *   npm run test:faults -- --only worker-killed      one kind (several: --only a --only b)
 *   npm run test:faults -- --seed 42                 the same draws as a run that failed
 *
 * Environment: FAULTS_DATA_DIR keeps data and logs there; otherwise they are removed unless something failed.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { endAllOwned } from '../services/system/owned-process.mjs';
import { describeError, Problem } from '../services/system/problem.mjs';
import { ensureBuilt } from '../start/build.mjs';
import { importOne, makeSegment } from '../testbed/exports.mjs';
import { makePerson } from '../generate-people/people.mjs';
import { createRandom } from '../testbed/random.mjs';
import { Testbed } from '../testbed/system.mjs';
import { Audience } from './audience.mjs';
import { apiKilled } from './kinds/api-killed.mjs';
import { claimedTwice } from './kinds/claimed-twice.mjs';
import { clockJumped } from './kinds/clock-jumped.mjs';
import { databaseRestarted } from './kinds/database-restarted.mjs';
import { destinationBroken } from './kinds/destination-broken.mjs';
import { redisLost } from './kinds/redis-lost.mjs';
import { workerKilled } from './kinds/worker-killed.mjs';
import { workerPaused } from './kinds/worker-paused.mjs';
import { Lane } from './lane.mjs';
import { verifyNothingLeaked } from './leaks.mjs';

/** @type {import('./round.mjs').FaultKind[]} */
const KINDS = [
  workerKilled,
  apiKilled,
  workerPaused,
  clockJumped,
  redisLost,
  databaseRestarted,
  claimedTwice,
  destinationBroken,
];

/** Long texts make a batch of 6 MB small: about 1,000 people. */
const TEXT_LENGTH = 6_000;
const PEOPLE = { short: 4_000, long: 12_000 };
/** Short, so that a lost lease is soon noticed. */
const LEASE_MS = '2000';

const { values: options } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    only: { type: 'string', multiple: true },
    report: { type: 'string' },
  },
});

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.once(signal, async () => {
    await endAllOwned(0);
    process.exit(1);
  });
}

/** Of the next audience's people. */
let firstNumber = 0;

/** Set when everything is ended at once: then it is no news that servers end. */
let isEnding = false;

try {
  await main();
} catch (error) {
  console.error(describeError(error));
  isEnding = true;
  await endAllOwned(0);
  process.exit(1);
}

async function main() {
  const { short, seed, only } = options;
  const kinds = KINDS.filter(({ name, longOnly }) => (only ? only.includes(name) : !(short && longOnly)));
  const unknown = only?.find((name) => !KINDS.some((kind) => kind.name === name));
  if (unknown)
    throw new Problem(`No kind "${unknown}": there are ${KINDS.map(({ name }) => name).join(', ')}.`);
  console.log(`Faults, ${short ? 'short' : 'long'} form, seed ${seed}`);

  const dataDir = process.env.FAULTS_DATA_DIR ?? mkdtempSync(path.join(tmpdir(), 'audience-relay-faults-'));
  await ensureBuilt(path.join(dataDir, 'logs'));
  const testbed = await Testbed.start({
    dataDir,
    log: (line) => isEnding || console.log(`        ${line}`),
    workerEnv: { RUN_LEASE_MS: LEASE_MS },
  });
  await Promise.all([testbed.startWorker(), testbed.startWorker()]);
  const audience = await makeAudience(testbed, { seed, people: short ? PEOPLE.short : PEOPLE.long });
  const lane = await Lane.make(testbed, audience, 'lane');
  const makeLaneOf = async (/** @type {{ seed: number, people: number }} */ size) =>
    Lane.make(testbed, await makeAudience(testbed, size), `lane ${size.seed}`);

  let failed = 0;
  let passed = 0;
  for (const { name, title, run } of kinds) {
    const since = performance.now();
    const log = (/** @type {string} */ line) => console.log(`        ${name}: ${line} (${seconds(since)})`);
    const random = createRandom(`${seed}/${name}`);
    const times = (/** @type {number} */ few, /** @type {number} */ many) => (short ? few : many);
    try {
      await run({ testbed, audience, lane, makeLaneOf, random, times, log });
      await verifyNothingLeaked(testbed);
      passed += 1;
      console.log(`  ok    ${title} (${seconds(since)})`);
    } catch (error) {
      failed += 1;
      console.log(`  FAIL  ${title} (${seconds(since)})\n${/** @type {Error} */ (error).stack}`);
      const again = [
        ...(short ? ['--short'] : []),
        '--seed',
        seed,
        ...(only ?? []).flatMap((one) => ['--only', one]),
      ];
      console.log(`        again: npm run test:faults -- ${again.join(' ')}; logs and data: ${dataDir}`);
      // What comes after would be held against a model that is no longer right.
      break;
    }
  }
  await testbed.stop();
  if (failed === 0 && !process.env.FAULTS_DATA_DIR) rmSync(dataDir, { recursive: true, force: true });
  if (options.report) writeFileSync(options.report, JSON.stringify({ passed, failed }));
  console.log(`${passed} passed, ${failed} failed`);
  await endAllOwned();
  process.exit(failed > 0 ? 1 : 0);
}

/**
 * @param {Testbed} testbed
 * @param {{ seed: string | number, people: number }} options
 */
async function makeAudience(testbed, { seed, people }) {
  const { id, fields } = makePerson(seed, 0);
  await importOne(testbed, {
    id: `template ${id}`,
    fields: { ...fields, phone: '+47 22 00 00 00', member: 'out', text: 'text' },
  });
  const memberOf = `audience ${firstNumber}`;
  const rule = { match: 'all', conditions: [{ field: 'member', operator: 'equals', value: memberOf }] };
  const segmentId = await makeSegment(testbed, `Members ${seed}`, rule);
  const audience = new Audience(testbed, segmentId, {
    ...{ seed, firstNumber, memberOf, textLength: TEXT_LENGTH },
  });
  firstNumber += people;
  await audience.add(people);
  return audience;
}

/** @param {number} since */
function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
