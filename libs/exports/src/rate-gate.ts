import type { RateReport } from '@audience-relay/destinations/core';

/** Kinds of calls that destinations limit apart from each other. */
export type RatedCall = 'send' | 'list' | 'remove' | 'confirm';

/** Paces calls to one account by what the account's answers told, whoever got them. */
export interface RateGate {
  /** Takes a place. @returns Milliseconds to wait before the call may be made; 0 = now. */
  reserve(connectionId: string, call: RatedCall): Promise<number>;
  /** Hands on what an answer told. */
  report(connectionId: string, call: RatedCall, rates: readonly RateReport[]): Promise<void>;
}
