import { inspect } from 'node:util';
import {
  splitSecrets,
  type Destination,
  type FieldValues,
  type MappedRow,
} from '@audience-relay/destinations/core';

/** Everything that must not come out of a plugin by way of an error or an issue: secrets, and what rows hold. */
export function confidentialValues(
  destination: Destination,
  connection: FieldValues,
  rows: readonly MappedRow[],
): string[] {
  const { secrets } = splitSecrets(destination.connection.fields, connection);
  const ofRows = rows.flatMap((row) => [...Object.values(row.fields), ...Object.values(row.custom)]);
  const texts = ofRows.filter((value): value is string => typeof value === 'string');
  return [...new Set([...Object.values(secrets), ...texts])].filter((value) => value.length >= 8);
}

/** Which of the values can be found in what came out, wherever it is hidden. */
export function leaksIn(outcome: unknown, confidential: readonly string[]): string[] {
  const { stack, cause } = (outcome ?? {}) as { stack?: unknown; cause?: unknown };
  const seen = `${inspect(outcome, { depth: Infinity, showHidden: true, maxStringLength: Infinity })}`;
  const text = `${seen}\n${String(stack)}\n${String(cause)}\n${jsonOf(outcome)}`.toLowerCase();
  return confidential.filter((value) => {
    const plain = value.toLowerCase();
    return text.includes(plain) || text.includes(JSON.stringify(plain).slice(1, -1));
  });
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}
