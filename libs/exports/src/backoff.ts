/** Failed tries in a row after which a run gives up. */
export const maxAttempts = 8;

const firstMs = 5_000;
const longestMs = 10 * 60_000;

/**
 * How long to wait before the next try, in milliseconds: doubling from 5 s to 10 min, with the upper half left to
 * chance so that runs which failed together do not come back together.
 * @param attempt 1 for the first failure.
 */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const full = Math.min(longestMs, firstMs * 2 ** (attempt - 1));
  return Math.round(full * (0.5 + random() / 2));
}

/** How long to wait before asking about an accepted batch again: from 1 s to 1 min. */
export function pollDelayMs(polls: number): number {
  return Math.round(Math.min(60_000, 1_000 * 1.5 ** polls));
}
