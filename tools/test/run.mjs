// @ts-check
/*
 * `npm test`: everything that must hold, in steps with their times. Nx runs them, and takes from its cache what has not
 * changed since it passed.
 *
 *   npm test                       all steps
 *   npm test -- unit types         only these
 *   npm test -- integration -- libs/queue     arguments after a second -- go to the test program
 *
 * It may run beside a system that is in use: its servers have ports and data folders of their own.
 */
import './environment.cjs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { lockDataDir } from '../services/data-dir-lock.mjs';
import { startServices } from '../services/index.mjs';
import { endAllOwned, lastLines, runOwned } from '../services/system/owned-process.mjs';
import { Problem, describeError } from '../services/system/problem.mjs';
import { dependenciesAreInstalled, installDependencies } from '../start/dependencies.mjs';
import { ROOT } from '../start/settings.mjs';
import { addCounts, readResults } from './results.mjs';

/** A step: the target of Nx, further arguments for Nx, and what it is. */
const STEPS = {
  lint: ['lint', '--parallel=2', 'lint, with the rule who may import whom'],
  format: ['format', '', 'format'],
  types: ['typecheck', '', 'types'],
  generated: ['generated', '', 'generated files are fresh'],
  circles: ['circles', '', 'no file imports itself over others'],
  unused: ['unused', '', 'no file, export or dependency without use'],
  build: ['build', '--parallel=2', 'build'],
  unit: ['test', '--exclude=tools --parallel=2', 'unit tests'],
  tools: ['test', '--projects=tools', 'tests of start, services and the other tools'],
  integration: ['integration', '--parallel=1', 'integration tests, on a real database and Redis'],
  browser: ['e2e', '--parallel=1', 'browser tests, on a whole system'],
  faults: ['faults', '', 'fault tests in their short form, on processes that are killed'],
};
const SHOWN_LINES = 200;
const folder = mkdtempSync(path.join(tmpdir(), 'audience-relay-results-'));
const separator = [...process.argv, '--'].indexOf('--', 2);
const chosen = process.argv.slice(2, separator);
const testArguments = process.argv.slice(separator + 1);
const seconds = (/** @type {number} */ since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
const log = (/** @type {string} */ line) => console.log(`        ${line}`);

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.once(signal, () => endAllOwned().then(() => process.exit(1)));
}

/**
 * @param {string} name
 * @param {string[]} step
 */
async function runStep(name, [target, nxArguments, title]) {
  const since = performance.now();
  const results = path.join(ROOT, 'dist/results', target);
  rmSync(results, { recursive: true, force: true });
  const args = [
    'node_modules/.bin/nx',
    'run-many',
    '-t',
    target,
    '--outputStyle=static',
    ...nxArguments.split(' '),
  ];
  const logFile = path.join(folder, `${name}.log`);
  const services = name === 'integration' ? await startTestServices() : undefined;
  const env = { ...process.env, ...services?.variables };
  const nx = {
    name,
    command: process.execPath,
    args: [...args.filter(Boolean), ...testArguments],
    cwd: ROOT,
    env,
    logFile,
  };
  const holds = await runOwned(nx).then(
    () => true,
    () => false,
  );
  await services?.stop();
  const counts = readResults(results);
  if (!holds && counts.failed === 0) counts.failed = 1;
  const tests = counts.passed > 0 ? `, ${counts.passed} passed, ${counts.failed} failed` : '';
  console.log(`  ${counts.failed === 0 ? 'ok  ' : 'FAIL'}  ${title} (${seconds(since)}${tests})`);
  if (counts.failed > 0) console.log(lastLines(logFile, SHOWN_LINES).replaceAll(/^/gm, '        '));
  return counts;
}

async function startTestServices() {
  const dataDir = path.join(folder, 'integration');
  await lockDataDir(dataDir, `process ${process.pid}`);
  const { mongodbUri, redisUrl, stop } = await startServices({ dataDir, log });
  return { variables: { TEST_MONGODB_URI: mongodbUri, TEST_REDIS_URL: redisUrl }, stop };
}

try {
  const unknown = chosen.find((name) => !(name in STEPS));
  if (unknown)
    throw new Problem(`There is no step "${unknown}". The steps are ${Object.keys(STEPS).join(', ')}.`);
  if (!dependenciesAreInstalled()) await installDependencies(folder);
  const began = performance.now();
  const all = [];
  for (const [name, step] of Object.entries(STEPS)) {
    if (chosen.length === 0 || chosen.includes(name)) all.push({ name, counts: await runStep(name, step) });
  }
  const failed = all.filter(({ counts }) => counts.failed > 0).map(({ name }) => name);
  console.log(`\nFinished after ${seconds(began)}.`);
  if (failed.length > 0) console.log(`Failed: ${failed.join(', ')}. Their whole output: ${folder}`);
  for (const name of failed) console.log(`  alone: npm test -- ${name}`);
  if (failed.length === 0) rmSync(folder, { recursive: true });
  const total = addCounts(all.map(({ counts }) => counts));
  console.log(`${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed > 0 ? 1 : 0;
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 1;
}
await endAllOwned();
