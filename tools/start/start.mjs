// @ts-check
/*
 * `npm start`: from a clone to a running system. Installs, finds or starts the database and Redis, makes keys,
 * builds, starts the applications, and fills in the demo. Needs nothing but Node until `npm ci` is done.
 *
 * `npm run dev` (--dev): the same, with the applications built and started again on every change, and the
 * console served by its development server.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { lockDataDir } from '../services/data-dir-lock.mjs';
import { startServices } from '../services/index.mjs';
import { endAllOwned, lastLines, runOwned, stopOwned } from '../services/system/owned-process.mjs';
import { requireFreePort } from '../services/system/ports.mjs';
import { Problem, describeError } from '../services/system/problem.mjs';
import { addressOf, describeApps, requirePage, startApp } from './apps.mjs';
import { ensureBuilt } from './build.mjs';
import { dependenciesAreInstalled, installDependencies } from './dependencies.mjs';
import { startDevServers } from './dev-servers.mjs';
import { loadKeys } from './keys.mjs';
import { ROOT, readSettings } from './settings.mjs';
import { createSteps } from './steps.mjs';

const isDev = process.argv.includes('--dev');
const env = process.env;
const APPLICATIONS = ['api', 'worker', 'sandbox', 'the demo'];

/**
 * What runs, in the order in which it is stopped: whoever uses another part goes before it.
 *
 * @type {Record<'builders' | 'apps' | 'sandbox' | 'servers', { stop(): Promise<void> }[]>}
 */
const running = { builders: [], apps: [], sandbox: [], servers: [] };
let isEnding = false;
const steps = createSteps((line) => {
  if (!isEnding) console.log(line);
});

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => void end(0, 'Stopping.'));
}

try {
  await start();
} catch (error) {
  await end(1, describeError(error));
}

async function start() {
  requireNode();
  const settings = readSettings(env);
  const { dataDir, host, apiPort, workerPort, sandboxPort } = settings;
  const logDir = path.join(dataDir, 'logs');
  const local = (/** @type {number} */ port) => addressOf(host === '127.0.0.1' ? 'localhost' : host, port);

  console.log(`Audience Relay starts. Data and logs are kept in ${dataDir}.`);
  mkdirSync(logDir, { recursive: true, mode: 0o700 });
  await lockDataDir(dataDir, local(apiPort));
  await requireFreePort(apiPort, 'the console and its API', 'PORT');
  await requireFreePort(workerPort, "the worker's health address", 'WORKER_PORT');
  await requireFreePort(sandboxPort, 'the SendGrid sandbox', 'SANDBOX_PORT');
  if (isDev) await requireFreePort(settings.devPort, "the console's development server", 'DEV_PORT');

  const keys = loadKeys(dataDir, env);
  const dependencies = dependenciesAreInstalled()
    ? Promise.resolve()
    : steps.run('npm packages installed (npm ci)', () => installDependencies(logDir));
  const builds = dependencies.then(async () => {
    await steps.run('applications built, or found unchanged', () => ensureBuilt(logDir));
  });
  const servers = steps.run('database and Redis started', async () => {
    const services = await startServices({
      dataDir,
      redisPort: settings.redisPort,
      log: steps.note,
      dependenciesReady: dependencies,
    });
    running.servers.push(services);
    for (const line of services.describe) steps.note(line);
    return services;
  });
  const [services] = await Promise.all([servers, builds]);

  const apps = describeApps({
    ...{ dataDir, host, apiPort, workerPort, sandboxPort, keys },
    mongodbUri: services.mongodbUri,
    redisUrl: services.redisUrl,
  });
  const started = await Promise.all(
    [apps.sandbox, apps.worker, apps.api].map((app) =>
      steps.run(`${app.name} started`, async () => {
        const kept = await startApp(app, { logDir, log: steps.note, nodeArgs: isDev ? ['--watch'] : [] });
        running[app.name === 'sandbox' ? 'sandbox' : 'apps'].push(kept);
        return kept;
      }),
    ),
  );

  if (settings.demo) await fillDemo({ dataDir, host, logDir, keys, apiPort, sandboxPort });
  let consoleUrl = local(apiPort);
  if (isDev) {
    const dev = await steps.run('builders that watch the sources, and the console', () =>
      startDevServers({ logDir, apiPort, consolePort: settings.devPort }),
    );
    running.builders.push(dev);
    consoleUrl = dev.consoleUrl;
  }

  await steps.run('pages of the console and the sandbox fetched', async () => {
    const logOf = (/** @type {string} */ name) => path.join(logDir, `${name}.log`);
    await requirePage('The console', consoleUrl, logOf(isDev ? 'console' : 'api'));
    await requirePage('The sandbox', local(sandboxPort), logOf('sandbox'));
  });

  console.log(
    [
      '',
      `  Console          ${consoleUrl}`,
      `  API description  ${local(apiPort)}/api/docs`,
      `  SendGrid sandbox ${local(sandboxPort)}  (the contacts that arrived)`,
      `  Sign in          ${keys.adminEmail}  ${howToSignIn(keys, settings.demo)}`,
      `  Logs             ${path.relative(process.cwd(), logDir) || logDir}`,
      '  Stop             Ctrl-C; the data stays',
      '',
      `Ready after ${steps.total()}: ${consoleUrl}`,
    ].join('\n'),
  );
  await end(1, (await Promise.race([services.gaveUp, ...started.map((app) => app.gaveUp)])).message);
}

