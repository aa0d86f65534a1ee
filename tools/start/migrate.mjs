// @ts-check
/*
 * `npm run migrate`: brings stored data into the forms of this program, as API and worker do when they start.
 * `npm run migrate -- --status`: only reports which migrations are done.
 *
 * Works on MONGODB_URI, else on the data folder of `npm start` (DATA_DIR), whether that runs or not.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { lockDataDir } from '../services/data-dir-lock.mjs';
import { runningDatabase, startServices } from '../services/index.mjs';
import { endAllOwned } from '../services/system/owned-process.mjs';
import { describeError } from '../services/system/problem.mjs';
import { ensureBuilt } from './build.mjs';
import { ROOT, readSettings } from './settings.mjs';

/** @returns {Promise<{ uri: string, stop: () => Promise<void> }>} */
async function findDatabase() {
  const { dataDir } = readSettings(process.env);
  const stop = async () => {};
  if (process.env.MONGODB_URI) return { uri: process.env.MONGODB_URI, stop };
  const running = await runningDatabase(dataDir);
  if (running) return { uri: running, stop };
  const release = await lockDataDir(dataDir, `process ${process.pid}`);
  const services = await startServices({ dataDir, log: (line) => console.error(line) });
  return { uri: services.mongodbUri, stop: () => services.stop().finally(release) };
}

let code = 1;
try {
  await ensureBuilt(path.join(readSettings(process.env).dataDir, 'logs'));
  const { uri, stop } = await findDatabase();
  const args = [path.join(ROOT, 'dist/apps/api/main.js'), '--migrate', ...process.argv.slice(2)];
  const api = spawn(process.execPath, args, {
    stdio: 'inherit',
    env: { ...process.env, MONGODB_URI: uri },
  });
  [code] = await once(api, 'exit');
  await stop();
} catch (error) {
  console.error(describeError(error));
}
await endAllOwned();
process.exit(code ?? 1);
