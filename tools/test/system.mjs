// @ts-check
/*
 * A whole system for tests: the built applications with servers of their own, on free ports, with a temporary
 * data folder, so that it can run beside a system that is in use.
 *
 *   node tools/test/system.mjs     starts one, prints the variables that the browser tests read, and waits for Ctrl-C
 */
import './environment.cjs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { lockDataDir } from '../services/data-dir-lock.mjs';
import { startServices } from '../services/index.mjs';
import { endAllOwned } from '../services/system/owned-process.mjs';
import { findFreePort } from '../services/system/ports.mjs';
import { describeError } from '../services/system/problem.mjs';
import { describeApps, startApp } from '../start/apps.mjs';
import { ensureBuilt } from '../start/build.mjs';
import { loadKeys } from '../start/keys.mjs';

/**
 * @typedef {object} TestSystem
 * @property {string} apiUrl also of the console
 * @property {string} workerUrl
 * @property {string} sandboxUrl
 * @property {string} mongodbUri
 * @property {string} redisUrl
 * @property {{ email: string, password: string }} admin
 * @property {string} logDir
 * @property {Record<string, string>} variables the same for the environment of a test run
 * @property {() => Promise<void>} stop ends it and removes its data
 */

/**
 * @param {object} options
 * @param {(line: string) => void} options.log
 * @param {string} [options.logDir] of the build and the applications; default: in the temporary data folder
 * @returns {Promise<TestSystem>} once every part serves
 */
export async function startSystem({ log, logDir: chosenLogDir }) {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'audience-relay-test-'));
  const logDir = chosenLogDir ?? path.join(dataDir, 'logs');
  /** @type {{ stop(): Promise<void> }[]} */
  const running = [];
  const stop = async () => {
    for (const started of running.splice(0).reverse()) await started.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    await lockDataDir(dataDir, `process ${process.pid}`);
    const [services] = await Promise.all([startServices({ dataDir, log }), ensureBuilt(logDir)]);
    running.push(services);
    const [apiPort, workerPort, sandboxPort] = [
      await findFreePort(),
      await findFreePort(),
      await findFreePort(),
    ];
    const keys = loadKeys(dataDir, {});
    const apps = describeApps({
      ...{ dataDir, host: '127.0.0.1', apiPort, workerPort, sandboxPort, keys },
      ...{ mongodbUri: services.mongodbUri, redisUrl: services.redisUrl },
    });
    await Promise.all(
      Object.values(apps).map(async (app) => void running.push(await startApp(app, { logDir, log }))),
    );

    const urls = {
      apiUrl: `http://127.0.0.1:${apiPort}`,
      workerUrl: `http://127.0.0.1:${workerPort}`,
      sandboxUrl: `http://127.0.0.1:${sandboxPort}`,
    };
    return {
      ...urls,
      mongodbUri: services.mongodbUri,
      redisUrl: services.redisUrl,
      admin: { email: keys.adminEmail, password: keys.adminPassword },
      logDir,
      variables: {
        TEST_API_URL: urls.apiUrl,
        TEST_WORKER_URL: urls.workerUrl,
        TEST_SANDBOX_URL: urls.sandboxUrl,
        TEST_ADMIN_EMAIL: keys.adminEmail,
        TEST_ADMIN_PASSWORD: keys.adminPassword,
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function main() {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.once(signal, async () => {
      await system?.stop();
      await endAllOwned();
      process.exit(0);
    });
  }
  /** @type {TestSystem | undefined} */
  let system;
  try {
    system = await startSystem({ log: (line) => console.error(line) });
    for (const [name, value] of Object.entries(system.variables)) console.log(`export ${name}=${value}`);
    console.log(`# logs in ${system.logDir}; Ctrl-C ends it and removes its data`);
  } catch (error) {
    console.error(describeError(error));
    await endAllOwned();
    process.exit(1);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
