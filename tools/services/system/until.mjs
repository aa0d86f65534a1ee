// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 50;

/**
 * Asks again and again until a condition holds.
 *
 * @param {() => Promise<boolean> | boolean} condition must not throw
 * @param {number} timeoutMs
 * @returns {Promise<boolean>} false where it did not hold in time
 */
export async function until(condition, timeoutMs) {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() >= deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}
