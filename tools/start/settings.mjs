// @ts-check
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Problem } from '../services/system/problem.mjs';

/** The root of the checkout. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * @typedef {object} Settings
 * @property {string} dataDir absolute
 * @property {string} host the address the processes listen on
 * @property {number} apiPort
 * @property {number} workerPort
 * @property {number} sandboxPort
 * @property {number} redisPort
 * @property {number} devPort of the console's development server
 * @property {boolean} demo
 */

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Settings}
 * @throws {Problem} names the variable that is wrong
 */
export function readSettings(env) {
  const settings = {
    dataDir: path.resolve(ROOT, env.DATA_DIR || '.data'),
    host: env.HOST || '127.0.0.1',
    apiPort: port(env, 'PORT', 3000),
    workerPort: port(env, 'WORKER_PORT', 3001),
    sandboxPort: port(env, 'SANDBOX_PORT', 4010),
    redisPort: port(env, 'REDIS_PORT', 26379),
    devPort: port(env, 'DEV_PORT', 4200),
    demo: env.DEMO !== '0',
  };
  const ports = Object.entries(settings).filter(([name]) => name.endsWith('Port'));
  if (new Set(ports.map(([, value]) => value)).size < ports.length) {
    const chosen = ports.map(([name, value]) => `${name} ${value}`).join(', ');
    throw new Problem(`Two servers cannot share a port: choose different ones (${chosen}).`);
  }
  return settings;
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} name
 * @param {number} fallback
 */
function port(env, name, fallback) {
  const text = env[name];
  if (!text) return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value < 65536) return value;
  throw new Problem(`${name} is "${text}": it must be a port, a whole number from 1 to 65535.`);
}
