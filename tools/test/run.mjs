// @ts-check
/*
 * `npm test`: everything that must hold, in steps with their times.
 *
 *   npm test                       all steps
 *   npm test -- unit types         only these
 *   npm test -- integration -- libs/queue     arguments after a second -- go to the test program
 *
 * It may run beside a system that is in use: its servers have ports and data folders of their own.
 */
import './environment.cjs';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { lockDataDir } from '../services/data-dir-lock.mjs';
import { startServices } from '../services/index.mjs';
import { endAllOwned, lastLines, startOwned } from '../services/system/owned-process.mjs';
import { Problem, describeError } from '../services/system/problem.mjs';
import { ensureBuilt } from '../start/build.mjs';
import { dependenciesAreInstalled, installDependencies } from '../start/dependencies.mjs';
import { ROOT } from '../start/settings.mjs';
import { findChromium } from './chromium.mjs';
import { addCounts, readJestResults, readTapResults } from './results.mjs';
import { startSystem } from './system.mjs';

const SHOWN_LINES = 200;
const folder = mkdtempSync(path.join(tmpdir(), 'audience-relay-results-'));
const [stepArguments, testArguments] = splitArguments(process.argv.slice(2));

/**
 * @typedef {import('./results.mjs').Counts} Counts
 * @typedef {object} Step
 * @property {string} name
 * @property {string} title
 * @property {() => Promise<Counts>} run a check that is no test counts as nothing where it holds, as one where not
 */

/** @type {Step[]} */
const STEPS = [
  { name: 'lint', title: 'lint, with the rule who may import whom', run: () => check('lint', nx('lint')) },
  { name: 'format', title: 'format', run: () => check('format', npmRun('format:check')) },
  { name: 'types', title: 'types', run: checkTypes },
  {
    name: 'generated',
    title: 'generated files are fresh',
    run: () => check('generated', npmRun('check:generated')),
  },
  { name: 'build', title: 'build', run: build },
  { name: 'unit', title: 'unit tests', run: runUnitTests },
  { name: 'tools', title: 'tests of start, services and the other tools', run: runToolTests },
  { name: 'integration', title: 'integration tests, on a real database and Redis', run: runIntegrationTests },
  { name: 'browser', title: 'browser tests, on a whole system', run: runBrowserTests },
  {
    name: 'faults',
    title: 'fault tests in their short form, on processes that are killed',
    run: runFaultTests,
  },
];

/** Checks that use one core each, so two of these rows run side by side; whatever measures time runs alone after. */
const SIDE_BY_SIDE = [
  ['lint', 'format'],
  ['types', 'generated', 'build'],
];

/** @type {Counts[]} */
const results = [];
/** @type {string[]} */
const failedSteps = [];

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.once(signal, async () => {
    console.error('\nInterrupted.');
    await endAllOwned();
    process.exit(1);
  });
}

try {
  await main();
} catch (error) {
  console.error(describeError(error));
  await endAllOwned();
  process.exit(1);
}

async function main() {
  const chosen = chooseSteps(stepArguments);
  const began = performance.now();
  if (!dependenciesAreInstalled()) {
    await timed('npm packages installed (npm ci)', () => installDependencies(folder));
  }
  const isChosen = (/** @type {string} */ name) => chosen.some((step) => step.name === name);
  const rows = SIDE_BY_SIDE.map((row) => row.filter(isChosen));
  await Promise.all(rows.map(runRow));
  const alone = chosen.map((step) => step.name).filter((name) => !SIDE_BY_SIDE.flat().includes(name));
  await runRow(alone);
  await endAllOwned();

  const { passed, failed } = addCounts(results);
  console.log(`\nFinished after ${seconds(began)}.`);
  if (failedSteps.length > 0) {
    console.log(`Failed: ${failedSteps.join(', ')}. Their whole output: ${folder}`);
    for (const name of failedSteps) console.log(`  alone: npm test -- ${name}`);
  } else {
    rmSync(folder, { recursive: true });
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed > 0 ? 1 : 0);
}

/** @param {string[]} names */
async function runRow(names) {
  for (const name of names) {
    const step = /** @type {Step} */ (STEPS.find((candidate) => candidate.name === name));
    const since = performance.now();
    let counts;
    try {
      counts = await step.run();
    } catch (error) {
      console.log(`\n${describeError(error)}`);
      counts = { passed: 0, failed: 1 };
    }
    results.push(counts);
    const tests =
      counts.passed + counts.failed > 1 ? `, ${counts.passed} passed, ${counts.failed} failed` : '';
    console.log(`  ${counts.failed === 0 ? 'ok  ' : 'FAIL'}  ${step.title} (${seconds(since)}${tests})`);
    if (counts.failed > 0) {
      failedSteps.push(name);
      console.log(indent(lastLines(logOf(name), SHOWN_LINES)));
    }
  }
}

/**
 * @param {string} name
 * @param {{ command: string, args: string[] }} program
 * @returns {Promise<Counts>}
 */
async function check(name, program) {
  return { passed: 0, failed: (await succeeds(name, program)) ? 0 : 1 };
}

async function checkTypes() {
  const tools = node('tsc', '-p', 'tools/tsconfig.json');
  const holds = (await succeeds('types', npmRun('typecheck'))) && (await succeeds('types', tools));
  return { passed: 0, failed: holds ? 0 : 1 };
}

async function build() {
  await ensureBuilt(folder);
  return { passed: 0, failed: 0 };
}

