// @ts-check
import '../test/environment.cjs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import { RestClient } from '../seed/rest-client.mjs';
import { lockDataDir } from '../services/data-dir-lock.mjs';
import { startServices } from '../services/index.mjs';
import { findFreePort } from '../services/system/ports.mjs';
import { describeApps, launchApp } from '../start/apps.mjs';
import { loadKeys } from '../start/keys.mjs';
import { Sandbox } from './sandbox.mjs';

/** How long a call may be answered by nobody, because the API is being started again, in milliseconds. */
const API_AWAY_MS = 60_000;

/** The database that the applications use when their address names none. */
const DATABASE = 'audience-relay';

export const API_KEY = 'SG.sandbox.full-access';

/**
 * @typedef {Awaited<ReturnType<typeof launchApp>>} RunningApp
 *
 * @typedef {object} TestbedOptions
 * @property {(line: string) => void} log
 * @property {string} [dataDir] kept afterwards; default: a temporary one
 * @property {Record<string, string>} [workerEnv]
 */

/**
 * A system whose every part can be killed, paused, multiplied and started again: the built applications as processes,
 * with servers of their own. Nothing is restarted by itself but the servers.
 */
export class Testbed {
  /** @type {RunningApp[]} */
  workers = [];
  /** @type {Sandbox[]} */
  sandboxes = [];
  /** @type {RunningApp | undefined} */
  api;
  /** @type {RestClient | undefined} */
  client;
  launches = 0;

  /**
   * @param {object} parts
   * @param {TestbedOptions} parts.options
   * @param {string} parts.dataDir
   * @param {import('../services/index.mjs').Services} parts.services
   * @param {import('../start/keys.mjs').Keys} parts.keys
   * @param {number} parts.apiPort
   * @param {mongoose.mongo.MongoClient} parts.mongo
   */
  constructor({ options, dataDir, services, keys, apiPort, mongo }) {
    this.options = options;
    this.dataDir = dataDir;
    this.logDir = path.join(dataDir, 'logs');
    this.services = services;
    this.keys = keys;
    this.apiPort = apiPort;
    this.mongo = mongo;
    this.db = mongo.db(DATABASE);
  }

  /**
   * @param {TestbedOptions} options
   * @param {(db: mongoose.mongo.Db, testbed: Testbed) => Promise<void>} [fill] the empty database, before the API starts
   * @returns {Promise<Testbed>} with servers and the API, without workers and sandboxes
   */
  static async start(options, fill) {
    const dataDir = options.dataDir ?? mkdtempSync(path.join(tmpdir(), 'audience-relay-testbed-'));
    await lockDataDir(dataDir, `process ${process.pid}`);
    const services = await startServices({ dataDir, log: options.log });
    const mongo = new mongoose.mongo.MongoClient(services.mongodbUri);
    const keys = loadKeys(dataDir, {});
    const testbed = new Testbed({
      ...{ options, dataDir, services, keys, mongo },
      apiPort: await findFreePort(),
    });
    try {
      await mongo.connect();
      await fill?.(testbed.db, testbed);
      await testbed.startApi();
    } catch (error) {
      await testbed.stop();
      throw error;
    }
    return testbed;
  }

  async startApi() {
    const { api } = this.describe();
    // Ready is an API only beside a worker; here it may be without one.
    const health = api.health.replace('/ready', '/live');
    this.api = await launchApp({ ...api, health }, { logDir: this.logDir });
  }

  /**
   * @param {object} [launch]
   * @param {string[]} [launch.nodeArgs]
   * @returns {Promise<RunningApp>}
   */
  async startWorker({ nodeArgs } = {}) {
    const app = this.describe({ workerPort: await findFreePort() }).worker;
    const env = { ...app.env, ...this.options.workerEnv };
    const worker = await launchApp({ ...app, env }, { logDir: this.logDir, nodeArgs });
    this.workers.push(worker);
    return worker;
  }

  /** @param {string} name of its state file */
  async startSandbox(name = 'sandbox') {
    const sandboxPort = await findFreePort();
    const app = this.describe({ sandboxPort }).sandbox;
    const env = { ...app.env, SANDBOX_STATE_FILE: path.join(this.dataDir, `${name}.journal`) };
    const running = await launchApp({ ...app, env }, { logDir: this.logDir });
    const sandbox = new Sandbox(`http://127.0.0.1:${sandboxPort}`, running);
    this.sandboxes.push(sandbox);
    return sandbox;
  }

  /**
   * Ends a worker as a lost machine does.
   *
   * @param {RunningApp} worker
   */
  async killWorker(worker) {
    this.workers = this.workers.filter((other) => other !== worker);
    worker.process.kill('SIGKILL');
    await worker.process.exited;
  }

  /** @param {RunningApp} worker */
  async stopWorker(worker) {
    this.workers = this.workers.filter((other) => other !== worker);
    await worker.stop();
  }

  async killApi() {
    this.api?.process.kill('SIGKILL');
    await this.api?.process.exited;
  }

  /**
   * A call of the REST API. While the API is away it is tried again, as a person would.
   *
   * @param {string} method
   * @param {string} route below /api/v1
   * @param {import('../seed/rest-client.mjs').Body} [body]
   * @returns {Promise<any>}
   */
  async call(method, route, body = {}) {
    const deadline = Date.now() + API_AWAY_MS;
    for (;;) {
      try {
        this.client ??= await RestClient.signIn(
          `http://127.0.0.1:${this.apiPort}`,
          this.keys.adminEmail,
          this.keys.adminPassword,
        );
        return await this.client.send(method, route, body);
      } catch (error) {
        const { message } = /** @type {Error} */ (error);
        const signedOut = /: 401 /.test(message) && this.client !== undefined;
        const away = /fetch failed|: 5\d\d /.test(message);
        if (signedOut) this.client = undefined;
        if ((!signedOut && !away) || Date.now() > deadline) throw error;
        if (away) await sleep(200);
      }
    }
  }

  /** The worker that holds a run, if one of ours does. @param {{ lease: { owner: string } | null }} run */
  holderOf(run) {
    return this.workers.find(({ process: { pid } }) => run.lease?.owner === `worker-${pid}`);
  }

  async stop() {
    await Promise.all([...this.workers, ...(this.api ? [this.api] : [])].map((app) => app.stop()));
    await Promise.all(this.sandboxes.map((sandbox) => sandbox.stop()));
    await this.mongo.close(true);
    await this.services.stop();
    if (!this.options.dataDir) rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** @param {{ workerPort?: number, sandboxPort?: number }} [ports] */
  describe({ workerPort = 0, sandboxPort = 0 } = {}) {
    const { dataDir, apiPort, keys, services } = this;
    return describeApps({
      ...{ dataDir, host: '127.0.0.1', apiPort, workerPort, sandboxPort, keys },
      ...{ mongodbUri: services.mongodbUri, redisUrl: services.redisUrl },
    });
  }
}
