import { hash } from 'node:crypto';
import type { FieldValue } from '@audience-relay/contracts';
import type { Mapping } from '@audience-relay/destinations/core';

/** The same for all exports that deliver to one target of one connection. */
export function targetKey(
  connectionId: string | null,
  settings: Readonly<Record<string, FieldValue>>,
): string {
  return fingerprint([connectionId, settings]).slice(0, 12);
}

/** An export's ledger for one target. */
export function ledgerName(exportId: string, target: string): string {
  return `${exportId}.${target}`;
}

export function isLedgerOf(name: string | null, target: string): boolean {
  return name?.endsWith(`.${target}`) ?? false;
}

/** Changes when the mapping does: everyone is sent again then. */
export function contentKey(mapping: Mapping): string {
  return fingerprint(mapping).slice(0, 6);
}

function fingerprint(value: unknown): string {
  return hash('sha256', JSON.stringify(value), 'base64url').replace(/[-_]/g, 'x');
}
