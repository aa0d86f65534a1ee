import { gunzipSync } from 'node:zlib';
import { httpFailure, httpRequest } from '@audience-relay/destinations/core';
import { parse } from 'csv-parse/sync';
import { SERVICE } from './api';
import type { AccountContext } from './connection';

/**
 * Fetches a file that an answer pointed to.
 * @param maxBytes A larger one is not read.
 * @throws DestinationError
 */
export async function fetchFile(ctx: AccountContext, address: string, maxBytes: number): Promise<Buffer> {
  // Without the key: files lie with a storage provider.
  const answer = await httpRequest({
    service: SERVICE,
    method: 'GET',
    url: address,
    signal: ctx.signal,
    timeoutMs: ctx.connection.timeoutSeconds * 1000,
    maxAnswerBytes: maxBytes,
  });
  if (answer.status >= 300) throw httpFailure(SERVICE, answer.status, (name) => answer.headers.get(name));
  return answer.body;
}

/** The address comes from an answer: only encrypted ones are followed, or the host that was configured. */
export function mayFetch({ connection: { baseUrl } }: AccountContext, address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, origin } = new URL(address);
  return protocol === 'https:' || (baseUrl !== undefined && origin === new URL(baseUrl).origin);
}

/**
 * The rows of a CSV file, compressed or not; undefined when it is none.
 * @param maxBytes Of what is in it.
 */
export function rowsOf(file: Buffer, maxBytes: number): string[][] | undefined {
  try {
    const zipped = file[0] === 0x1f && file[1] === 0x8b;
    const text = zipped ? gunzipSync(file, { maxOutputLength: maxBytes }) : file;
    return parse(text, { bom: true, relax_column_count: true, relax_quotes: true, skip_empty_lines: true });
  } catch {
    return undefined;
  }
}
