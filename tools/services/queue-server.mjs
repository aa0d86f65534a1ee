// @ts-check
import { startRedis } from './servers/redis.mjs';
import { findCommand } from './system/commands.mjs';
import { Problem } from './system/problem.mjs';
import { withoutCredentials } from './database.mjs';

const PING_MS = 5_000;

/**
 * Decides which Redis serves, the first that works: the one of REDIS_URL; a redis-server on PATH; the one of the
 * embedded database's root.
 *
 * @param {import('./cache/debian-root.mjs').ServiceContext} context
 * @param {() => Promise<string>} serverRoot makes or finds the root that has redis-server
 * @returns {Promise<import('./database.mjs').ChosenServer<number>>}
 * @throws {Problem}
 */
export async function chooseRedis(context, serverRoot) {
  const url = context.env.REDIS_URL;
  if (url) {
    await requireRedis(context, url);
    return { description: 'Redis of REDIS_URL', url };
  }
  const onPath = findCommand(['redis-server'], context.env);
  if (onPath) {
    const start = (/** @type {number} */ port) => startRedis(context, { program: onPath }, port);
    return { description: `redis-server on PATH (${onPath})`, start };
  }
  if (process.platform !== 'linux') {
    throw new Problem('No Redis: install redis-server, or set REDIS_URL.');
  }
  const root = await serverRoot();
  return { description: 'embedded Redis 8', start: (port) => startRedis(context, { root }, port) };
}

/**
 * @param {import('./cache/debian-root.mjs').ServiceContext} context
 * @param {string} url
 */
async function requireRedis(context, url) {
  await context.dependenciesReady;
  const { Redis } = await import('ioredis');
  const options = {
    lazyConnect: true,
    connectTimeout: PING_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  };
  const client = new Redis(url, options);
  client.on('error', () => {});
  try {
    await client.connect();
    await client.ping();
  } catch {
    throw new Problem(
      `The Redis of REDIS_URL (${withoutCredentials(url)}) does not answer: start it or correct the address, or ` +
        'unset REDIS_URL to have one started here.',
    );
  } finally {
    client.disconnect();
  }
}
