// @ts-check
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defaultCacheDir } from './cache/cache-folder.mjs';
import { debianRoot } from './cache/debian-root.mjs';
import { chooseDatabase } from './database.mjs';
import { chooseRedis } from './queue-server.mjs';
import { redisUrl } from './servers/redis.mjs';
import { keepRunning } from './system/kept-running.mjs';
import { pingMongodb } from './system/ping.mjs';
import { findFreePort, requireFreePort } from './system/ports.mjs';

/**
 * @typedef {object} ServiceOptions
 * @property {string} dataDir whose lock the caller holds (`lockDataDir`)
 * @property {string} [cacheDir] default: the user's own cache folder
 * @property {number} [redisPort] default: any free one
 * @property {NodeJS.ProcessEnv} [env] default: this process's own
 * @property {(line: string) => void} log what is done and why, for a person
 * @property {Promise<unknown>} [dependenciesReady] settles when `npm ci` has finished; default: it has
 */

/**
 * @typedef {object} Services
 * @property {string} mongodbUri without a database name
 * @property {string} redisUrl
 * @property {string[]} describe one line a server: what it is and where it listens
 * @property {Promise<import('./system/problem.mjs').Problem>} gaveUp settles when a server cannot be kept running
 * @property {() => Promise<void>} restartMongo as tests of a broken connection need it; throws for a server of
 *   somebody else
 * @property {() => Promise<void>} restartRedis likewise
 * @property {() => Promise<void>} stop ends what was started here, in order; servers of somebody else stay
 */

/**
 * Finds or starts a database that speaks the MongoDB protocol, and a Redis. Only this user can reach them: the database
 * by a socket in a private folder, Redis with a password. The addresses are also in `servers.json` of the data folder.
 * Both keep their data there, are started again when they die, and end with this process, however it ends.
 *
 * @param {ServiceOptions} options
 * @returns {Promise<Services>} once both serve
 * @throws {import('./system/problem.mjs').Problem} nothing is left running then
 */
export async function startServices(options) {
  const { dataDir, log, env = process.env } = options;
  const context = {
    dataDir,
    cacheDir: options.cacheDir ?? defaultCacheDir(env, dataDir),
    logDir: path.join(dataDir, 'logs'),
    env,
    log,
    dependenciesReady: options.dependenciesReady ?? Promise.resolve(),
  };
  for (const folder of [dataDir, context.logDir]) mkdirSync(folder, { recursive: true, mode: 0o700 });

  /** @type {Promise<string> | undefined} */
  let root;
  const packages = ['postgresql-18-documentdb', 'redis-server'];
  const serverRoot = () => (root ??= debianRoot(context, { name: 'servers', packages }));

  // Outside the data folder, because the path of a socket may not be longer than 107 characters.
  const socketDir = path.join(tmpdir(), `audience-relay-${randomBytes(8).toString('hex')}`);
  mkdirSync(socketDir, { mode: 0o700 });
  const socket = path.join(socketDir, 'mongodb.sock');

  const started = await Promise.allSettled([
    startChosen({
      chosen: chooseDatabase(context, serverRoot),
      name: 'The database',
      address: async () => socket,
      urlOf: () => `mongodb://${encodeURIComponent(socket)}`,
      log,
    }),
    startChosen({
      chosen: chooseRedis(context, serverRoot),
      name: 'Redis',
      async address() {
        if (options.redisPort) await requireFreePort(options.redisPort, 'Redis', 'REDIS_PORT');
        return options.redisPort ?? findFreePort();
      },
      urlOf: redisUrl,
      log,
    }),
  ]);
  const removeAddresses = () => {
    rmSync(socketDir, { recursive: true, force: true });
    rmSync(addresses, { force: true });
  };
  const addresses = path.join(dataDir, 'servers.json');
  const failed = started.find((result) => result.status === 'rejected');
  if (failed) {
    await Promise.all(
      started.map((result) => (result.status === 'fulfilled' ? result.value.stop() : undefined)),
    );
    removeAddresses();
    throw failed.reason;
  }
  const [database, redis] = started.map(
    (result) => /** @type {PromiseFulfilledResult<StartedServer>} */ (result).value,
  );
  const urls = { mongodbUri: database.url, redisUrl: redis.url };
  writeFileSync(addresses, `${JSON.stringify(urls, null, 2)}\n`, { mode: 0o600 });
  return {
    ...urls,
    describe: [database.description, redis.description],
    gaveUp: Promise.race([database.gaveUp, redis.gaveUp]),
    restartMongo: database.restart,
    restartRedis: redis.restart,
    async stop() {
      await Promise.all([database.stop(), redis.stop()]);
      removeAddresses();
    },
  };
}

/**
 * @param {string} dataDir
 * @returns {Promise<string | null>} the address of the database that another process keeps running there
 */
export async function runningDatabase(dataDir) {
  const addresses = path.join(dataDir, 'servers.json');
  if (!existsSync(addresses)) return null;
  /** @type {{ mongodbUri: string }} */
  const { mongodbUri } = JSON.parse(readFileSync(addresses, 'utf8'));
  const isOwn = mongodbUri.endsWith('.sock');
  return isOwn && !(await pingMongodb(decodeURIComponent(mongodbUri.replace('mongodb://', ''))))
    ? null
    : mongodbUri;
}

/**
 * @typedef {object} StartedServer
 * @property {string} url
 * @property {string} description
 * @property {Promise<import('./system/problem.mjs').Problem>} gaveUp
 * @property {() => Promise<void>} restart
 * @property {() => Promise<void>} stop
 */

/**
 * @template {string | number} A
 * @param {object} options
 * @param {Promise<import('./database.mjs').ChosenServer<A>>} options.chosen
 * @param {string} options.name
 * @param {() => Promise<A>} options.address where it is to listen
 * @param {(address: A) => string} options.urlOf
 * @param {(line: string) => void} options.log
 * @returns {Promise<StartedServer>}
 */
async function startChosen({ chosen, name, address, urlOf, log }) {
  const { description, url, start } = await chosen;
  if (!start) {
    const restart = async () => {
      throw new Error(`${description} is not run here, so it cannot be restarted`);
    };
    return { url: url ?? '', description, gaveUp: new Promise(() => {}), restart, stop: async () => {} };
  }
  const at = await address();
  const kept = await keepRunning({ name, start: () => start(at), log });
  return {
    url: urlOf(at),
    description: `${description}, ${typeof at === 'number' ? `127.0.0.1:${at}` : at}`,
    gaveUp: kept.gaveUp,
    restart: kept.restart,
    stop: kept.stop,
  };
}
