import {
  DestinationError,
  type PeoplePage,
  type RateReport,
  type Removal,
} from '@audience-relay/destinations/core';
import { arrayMember, call, jsonBody, textMember, unreadable } from './api';
import type { ListContext } from './connection';
import { fetchFile, mayFetch, rowsOf } from './files';
import { listNotFound } from './lists';

const PATH = '/v3/marketing/contacts/exports';
/** Size of one file of an export: it is read whole. */
const FILE_MEGABYTES = 4;
/** A compressed file, and one whose last contact is a long one, are larger than what was asked for. */
const MAX_FILE_BYTES = 4 * FILE_MEGABYTES * 1_048_576;

/**
 * Who is on the list, by an export of its contacts: SendGrid writes them into files, one of which is read at a time.
 * Contacts without an e-mail address are left out. The cursor is the export's id and the number of the file.
 */
export async function listMembers(cursor: string | undefined, ctx: ListContext): Promise<PeoplePage> {
  if (cursor === undefined) return startExport(ctx);
  const [id = '', number = '0'] = cursor.split('/');
  const { status, body, rates } = await call(ctx, {
    method: 'GET',
    path: `${PATH}/${encodeURIComponent(id)}`,
    bucket: 'exports',
    right: 'export contacts',
    expected: [404],
  });
  const state = textMember(body, 'status')?.toLowerCase();
  // It may not be visible yet; if it never becomes so, the attempts run out.
  if (status === 404 || state === 'failure') throw exportFailed(status);
  if (state === undefined) throw unreadable('the state of the export');
  if (state !== 'ready') return { status: 'pending', cursor, rates };
  return readFile(id, Number(number), arrayMember(body, 'urls'), rates, ctx);
}

async function startExport(ctx: ListContext): Promise<PeoplePage> {
  const { status, body, rates } = await call(ctx, {
    method: 'POST',
    path: PATH,
    body: jsonBody({ list_ids: [ctx.settings.list], file_type: 'csv', max_file_size: FILE_MEGABYTES }),
    bucket: 'exports',
    right: 'export contacts',
    expected: [404],
  });
  if (status === 404) throw listNotFound(404);
  const id = textMember(body, 'id');
  if (id === undefined) throw unreadable('the number of the export');
  return { status: 'pending', cursor: id, rates };
}

async function readFile(
  id: string,
  number: number,
  urls: readonly unknown[],
  rates: readonly RateReport[],
  ctx: ListContext,
): Promise<PeoplePage> {
  const url = urls[number];
  // An empty list may have no file at all.
  if (typeof url !== 'string') return { status: 'page', people: [], rates };
  if (!mayFetch(ctx, url)) throw unreadable('a safe address of the contacts of the list');
  const people = peopleOf(rowsOf(await fetchFile(ctx, url, MAX_FILE_BYTES), MAX_FILE_BYTES));
  const next = number + 1;
  return { status: 'page', people, ...(next < urls.length && { nextCursor: `${id}/${next}` }), rates };
}

/** @throws DestinationError when the file has no addresses: taken for an empty list, it would hide who is there. */
function peopleOf(table: readonly (readonly string[])[] | undefined): Removal[] {
  if (!table) throw unreadable('a readable file of the contacts of the list');
  const [header = [], ...rows] = table;
  const names = header.map((name) => name.trim().toLowerCase());
  const emailColumn = names.indexOf('email');
  const idColumn = names.findIndex((name) => name === 'contact_id' || name === 'id');
  if (emailColumn < 0) {
    if (header.length === 0) return [];
    throw unreadable('the addresses of the contacts of the list');
  }
  return rows.flatMap((row): Removal[] => {
    const identity = row[emailColumn]?.trim().toLowerCase() ?? '';
    const remoteId = row[idColumn]?.trim() ?? '';
    if (identity === '') return [];
    return [{ identity, ...(remoteId !== '' && { remoteId }) }];
  });
}

function exportFailed(status: number): DestinationError {
  const message = 'SendGrid could not export the contacts of the list.';
  return new DestinationError({ kind: 'retryable', code: 'export-failed', message, detail: { status } });
}
