// @ts-check
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { defaultCacheDir } from './cache/cache-folder.mjs';
import { debianRoot } from './cache/debian-root.mjs';
import { chooseDatabase } from './database.mjs';
import { chooseRedis } from './queue-server.mjs';
import { keepRunning } from './system/kept-running.mjs';
import { findFreePort, requireFreePort } from './system/ports.mjs';

/**
 * @typedef {object} ServiceOptions
 * @property {string} dataDir whose lock the caller holds (`lockDataDir`)
 * @property {string} [cacheDir] default: the user's own cache folder
 * @property {number} [mongoPort] default: any free one
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
 * Finds or starts a database that speaks the MongoDB protocol, and a Redis. Both listen on 127.0.0.1 only, keep
 * their data in the data folder, are started again when they die, and end with this process, however it ends.
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

  const started = await Promise.allSettled([
    startChosen({
      chosen: chooseDatabase(context, serverRoot),
      what: 'the database',
      port: options.mongoPort,
      variable: 'MONGODB_PORT',
      scheme: 'mongodb',
      log,
    }),
    startChosen({
      chosen: chooseRedis(context, serverRoot),
      what: 'Redis',
      port: options.redisPort,
      variable: 'REDIS_PORT',
      scheme: 'redis',
      log,
    }),
  ]);
  const failed = started.find((result) => result.status === 'rejected');
  if (failed) {
    await Promise.all(
      started.map((result) => (result.status === 'fulfilled' ? result.value.stop() : undefined)),
    );
    throw failed.reason;
  }
  const [database, redis] = started.map(
    (result) => /** @type {PromiseFulfilledResult<StartedServer>} */ (result).value,
  );
  return {
    mongodbUri: database.url,
    redisUrl: redis.url,
    describe: [database.description, redis.description],
    gaveUp: Promise.race([database.gaveUp, redis.gaveUp]),
    restartMongo: database.restart,
    restartRedis: redis.restart,
    stop: async () => void (await Promise.all([database.stop(), redis.stop()])),
  };
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
 * @param {object} options
 * @param {Promise<import('./database.mjs').ChosenServer>} options.chosen
 * @param {string} options.what
 * @param {number} [options.port]
 * @param {string} options.variable
 * @param {string} options.scheme
 * @param {(line: string) => void} options.log
 * @returns {Promise<StartedServer>}
 */
async function startChosen({ chosen, what, port, variable, scheme, log }) {
  const { description, url, start } = await chosen;
  if (!start) {
    const restart = async () => {
      throw new Error(`${description} is not run here, so it cannot be restarted`);
    };
    return { url: url ?? '', description, gaveUp: new Promise(() => {}), restart, stop: async () => {} };
  }
  if (port) await requireFreePort(port, what, variable);
  const actualPort = port ?? (await findFreePort());
  const name = `${what[0].toUpperCase()}${what.slice(1)}`;
  const kept = await keepRunning({ name, start: () => start(actualPort), log });
  return {
    url: `${scheme}://127.0.0.1:${actualPort}`,
    description: `${description}, 127.0.0.1:${actualPort}`,
    gaveUp: kept.gaveUp,
    restart: kept.restart,
    stop: kept.stop,
  };
}
