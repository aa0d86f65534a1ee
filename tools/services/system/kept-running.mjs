// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem, describeError } from './problem.mjs';

const RESTARTS = 5;
const WINDOW_MS = 120_000;
const FIRST_PAUSE_MS = 500;

/**
 * @typedef {object} Running
 * @property {Promise<string>} ended a sentence that says how it ended; never rejects
 * @property {() => Promise<void>} stop
 */

/**
 * @template {Running} T
 * @typedef {object} KeptRunning
 * @property {() => T} current
 * @property {Promise<Problem>} gaveUp settles when it has died too often to be started again
 * @property {() => Promise<void>} restart stops it and starts it again; returns once it serves
 * @property {() => Promise<void>} stop
 */

/**
 * Starts something and starts it again when it dies: five times within two minutes, with growing pauses.
 *
 * @template {Running} T
 * @param {object} options
 * @param {string} options.name
 * @param {() => Promise<T>} options.start returns once it serves
 * @param {(line: string) => void} options.log told about each death and each restart
 * @returns {Promise<KeptRunning<T>>} once it serves for the first time
 */
export async function keepRunning({ name, start, log }) {
  let current = await start();
  let wanted = true;
  /** @type {Promise<void> | undefined} a restart on request, during which an end is no death */
  let restarting;
  /** @type {number[]} */
  let deaths = [];
  /** @type {(problem: Problem) => void} */
  let giveUp = () => {};
  /** @type {Promise<Problem>} */
  const gaveUp = new Promise((resolve) => (giveUp = resolve));

  const watch = async () => {
    while (wanted) {
      const how = await current.ended;
      if (restarting) await restarting;
      else if (wanted && !(await revive(how))) return;
    }
  };

  /**
   * @param {string} how
   * @returns {Promise<boolean>} whether it serves again
   */
  const revive = async (how) => {
    let reason = how;
    while (wanted) {
      deaths = [...deaths.filter((at) => Date.now() - at < WINDOW_MS), Date.now()];
      if (deaths.length > RESTARTS) {
        wanted = false;
        giveUp(new Problem(`${name} ended ${deaths.length} times and is not started again. ${reason}`));
        return false;
      }
      log(`${reason} It is started again.`);
      await sleep(FIRST_PAUSE_MS * 2 ** (deaths.length - 1));
      if (!wanted) return false;
      try {
        current = await start();
        log(`${name} runs again.`);
        if (!wanted) await current.stop();
        return true;
      } catch (error) {
        reason = describeError(error);
      }
    }
    return false;
  };

  void watch();
  return {
    current: () => current,
    gaveUp,
    async restart() {
      restarting = (async () => {
        await current.stop();
        current = await start();
      })();
      try {
        await restarting;
      } finally {
        restarting = undefined;
      }
    },
    async stop() {
      wanted = false;
      await current.stop();
    },
  };
}
