// @ts-check
import { existsSync } from 'node:fs';
import { findCommand } from '../services/system/commands.mjs';
import { requireTools } from '../services/system/debian-packages.mjs';
import { Problem } from '../services/system/problem.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * The browser for the browser tests: of CHROMIUM_PATH, or on PATH, or installed as the distribution's package.
 *
 * @param {object} options
 * @param {string} options.logDir
 * @param {(line: string) => void} options.log
 * @param {NodeJS.ProcessEnv} [options.env]
 * @returns {Promise<string>} the program
 * @throws {Problem}
 */
export async function findChromium({ logDir, log, env = process.env }) {
  if (env.CHROMIUM_PATH) {
    if (existsSync(env.CHROMIUM_PATH)) return env.CHROMIUM_PATH;
    throw new Problem(`CHROMIUM_PATH is ${env.CHROMIUM_PATH}, where there is nothing: correct or unset it.`);
  }
  await requireTools([{ commands: NAMES, debianPackage: 'chromium' }], {
    purpose: 'for the browser tests',
    otherwise: 'Or set CHROMIUM_PATH to a Chromium or Chrome.',
    logDir,
    log,
    env,
  });
  return /** @type {string} */ (findCommand(NAMES, env));
}
