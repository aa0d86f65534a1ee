// @ts-check
/*
 * The test targets of Nx: runs the tests of one project and writes how many passed and failed to dist/results.
 *
 *   node tools/test/target.mjs test|integration|e2e|faults <project folder> [arguments of the test program]
 *
 * Starts the servers or the system that the tests need, unless TEST_MONGODB_URI or TEST_API_URL name them.
 */
import './environment.cjs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { lockDataDir } from '../services/data-dir-lock.mjs';
import { startServices } from '../services/index.mjs';
import { endAllOwned } from '../services/system/owned-process.mjs';
import { describeError } from '../services/system/problem.mjs';
import { ROOT } from '../start/settings.mjs';
import { findChromium } from './chromium.mjs';
import { readJestResults, readPlaywrightResults, readTapResults } from './results.mjs';
import { startSystem } from './system.mjs';

const [kind = '', project = '', ...extra] = process.argv.slice(2);
const folder = mkdtempSync(path.join(tmpdir(), 'audience-relay-target-'));
const report = path.join(folder, 'report');
const log = (/** @type {string} */ line) => console.log(line);
/** @type {(() => Promise<void>)[]} */
const undo = [];

/** @param {number} code */
async function end(code) {
  for (const step of undo.splice(0).reverse()) await step();
  await endAllOwned();
  rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
  process.once(signal, () => end(1));

/**
 * @param {string[]} args of Node
 * @param {(file: string) => import('./results.mjs').Counts} read
 */
async function run(args, read) {
  const program = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
  undo.push(async () => void program.kill());
  const [code] = await once(program, 'exit');
  const counts = read(report);
  // A test program that failed for another reason than a test has failed all the same.
  return code === 0 || counts.failed > 0 ? counts : { ...counts, failed: 1 };
}

/** @param {string} config */
function jest(config) {
  const patterns = extra.length > 0 ? extra : [`${project}/`];
  const output = ['--json', `--outputFile=${report}`, '--passWithNoTests'];
  return run(['node_modules/.bin/jest', '-c', config, ...output, ...patterns], readJestResults);
}

/** @type {Record<string, () => Promise<import('./results.mjs').Counts>>} */
const KINDS = {
  test() {
    if (project === 'tools') return nodeTest();
    const own = `${project}/jest.config.cjs`;
    return jest(existsSync(path.join(ROOT, own)) ? own : 'tools/test/jest.unit.config.cjs');
  },
  async integration() {
    if (!process.env.TEST_MONGODB_URI) {
      const dataDir = path.join(folder, 'data');
      await lockDataDir(dataDir, `process ${process.pid}`);
      const services = await startServices({ dataDir, log });
      undo.push(services.stop);
      process.env.TEST_MONGODB_URI = services.mongodbUri;
      process.env.TEST_REDIS_URL = services.redisUrl;
    }
    return jest('tools/test/jest.integration.config.cjs');
  },
  async e2e() {
    process.env.CHROMIUM_PATH = await findChromium({ logDir: folder, log });
    if (!process.env.TEST_API_URL && project !== 'apps/sendgrid-sandbox') {
      const system = await startSystem({ log });
      undo.push(system.stop);
      Object.assign(process.env, system.variables);
    }
    process.env.TEST_REPORT = report;
    const patterns = extra.length > 0 ? extra : [`${project}/`];
    const args = [
      'node_modules/.bin/playwright',
      'test',
      '-c',
      'tools/test/playwright.config.mjs',
      '--pass-with-no-tests',
    ];
    return run([...args, ...patterns], readPlaywrightResults);
  },
  faults: () =>
    run(['tools/faults/main.mjs', '--short', '--report', report, ...extra], (file) =>
      existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { passed: 0, failed: 1 },
    ),
};

/** One file at a time: they start servers and measure how long things take. */
function nodeTest() {
  const isWanted = (/** @type {string} */ file) =>
    extra.length === 0 || extra.some((part) => file.includes(part));
  const files = readdirSync(path.join(ROOT, 'tools'), { recursive: true, encoding: 'utf8' })
    .map((file) => path.join('tools', file))
    .filter((file) => file.endsWith('.spec.mjs') && isWanted(file));
  const reporters = ['--test-reporter=spec', '--test-reporter-destination=stdout', '--test-reporter=tap'];
  const clean = ['--import', './tools/test/environment.cjs'];
  const args = [
    ...clean,
    '--test',
    '--test-concurrency=1',
    ...reporters,
    `--test-reporter-destination=${report}`,
  ];
  return run([...args, ...files], readTapResults);
}

try {
  const counts = await /** @type {() => Promise<import('./results.mjs').Counts>} */ (KINDS[kind])();
  const results = path.join(ROOT, 'dist/results', kind);
  mkdirSync(results, { recursive: true });
  writeFileSync(
    path.join(results, `${project.replace(/^(apps|libs)\//, '').replaceAll('/', '-')}.json`),
    JSON.stringify(counts),
  );
  await end(counts.failed > 0 ? 1 : 0);
} catch (error) {
  console.error(describeError(error));
  await end(1);
}
