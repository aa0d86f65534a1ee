import { DestinationError, withoutValues, type LateIssue } from '@audience-relay/destinations/core';
import type { AccountContext } from './connection';
import { fetchFile, mayFetch, rowsOf } from './files';

const MAX_BYTES = 32 * 1_048_576;

/**
 * Reads the file of refused contacts behind a job's `errors_url`. Its form is not documented: columns are found by
 * their names, else by what is in them, and a file that makes no sense yields nothing.
 * @throws DestinationError `retryable` when the file could not be fetched now
 */
export async function readErrorsFile(ctx: AccountContext, address: string): Promise<LateIssue[]> {
  if (!mayFetch(ctx, address)) return [];
  try {
    return issuesOf(await fetchFile(ctx, address, MAX_BYTES));
  } catch (error) {
    // Gone, too large or forbidden: how many were refused is known all the same, only not who.
    if (error instanceof DestinationError && error.kind !== 'retryable') return [];
    throw error;
  }
}

export function issuesOf(file: Buffer): LateIssue[] {
  const rows = rowsOf(file, MAX_BYTES) ?? [];
  const header = rows[0]?.map((cell) => cell.trim().toLowerCase()) ?? [];
  const named = !header.some((cell) => cell.includes('@'));
  const emailColumn = named ? header.findIndex((cell) => /e-?mail|identifier/.test(cell)) : -1;
  const reasonColumn = named ? header.findIndex((cell) => /error|reason|message/.test(cell)) : -1;

  return rows.slice(named ? 1 : 0).flatMap((row): LateIssue[] => {
    const email = row[emailColumn] ?? row.find((cell) => /^\s*\S+@\S+\s*$/.test(cell));
    if (!email) return [];
    const reason = row[reasonColumn] ?? row.findLast((cell) => cell !== email && cell.includes(' ')) ?? '';
    const others = row.filter((cell) => cell !== reason);
    return [
      {
        identity: email.trim().toLowerCase(),
        code: 'refused-later',
        message: sentence(withoutValues(reason, others)),
      },
    ];
  });
}

function sentence(reason: string): string {
  return reason === ''
    ? 'SendGrid refused this contact and gave no reason.'
    : `SendGrid refused this contact: ${reason}`;
}
