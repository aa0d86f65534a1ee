// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem, describeError } from './problem.mjs';
import { until } from './until.mjs';

const RESTARTS = 5;
const WINDOW_MS = 120_000;
const FIRST_PAUSE_MS = 500;
const RESTART_TIMEOUT_MS = 60_000;

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
  const stopping = new AbortController();
  let current = await start();
  let restartAsked = false;
  /** @type {number[]} */
  let deaths = [];
  /** @type {(problem: Problem) => void} */
  let giveUp = () => {};
  /** @type {Promise<Problem>} */
  const gaveUp = new Promise((resolve) => (giveUp = resolve));

  const watch = async () => {
    let reason = await current.ended;
    while (!stopping.signal.aborted) {
      if (!restartAsked) {
        deaths = [...deaths.filter((at) => Date.now() - at < WINDOW_MS), Date.now()];
        if (deaths.length > RESTARTS) {
          giveUp(new Problem(`${name} ended ${deaths.length} times and is not started again. ${reason}`));
          return;
        }
        log(`${reason} It is started again.`);
        const pause = FIRST_PAUSE_MS * 2 ** (deaths.length - 1);
        await sleep(pause, undefined, { signal: stopping.signal }).catch(() => {});
        if (stopping.signal.aborted) return;
      }
      restartAsked = false;
      try {
        current = await start();
      } catch (error) {
        reason = describeError(error);
        continue;
      }
      log(`${name} runs again.`);
      // A stop that came during the start found the former one, which had ended.
      if (stopping.signal.aborted) await current.stop();
      reason = await current.ended;
    }
  };
  const watching = watch();

  return {
    current: () => current,
    gaveUp,
    async restart() {
      const before = current;
      restartAsked = true;
      await before.stop();
      await until(() => current !== before, RESTART_TIMEOUT_MS);
    },
    async stop() {
      stopping.abort();
      await current.stop();
      await watching;
    },
  };
}
