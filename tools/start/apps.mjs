// @ts-check
import path from 'node:path';
import { startOwned } from '../services/system/owned-process.mjs';
import { keepRunning } from '../services/system/kept-running.mjs';
import { Problem } from '../services/system/problem.mjs';
import { untilItServes } from '../services/servers/until-it-serves.mjs';
import { ROOT } from './settings.mjs';

const PAGE_TIMEOUT_MS = 10_000;

/** What one application is told and another has no business with. */
const OWN_VARIABLES = [
  ...['JWT_SECRET', 'SECRET_KEYS', 'ADMIN_EMAIL', 'ADMIN_PASSWORD', 'MONGODB_URI', 'REDIS_URL'],
  ...['PORT', 'WORKER_PORT', 'SANDBOX_PORT'],
];

/**
 * @typedef {object} SystemSettings what the applications need to know of each other and of the servers
 * @property {string} dataDir
 * @property {string} host
 * @property {number} apiPort
 * @property {number} workerPort
 * @property {number} sandboxPort
 * @property {string} mongodbUri
 * @property {string} redisUrl
 * @property {import('./keys.mjs').Keys} keys
 */

/**
 * @typedef {object} App
 * @property {'sandbox' | 'api' | 'worker'} name
 * @property {string} bundle below dist/apps
 * @property {string} health the URL that answers 200 when it serves
 * @property {Record<string, string>} env
 * @property {string[]} [nodeArgs]
 */

/**
 * @param {SystemSettings} settings
 * @returns {Record<'sandbox' | 'api' | 'worker', App>}
 */
export function describeApps(settings) {
  const { dataDir, host, apiPort, workerPort, sandboxPort, keys } = settings;
  const servers = {
    HOST: host,
    DATA_DIR: dataDir,
    MONGODB_URI: settings.mongodbUri,
    REDIS_URL: settings.redisUrl,
    SECRET_KEYS: keys.secretKeys,
  };
  const address = (/** @type {number} */ port) => addressOf(host, port);
  return {
    sandbox: {
      name: 'sandbox',
      bundle: 'sendgrid-sandbox',
      health: `${address(sandboxPort)}/health`,
      env: {
        HOST: host,
        SANDBOX_PORT: String(sandboxPort),
        SANDBOX_STATE_FILE: path.join(dataDir, 'sandbox-state.json'),
      },
    },
    worker: {
      name: 'worker',
      bundle: 'worker',
      // Far more than it needs. Without a limit, Node on a large machine lets garbage grow to several times what is used.
      // And room for several pages of rows, which are gone before they would have to be moved as old.
      nodeArgs: ['--max-old-space-size=1024', '--max-semi-space-size=32'],
      health: `${address(workerPort)}/health`,
      env: { ...servers, WORKER_PORT: String(workerPort) },
    },
    api: {
      name: 'api',
      bundle: 'api',
      health: `${address(apiPort)}/api/v1/health/ready`,
      env: {
        ...servers,
        PORT: String(apiPort),
        JWT_SECRET: keys.jwtSecret,
        ADMIN_EMAIL: keys.adminEmail,
        ADMIN_PASSWORD: keys.adminPassword,
      },
    },
  };
}

/**
 * @param {string} host that a server listens on
 * @param {number} port
 * @returns {string} where it is called from this machine
 */
export function addressOf(host, port) {
  if (host === '0.0.0.0' || host === '::') return `http://127.0.0.1:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/**
 * Starts an application from dist and keeps it running.
 *
 * @param {App} app
 * @param {LaunchOptions & { log: (line: string) => void }} options
 * @returns {Promise<import('../services/system/kept-running.mjs').KeptRunning<
 *   import('../services/system/kept-running.mjs').Running>>} once it serves
 * @throws {import('../services/system/problem.mjs').Problem} with the end of its log
 */
export function startApp(app, { log, ...options }) {
  return keepRunning({ name: app.name, log, start: () => launchApp(app, options) });
}

/**
 * @typedef {object} LaunchOptions
 * @property {string} logDir
 * @property {string[]} [nodeArgs] before the program, `--watch` for one
 */

/**
 * Starts an application from dist once, for whoever wants to end it too.
 *
 * @param {App} app
 * @param {LaunchOptions} options
 * @returns {Promise<import('../services/system/kept-running.mjs').Running &
 *   { process: import('../services/system/owned-process.mjs').OwnedProcess }>} once it serves
 * @throws {import('../services/system/problem.mjs').Problem} with the end of its log
 */
export async function launchApp(app, { logDir, nodeArgs = [] }) {
  const server = await startOwned({
    name: app.name,
    command: process.execPath,
    args: [
      '--enable-source-maps',
      ...(app.nodeArgs ?? []),
      ...nodeArgs,
      path.join(ROOT, 'dist/apps', app.bundle, 'main.js'),
    ],
    cwd: ROOT,
    env: { NODE_ENV: 'production', ...sharedVariables(process.env), ...app.env },
    logFile: path.join(logDir, `${app.name}.log`),
  });
  return { ...(await untilItServes(server, () => answersOk(app.health))), process: server };
}

/**
 * Each application gets the secrets and ports that its own description names, and no others.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
function sharedVariables(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !OWN_VARIABLES.includes(name)));
}

/**
 * Fetches a page as a browser does.
 *
 * @param {string} what
 * @param {string} url
 * @param {string} logFile of who serves it
 * @throws {Problem} where no page comes back
 */
export async function requirePage(what, url, logFile) {
  let answer;
  try {
    const response = await fetch(url, {
      headers: { accept: 'text/html' },
      signal: AbortSignal.timeout(PAGE_TIMEOUT_MS),
    });
    if (response.ok && /<html/i.test(await response.text())) return;
    answer = response.ok ? 'something that is no page' : `status ${response.status}`;
  } catch (error) {
    answer = error instanceof Error ? error.message : String(error);
  }
  throw new Problem(
    `${what} at ${url} does not answer with its page (${answer}): remove the folder dist and start again; if that ` +
      `does not help, see ${logFile}.`,
  );
}

/**
 * @param {string} url
 * @returns {Promise<boolean>} whether it answers, and with a success
 */
export async function answersOk(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
