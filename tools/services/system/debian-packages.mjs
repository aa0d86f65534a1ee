// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';
import path from 'node:path';
import { findCommand } from './commands.mjs';
import { runOwned } from './owned-process.mjs';
import { Problem } from './problem.mjs';

const ATTEMPTS = 3;
const PAUSE_MS = 3_000;

/**
 * @typedef {object} Tool
 * @property {string[]} commands any of them will do
 * @property {string} debianPackage
 */

/**
 * @typedef {object} InstallOptions
 * @property {string} purpose "to build the embedded database", for the messages
 * @property {string} logDir
 * @property {(line: string) => void} log
 * @property {string} [otherwise] another way out, a sentence
 * @property {NodeJS.ProcessEnv} [env]
 */

/** @type {Promise<void>} */
let installing = Promise.resolve();

/**
 * Sees to it that programs of the distribution are there. Installs what is missing only as root on a Debian-like
 * system, and says so first; anywhere else it tells the person what to type.
 *
 * @param {Tool[]} tools
 * @param {InstallOptions} options
 * @returns {Promise<void>}
 * @throws {Problem}
 */
export function requireTools(tools, options) {
  // One after the other: apt-get lets only one run at a time, and the second may find its tools there already.
  const installed = installing.then(() => install(tools, options));
  installing = installed.catch(() => {});
  return installed;
}

/**
 * @param {Tool[]} tools
 * @param {InstallOptions} options
 * @returns {Promise<void>}
 */
async function install(tools, { purpose, logDir, log, otherwise = '', env = process.env }) {
  const missing = tools.filter((tool) => !findCommand(tool.commands, env));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((tool) => tool.debianPackage))];
  const isDebian = findCommand(['apt-get'], env) !== null;

  if (!isDebian) {
    const commands = missing.map((tool) => tool.commands[0]).join(', ');
    throw new Problem(`${commands} must be installed ${purpose}. ${otherwise}`.trim());
  }
  if (process.getuid?.() !== 0) {
    const line = `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;
    throw new Problem(`Missing ${purpose}; please type:  ${line}`);
  }

  log(`Installing ${packages.join(', ')} with apt-get ${purpose} (system packages, once)`);
  const aptEnv = { ...env, DEBIAN_FRONTEND: 'noninteractive' };
  const logFile = path.join(logDir, 'apt.log');
  /** @param {string[]} args */
  const apt = (args) => runOwned({ name: 'apt-get', command: 'apt-get', args, env: aptEnv, logFile });
  for (let attempt = 1; ; attempt += 1) {
    try {
      await apt(['-q', 'update']);
      await apt([
        '-q',
        '-y',
        '--no-install-recommends',
        '-o',
        'DPkg::Lock::Timeout=120',
        'install',
        ...packages,
      ]);
      return;
    } catch (error) {
      if (attempt === ATTEMPTS) {
        throw new Problem(
          `${packages.join(', ')} could not be installed ${purpose} (see ${logFile}). ${otherwise}`.trim(),
        );
      }
      log(`${error instanceof Error ? error.message : error} Trying again.`);
      await sleep(PAUSE_MS * attempt);
    }
  }
}
