import { setTimeout as sleep } from 'node:timers/promises';
import { DestinationError, isDestinationFailure, type RateReport } from '@audience-relay/destinations/core';
import { callDestination } from './call-destination';
import type { RatedCall, RateGate } from './rate-gate';

/** A longer wait than this gives the worker's place to another run, in milliseconds. */
const longestWaitHere = 5_000;

/** Makes one call to a destination when the account's allowance has a place for it, and passes on what the answer told of it. */
export async function paced<Receipt extends { rates?: readonly RateReport[] }>(
  gate: RateGate,
  connectionId: string,
  kind: RatedCall,
  signal: AbortSignal,
  call: (signal: AbortSignal) => Promise<Receipt>,
): Promise<Receipt> {
  const waitMs = await gate.reserve(connectionId, kind);
  if (waitMs > longestWaitHere) throw toldToWait(waitMs);
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

function toldToWait(waitMs: number): DestinationError {
  return new DestinationError({
    kind: 'rate-limited',
    code: 'rate-limited',
    message:
      'The account has used up what the destination allows at the moment. The run goes on when it allows more.',
    detail: { retryAfterMs: waitMs },
  });
}
