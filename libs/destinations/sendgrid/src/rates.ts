import type { RateReport } from '@audience-relay/destinations/core';
import type { ReadHeader } from '@audience-relay/destinations/core';

/** Endpoints that share an allowance. SendGrid counts each of these by itself. */
export type Bucket = 'upsert' | 'removal' | 'search' | 'lists' | 'fields' | 'jobs' | 'exports' | 'account';

/** Above this a reset can only be a point in time: as seconds left it would be more than 30 years. */
const EPOCH = 1e9;

/**
 * The allowance as the answer's headers tell it. `x-ratelimit-reset` is documented as seconds since 1970 and was
 * recorded as seconds left; an epoch is read against the server's own clock.
 */
export function readRate(bucket: Bucket, header: ReadHeader): RateReport | undefined {
  const limit = count(header('x-ratelimit-limit'));
  const remaining = count(header('x-ratelimit-remaining'));
  const reset = count(header('x-ratelimit-reset'));
  if (limit === undefined && remaining === undefined && reset === undefined) return undefined;
  return {
    bucket,
    ...(limit !== undefined && { limit }),
    ...(remaining !== undefined && { remaining }),
    ...(reset !== undefined && { resetAfterMs: millisecondsLeft(reset, header) }),
  };
}

function millisecondsLeft(reset: number, header: ReadHeader): number {
  if (reset <= EPOCH) return reset * 1000;
  const serverTime = Date.parse(header('date') ?? '');
  return Math.max(0, reset * 1000 - (Number.isNaN(serverTime) ? Date.now() : serverTime));
}

function count(text: string | null | undefined): number | undefined {
  const value = Number.parseInt(text ?? '', 10);
  return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** Until the clock minute ends, which is SendGrid's window: the wait after a 429 that tells no time. */
export function restOfMinuteMs(now = Date.now()): number {
  return 60_000 - (now % 60_000);
}