async function runUnitTests() {
  const configs = [
    'tools/test/jest.unit.config.cjs',
    ...['apps/admin', 'libs/ui'].map((project) => `${project}/jest.config.cjs`),
  ];
  const counts = [];
  for (const config of configs) {
    if (existsSync(path.join(ROOT, config))) counts.push(await jest('unit', config));
  }
  return addCounts(counts);
}

async function runToolTests() {
  const files = readdirSync(path.join(ROOT, 'tools'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.spec.mjs'))
    .map((file) => path.join('tools', file));
  const tap = path.join(folder, 'tools.tap');
  const reporters = ['--test-reporter=spec', '--test-reporter-destination=stdout'];
  const alsoTap = ['--test-reporter=tap', `--test-reporter-destination=${tap}`];
  // One file at a time: they start servers and measure how long things take.
  const clean = ['--import', pathToFileURL(path.join(ROOT, 'tools/test/environment.cjs')).href];
  const args = [
    ...clean,
    '--test',
    '--test-concurrency=1',
    ...reporters,
    ...alsoTap,
    ...testArguments,
    ...files,
  ];
  const succeeded = await succeeds('tools', { command: process.execPath, args });
  return withExitCode(readTapResults(tap), succeeded);
}

async function runIntegrationTests() {
  const dataDir = path.join(folder, 'integration');
  await lockDataDir(dataDir, `process ${process.pid}`);
  const services = await startServices({ dataDir, log: (line) => console.log(`        ${line}`) });
  try {
    return await jest('integration', 'tools/test/jest.integration.config.cjs', {
      TEST_MONGODB_URI: services.mongodbUri,
      TEST_REDIS_URL: services.redisUrl,
    });
  } finally {
    await services.stop();
    rmSync(dataDir, { recursive: true });
  }
}

async function runBrowserTests() {
  const log = (/** @type {string} */ line) => console.log(`        ${line}`);
  const chromium = await findChromium({ logDir: folder, log });
  const system = await startSystem({ log, logDir: path.join(folder, 'system') });
  try {
    const variables = { ...system.variables, CHROMIUM_PATH: chromium };
    return await jest('browser', 'tools/test/jest.e2e.config.cjs', variables);
  } finally {
    await system.stop();
  }
}

/** A little of each kind of fault: no member lost, none counted twice, no manual step. */
async function runFaultTests() {
  const report = path.join(folder, 'faults.json');
  const args = ['tools/faults/main.mjs', '--short', '--report', report, ...testArguments];
  const succeeded = await succeeds('faults', { command: process.execPath, args });
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { passed: 0, failed: 0 };
  return withExitCode(counts, succeeded);
}

/**
 * @param {string} step
 * @param {string} config
 * @param {Record<string, string>} [variables]
 * @returns {Promise<Counts>}
 */
async function jest(step, config, variables = {}) {
  const file = path.join(folder, `${config.replaceAll('/', '-')}.json`);
  const args = ['-c', config, '--json', `--outputFile=${file}`, ...testArguments];
  // Jest prints its JSON too unless told where; its readable report goes to standard error.
  const succeeded = await succeeds(step, node('jest', ...args), variables);
  return withExitCode(readJestResults(file), succeeded);
}

/**
 * A test program that failed for another reason than a test has failed all the same.
 *
 * @param {Counts} counts
 * @param {boolean} succeeded
 * @returns {Counts}
 */
function withExitCode(counts, succeeded) {
  return succeeded || counts.failed > 0 ? counts : { ...counts, failed: 1 };
}

/**
 * @param {string} step
 * @param {{ command: string, args: string[] }} program
 * @param {Record<string, string>} [variables]
 * @returns {Promise<boolean>}
 */
async function succeeds(step, program, variables = {}) {
  const running = await startOwned({
    name: step,
    ...program,
    cwd: ROOT,
    env: { ...process.env, ...variables },
    logFile: logOf(step),
  });
  return (await running.exited).code === 0;
}

/** @param {string} step */
function logOf(step) {
  return path.join(folder, `${step}.log`);
}

/**
 * @param {string} program of an installed package
 * @param {string[]} args
 */
function node(program, ...args) {
  return { command: process.execPath, args: [path.join(ROOT, 'node_modules/.bin', program), ...args] };
}

/** @param {string} target */
function nx(target) {
  return node('nx', 'run-many', '-t', target, '--parallel=1', '--outputStyle=static');
}

/** @param {string} script */
function npmRun(script) {
  return { command: 'npm', args: ['run', '--silent', script] };
}

/**
 * @param {string[]} names
 * @returns {Step[]}
 */
function chooseSteps(names) {
  const unknown = names.find((name) => !STEPS.some((step) => step.name === name));
  if (unknown) {
    const known = STEPS.map((step) => step.name).join(', ');
    throw new Problem(`There is no step "${unknown}". The steps are ${known}.`);
  }
  return STEPS.filter((step) => names.length === 0 || names.includes(step.name));
}

/**
 * @param {string[]} args
 * @returns {[string[], string[]]} what stands before a -- and after it
 */
function splitArguments(args) {
  const at = args.indexOf('--');
  return at < 0 ? [args, []] : [args.slice(0, at), args.slice(at + 1)];
}

/**
 * @param {string} title
 * @param {() => Promise<void>} work
 */
async function timed(title, work) {
  const since = performance.now();
  await work();
  console.log(`  ok    ${title} (${seconds(since)})`);
}

/** @param {number} since */
function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

/** @param {string} text */
function indent(text) {
  return text.replaceAll(/^/gm, '        ');
}
