// @ts-check
/*
 * What the product costs, as ratios within one run on one machine: so they mean something on any machine.
 *
 *   npm run bench                        100,000 and 1,000,000 people: about 20 minutes on two cores
 *   npm run bench -- quick               10,000 and 100,000 people: a few minutes
 *   npm run bench -- --members 300000    so many instead of 1,000,000 (and a tenth of it)
 *   npm run bench -- --only delivery     one question: delivery, refresh, import, workers, lists
 *
 * Prints a table and writes it with all figures to bench/ in the data folder (DATA_DIR, .data). Servers, data and
 * applications are its own, in a temporary folder.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { endAllOwned } from '../services/system/owned-process.mjs';
import { describeError, Problem } from '../services/system/problem.mjs';
import { ensureBuilt } from '../start/build.mjs';
import { readSettings } from '../start/settings.mjs';
import { importOne, makeSegment } from '../testbed/exports.mjs';
import { makePerson } from '../generate-people/people.mjs';
import { Testbed } from '../testbed/system.mjs';
import { measureDelivery } from './cases/delivery.mjs';
import { measureImport } from './cases/import.mjs';
import { measureLists } from './cases/lists.mjs';
import { measureRefresh } from './cases/refresh.mjs';
import { measureWorkers } from './cases/workers.mjs';
import { BenchContext } from './context.mjs';
import { fillProfiles } from './people-in-database.mjs';

const CASES = {
  delivery: measureDelivery,
  refresh: measureRefresh,
  workers: measureWorkers,
  lists: measureLists,
  import: measureImport,
};
const SEED = 'bench';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { members: { type: 'string' }, only: { type: 'string', multiple: true } },
});

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.once(signal, async () => {
    await endAllOwned(0);
    process.exit(1);
  });
}

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
  const quick = positionals.includes('quick');
  const members = Number(options.members ?? (quick ? 100_000 : 1_000_000));
  const { only } = options;
  const unknown = only?.find((name) => !(name in CASES));
  if (unknown) throw new Problem(`No question "${unknown}": there are ${Object.keys(CASES).join(', ')}.`);
  if (!Number.isInteger(members) || members < 1_000)
    throw new Problem('--members must be a number from 1,000.');

  const began = performance.now();
  const log = (/** @type {string} */ line) =>
    isEnding || console.log(`  ${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${line}`);
  const dataDir = mkdtempSync(path.join(tmpdir(), 'audience-relay-bench-'));
  await ensureBuilt(path.join(dataDir, 'logs'));
  const testbed = await Testbed.start({ dataDir, log });
  await testbed.startWorker();
  const sandbox = await testbed.startSandbox();
  // No limits of an account, and verdicts soon: what is waited for there is not what is measured.
  await sandbox.change({
    rates: { '*': { limit: 1_000_000 } },
    timings: { applyMs: 200, finishMs: 400 },
  });

  log(`putting ${members} people into the database`);
  const { id, fields } = makePerson(SEED, 0);
  await importOne(testbed, { id: `template ${id}`, fields });
  const [few, small, large] = await makeAudiences(testbed, members);
  const context = await BenchContext.make(testbed, sandbox, { seed: SEED, quick, few, small, large, log });
  for (const [name, measure] of Object.entries(CASES)) {
    if (!only || only.includes(name)) await measure(context);
  }
  await testbed.stop();
  rmSync(dataDir, { recursive: true, force: true });
  report(context, { quick, members, seconds: Math.round((performance.now() - began) / 1000) });
  await endAllOwned();
  process.exit(0);
}

/**
 * @param {Testbed} testbed
 * @param {number} members
 * @returns {Promise<import('./context.mjs').Audience[]>}
 */
async function makeAudiences(testbed, members) {
  // Their members are written with them; nobody refreshes these segments.
  const nobody = { match: 'all', conditions: [{ field: 'revision', operator: 'lessThan', value: 0 }] };
  const audiences = [];
  for (const count of [members / 100, members / 10, members].map(Math.floor)) {
    const segmentId = await makeSegment(testbed, `First ${count}`, nobody);
    audiences.push({ name: count.toLocaleString('en'), segmentId, first: 0, count });
  }
  const segments = audiences.map(({ segmentId, first, count }) => ({ id: segmentId, first, count }));
  await fillProfiles(testbed, { seed: SEED, count: members, segments });
  return audiences;
}

/**
 * @param {BenchContext} context
 * @param {{ quick: boolean, members: number, seconds: number }} about
 */
function report({ figures, raw }, about) {
  const rows = figures.map(({ letter, what, value, bar = '', met }) => ({
    '': letter,
    what: what,
    figure: value,
    bar,
    met: met === undefined ? '' : met ? 'yes' : 'NO',
  }));
  console.table(rows);
  const machine = {
    cpu: cpus()[0]?.model,
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
  };
  const folder = path.join(readSettings(process.env).dataDir, 'bench');
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${new Date().toISOString().replaceAll(':', '-')}.json`);
  writeFileSync(
    file,
    `${JSON.stringify({ ...about, machine, node: process.version, figures, raw }, null, 2)}\n`,
  );
  console.log(`Written to ${file}`);
}
