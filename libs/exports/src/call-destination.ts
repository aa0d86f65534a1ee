import { setTimeout as sleep } from 'node:timers/promises';
import { DestinationError, isDestinationFailure, type RateReport } from '@audience-relay/destinations/core';
import type { RatedCall, RateGate } from './ports';

/** After this long a call is given up, in milliseconds. Plugins have tighter limits of their own; this one is for those that hang. */
const callTimeoutMs = 180_000;

/** A longer wait than this gives the worker's place to another run, in milliseconds. */
const longestWaitHere = 5_000;

/**
 * Calls a plugin so that it cannot hang the run: gives it a signal that ends with the run's and with the time limit,
 * and does not wait for a plugin that ignores it.
 */
export async function callDestination<Result>(
  signal: AbortSignal,
  call: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(hangs), callTimeoutMs);
  const either = AbortSignal.any([signal, limit.signal]);
  let stop: (() => void) | undefined;
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(either.reason as Error);
    either.addEventListener('abort', stop, { once: true });
  });
  try {
    const result = call(either);
    // If the call is given up, nobody else hears how it ended.
    result.catch(() => undefined);
    return await Promise.race([result, stopped]);
  } finally {
    clearTimeout(timer);
    if (stop) either.removeEventListener('abort', stop);
  }
}

/** Calls a plugin when the account's allowance has a place for it, and reports what the answer says of the allowance. */
export async function withRateLimit<Receipt extends { rates?: readonly RateReport[] }>(
  gate: RateGate,
  connectionId: string,
  kind: RatedCall,
  signal: AbortSignal,
  call: (signal: AbortSignal) => Promise<Receipt>,
): Promise<Receipt> {
  const waitMs = await gate.reserve(connectionId, kind);
  if (waitMs > longestWaitHere) throw rateLimitReached(waitMs);
  if (waitMs > 0) await sleep(waitMs, undefined, { signal });
  try {
    const receipt = await callDestination(signal, call);
    if (receipt.rates) await gate.report(connectionId, kind, receipt.rates);
    return receipt;
  } catch (error) {
    if (isDestinationFailure(error) && error.kind === 'rate-limited') {
      const resetAfterMs = error.detail.retryAfterMs ?? 60_000;
      await gate.report(connectionId, kind, [{ bucket: kind, remaining: 0, resetAfterMs }]);
    }
    throw error;
  }
}

const hangs = new DestinationError({
  kind: 'retryable',
  code: 'timeout',
  message: 'The destination did not answer in time. The run will be tried again.',
});

function rateLimitReached(waitMs: number): DestinationError {
  return new DestinationError({
    kind: 'rate-limited',
    code: 'rate-limited',
    message:
      'The account has used up what the destination allows at the moment. The run goes on when it allows more.',
    detail: { retryAfterMs: waitMs },
  });
}
