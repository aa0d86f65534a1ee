import type { RunReason } from '@audience-relay/contracts';
import { isDestinationFailure } from '@audience-relay/destinations/core';

/** How one claim of a run ended. The worker turns it into the run's next state. */
export type Outcome =
  /** Everything was sent (and removed). */
  | { readonly kind: 'delivered' }
  /** Goes on later. `costsAttempt`: a failure, against the budget of tries; otherwise the destination asked to wait. */
  | {
      readonly kind: 'waiting';
      readonly afterMs: number | null;
      readonly reason: RunReason;
      readonly costsAttempt: boolean;
    }
  /** `connection`: its credentials need an administrator. */
  | { readonly kind: 'failed'; readonly reason: RunReason; readonly connection?: true }
  | { readonly kind: 'skipped'; readonly reason: RunReason }
  | { readonly kind: 'cancelled' }
  /** Another worker has the run now; this one must not write any more. */
  | { readonly kind: 'superseded' }
  /** This worker shuts down; another goes on. */
  | { readonly kind: 'stopped' };

/** Thrown where a conditional update shows that the fence is lost. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
}

/** Why a run's signal is aborted. */
export type StopCause = 'cancelled' | 'shutdown' | 'superseded';

/** The reason that a run's abort signals carry. */
export class Stop extends Error {
  override readonly name = 'Stop';

  constructor(readonly why: StopCause) {
    super(`The run was stopped: ${why}`);
  }
}

/** How a run ends that was stopped. */
export function stopOutcome({ why }: Stop): Outcome {
  return { kind: why === 'shutdown' ? 'stopped' : why };
}

const order: readonly Outcome['kind'][] = [
  'superseded',
  'cancelled',
  'stopped',
  'failed',
  'skipped',
  'waiting',
  'delivered',
];

/** Of several failures the one that decides: losing the run first, then a person's will, then what cannot be retried. */
export function mostSevere(outcomes: readonly Outcome[]): Outcome {
  const [first] = [...outcomes].sort(
    (a, b) =>
      order.indexOf(a.kind) - order.indexOf(b.kind) || Number(waitsAndCosts(a)) - Number(waitsAndCosts(b)),
  );
  return first ?? { kind: 'delivered' };
}

/** A wait that the destination asked for goes before a failure at the same time: the failure is most likely its echo. */
function waitsAndCosts(outcome: Outcome): boolean {
  return outcome.kind === 'waiting' && outcome.costsAttempt;
}

/** What a thrown value means for the run. Anything unknown is our own defect: retryable, and reported as such. */
export function outcomeOf(error: unknown, signal: AbortSignal): Outcome {
  if (error instanceof Superseded) return { kind: 'superseded' };
  if (signal.aborted && signal.reason instanceof Stop) {
    return stopOutcome(signal.reason);
  }
  if (!isDestinationFailure(error)) {
    return {
      kind: 'waiting',
      afterMs: null,
      costsAttempt: true,
      reason: {
        code: 'internal-error',
        message: 'Something went wrong on our side. The run will be tried again.',
      },
    };
  }
  const reason = { code: error.code, message: error.message };
  switch (error.kind) {
    case 'retryable':
      return { kind: 'waiting', afterMs: error.detail.retryAfterMs ?? null, reason, costsAttempt: true };
    case 'rate-limited':
      return { kind: 'waiting', afterMs: error.detail.retryAfterMs ?? 60_000, reason, costsAttempt: false };
    case 'auth':
      return { kind: 'failed', reason, connection: true };
    case 'permanent':
      return { kind: 'failed', reason };
  }
}
