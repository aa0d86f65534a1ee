import { gunzipSync } from 'node:zlib';
import {
  DestinationError,
  httpFailure,
  httpRequest,
  withoutValues,
  type LateIssue,
} from '@audience-relay/destinations/core';
import { parse } from 'csv-parse/sync';
import type { AccountContext } from './connection';
import { SERVICE } from './api';

const MAX_BYTES = 32 * 1_048_576;

/**
 * Reads the file of refused contacts behind a job's `errors_url`. Its form is not documented: columns are found by
 * their names, else by what is in them, and a file that makes no sense yields nothing.
 * @throws DestinationError `retryable` when the file could not be fetched now
 */
export async function readErrorsFile(ctx: AccountContext, address: string): Promise<LateIssue[]> {
  if (!mayFetch(address, ctx.connection.baseUrl)) return [];
  try {
    // Without the key: the file lies with a storage provider.
    const answer = await httpRequest({
      service: SERVICE,
      method: 'GET',
      url: address,
      signal: ctx.signal,
      timeoutMs: ctx.connection.timeoutSeconds * 1000,
      maxAnswerBytes: MAX_BYTES,
    });
    if (answer.status >= 300) throw httpFailure(SERVICE, answer.status, (name) => answer.headers.get(name));
    return issuesOf(answer.body);
  } catch (error) {
    // Gone, too large or forbidden: how many were refused is known all the same, only not who.
    if (error instanceof DestinationError && error.kind !== 'retryable') return [];
    throw error;
  }
}

/** The address comes from an answer: only encrypted ones are followed, or the host that was configured. */
function mayFetch(address: string, baseUrl: string | undefined): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, origin } = new URL(address);
  return protocol === 'https:' || (baseUrl !== undefined && origin === new URL(baseUrl).origin);
}

export function issuesOf(file: Buffer): LateIssue[] {
  const rows = rowsOf(file);
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

function rowsOf(file: Buffer): string[][] {
  try {
    const zipped = file[0] === 0x1f && file[1] === 0x8b;
    const text = zipped ? gunzipSync(file, { maxOutputLength: MAX_BYTES }) : file;
    return parse(text, { bom: true, relax_column_count: true, relax_quotes: true, skip_empty_lines: true });
  } catch {
    return [];
  }
}
