// @ts-check
/*
 * Runs the database and Redis alone, until Ctrl-C: for work on the code, or for one integration test at a time.
 *
 *   node tools/services/main.mjs --data-dir /tmp/services [--redis-port 26379]
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { lockDataDir } from './data-dir-lock.mjs';
import { startServices } from './index.mjs';
import { endAllOwned } from './system/owned-process.mjs';
import { describeError } from './system/problem.mjs';

const { values } = parseArgs({
  options: {
    'data-dir': { type: 'string', default: fileURLToPath(new URL('../../.data/services', import.meta.url)) },
    'redis-port': { type: 'string' },
  },
});
/** @param {string | undefined} value */
const port = (value) => (value ? Number(value) : undefined);
const dataDir = path.resolve(values['data-dir']);

/** @type {import('./index.mjs').Services | undefined} */
let services;
/** @param {number} code */
async function end(code) {
  await services?.stop();
  await endAllOwned();
  process.exit(code);
}
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
  process.once(signal, () => end(0));

try {
  await lockDataDir(dataDir, `process ${process.pid}`);
  services = await startServices({
    dataDir,
    redisPort: port(values['redis-port']),
    log: (line) => console.log(line),
  });
  for (const line of services.describe) console.log(line);
  console.log(`MONGODB_URI=${services.mongodbUri}`);
  console.log(`REDIS_URL=${services.redisUrl}`);
  console.error(describeError(await services.gaveUp));
} catch (error) {
  console.error(describeError(error));
}
await end(1);
