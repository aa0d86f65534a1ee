import { hash } from 'node:crypto';
import type { FieldValue } from '@audience-relay/contracts';
import type { Destination, Mapping } from '@audience-relay/destinations/core';

/** Where an export delivers to. */
export interface DeliveryTarget {
  /** The same for all exports that deliver to one target of one connection. */
  readonly key: string;
  /** As versions before 0.2 named it, by all settings: ledgers that they began go on under that name. */
  readonly formerKey: string;
}

/** A target is named by the settings that choose it, and by no other: these change how it is delivered, not to whom. */
export function targetOf(
  { settings: { fields } }: Pick<Destination, 'settings'>,
  connectionId: string | null,
  settings: Readonly<Record<string, FieldValue>>,
): DeliveryTarget {
  const chosen = Object.entries(settings).filter(([name]) => fields[name]?.type === 'target');
  return {
    key: targetKey([connectionId, Object.fromEntries(chosen)]),
    formerKey: targetKey([connectionId, settings]),
  };
}

function targetKey(value: unknown): string {
  return fingerprint(value).slice(0, 12);
}

/** Changes when the mapping does: everyone is sent again then. */
export function contentKey(mapping: Mapping): string {
  return fingerprint(mapping).slice(0, 6);
}

function fingerprint(value: unknown): string {
  return hash('sha256', JSON.stringify(value), 'base64url').replace(/[-_]/g, 'x');
}
