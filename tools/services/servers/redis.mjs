// @ts-check
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sandboxArguments } from '../cache/debian-root.mjs';
import { startOwned } from '../system/owned-process.mjs';
import { pingRedis } from '../system/ping.mjs';
import { untilItServes } from './until-it-serves.mjs';

/** Made at each start of this process; whoever may use Redis is given the address with it. */
const password = randomBytes(24).toString('base64url');

/**
 * @param {number} port
 * @returns {string}
 */
export const redisUrl = (port) => `redis://:${password}@127.0.0.1:${port}`;

/**
 * @param {import('../cache/debian-root.mjs').ServiceContext} context
 * @param {{ program: string } | { root: string }} source a redis-server of this machine, or the root that has one
 * @param {number} port
 * @returns {Promise<import('../system/kept-running.mjs').Running>} once it answers and has read its data
 */
export async function startRedis(context, source, port) {
  const folder = path.join(context.dataDir, 'redis');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    'protected-mode': 'yes',
    // A queue loses at most the last second when the machine itself goes down, nothing when a process does.
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
  };
  // In a file, because every user can read the arguments of a program.
  writeFileSync(path.join(folder, 'redis.conf'), `requirepass ${password}\n`, { mode: 0o600 });
  /** @param {string} dir */
  const args = (dir) => [
    `${dir}/redis.conf`,
    ...Object.entries({ ...settings, dir }).flatMap(([name, value]) => [`--${name}`, value]),
  ];
  const common = { name: 'redis-server', logFile: path.join(context.logDir, 'redis.log') };
  const server =
    'program' in source
      ? await startOwned({ ...common, command: source.program, args: args(folder) })
      : await startOwned({
          ...common,
          command: 'bwrap',
          args: [
            ...sandboxArguments(source.root, { user: 'redis', folders: { '/data': folder } }),
            ...['/usr/bin/redis-server', ...args('/data')],
          ],
          sandbox: true,
        });
  return untilItServes(server, () => pingRedis(port, password));
}