/**
 * @param {object} options
 * @param {string} options.dataDir
 * @param {string} options.host
 * @param {string} options.logDir
 * @param {import('./keys.mjs').Keys} options.keys
 * @param {number} options.apiPort
 * @param {number} options.sandboxPort
 */
async function fillDemo({ dataDir, host, logDir, keys, apiPort, sandboxPort }) {
  const mark = path.join(dataDir, 'demo-is-filled');
  if (existsSync(mark)) return;
  const logFile = path.join(logDir, 'seed.log');
  await steps.run('demo filled: profiles imported, a segment made, one export delivered', async () => {
    try {
      await runOwned({
        name: 'the demo',
        command: process.execPath,
        args: [path.join(ROOT, 'tools/seed/seed.mjs')],
        env: {
          ...env,
          API_URL: addressOf(host, apiPort),
          SANDBOX_URL: addressOf(host, sandboxPort),
          ADMIN_EMAIL: keys.adminEmail,
          ADMIN_PASSWORD: keys.adminPassword,
        },
        logFile,
      });
    } catch {
      throw new Problem(
        `The demo could not be filled in; start with DEMO=0 to go without it. The end of ${logFile}:\n` +
          lastLines(logFile, 12),
      );
    }
  });
  for (const line of lastLines(logFile, 4).split('\n').filter(Boolean)) steps.note(line);
  writeFileSync(mark, `${new Date().toISOString()}\n`);
}

/**
 * @param {ReturnType<typeof loadKeys>} keys
 * @param {boolean} demo
 */
function howToSignIn(keys, demo) {
  if (!keys.passwordIsGenerated) return 'with the password of ADMIN_PASSWORD (the one of the first start)';
  const file = path.relative(process.cwd(), keys.file);
  if (demo || keys.isNew) {
    return `${keys.adminPassword}  (made at the first start, kept in ${file}; change it in the console, under your name)`;
  }
  return `with the password that was made at the first start (${file}), unless you changed it`;
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new Problem(
    `Node ${process.versions.node} is too old: install Node 20.19 or newer (https://nodejs.org).`,
  );
}

/**
 * Ends what was started here and nothing else, stage by stage, and then this process.
 *
 * @param {number} code
 * @param {string} message
 */
async function end(code, message) {
  if (isEnding) return;
  isEnding = true;
  console[code === 0 ? 'log' : 'error'](`\n${message}`);
  for (const [stage, members] of Object.entries(running)) {
    // An application that was only just being started is not on that list, and uses the servers too.
    if (stage === 'servers') await stopOwned((name) => APPLICATIONS.includes(name));
    await Promise.all(members.map((started) => started.stop()));
  }
  await endAllOwned();
  if (code === 0) console.log('Stopped.');
  process.exit(code);
}
