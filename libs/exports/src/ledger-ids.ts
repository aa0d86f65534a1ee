import { hash } from 'node:crypto';
import type { IdRange } from './id-order';

/*
 * Ledger rows that belong to no profile. No profile has such an id, so each reads as somebody who left.
 */

/** Ends a profile's id and begins what was added to it. No profile id has it. */
const mark = '\u0001';

/** Stands in ledger rows that belong to no batch whose verdict is awaited. */
export const noBatch = 0;

/** Under which a former identity of a profile is kept. */
export function formerIdentityId(profileId: string, identity: string): string {
  return `${profileId}${mark}${hash('sha256', identity, 'base64url').slice(0, 16)}`;
}

export function isFormerIdentity(ledgerId: string): boolean {
  return ledgerId.indexOf(mark) > 0;
}

/** The profile that a ledger id belongs to. Empty: none. */
export function profileIdOf(ledgerId: string): string {
  const end = ledgerId.indexOf(mark);
  return end < 0 ? ledgerId : ledgerId.slice(0, end);
}

/** Under which a person is kept who is on the target and whom no export put there. */
export function unmanagedId(identity: string): string {
  return `${mark}${hash('sha256', identity, 'base64url').slice(0, 24)}`;
}

export function isUnmanaged(ledgerId: string): boolean {
  return ledgerId.startsWith(mark);
}

/** All unmanaged contacts: no other id begins with the mark. */
export const unmanagedRange: IdRange = { from: mark, to: '\u0002' };
