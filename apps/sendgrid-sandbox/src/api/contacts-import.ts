import { parse } from 'csv-parse';
import type { Request } from 'express';
import { randomUUID } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Sandbox } from '../sandbox';
import type { ContactRow } from '../state/contact';
import { ALTERNATE_EMAILS } from '../state/contact';
import { RESERVED_FIELDS } from '../state/custom-field';
import type { JobFate } from '../state/job';
import type { PendingImport } from '../state/operation';
import { knownLists } from './contacts-upsert';
import type { Endpoint } from './endpoint';
import { endpointName, jsonBody, stringArray } from './endpoint';
import { refuse } from './reply';

const UPLOADS_PATH = '/_files/uploads/';
/** The header that the storage behind an upload insists on. */
const UPLOAD_HEADER = { header: 'x-amz-server-side-encryption', value: 'aws:kms' } as const;

const ROWS_PER_ENTRY = 10_000;
const MOST_ROWS = 1_000_000;
const READ_ONLY = new Set(['list_ids', 'segment_ids']);

const importContacts: Endpoint = {
  method: 'PUT',
  path: '/v3/marketing/contacts/imports',
  scope: 'marketing.update',
  limit: 600,
  async handle(call) {
    const { sandbox, baseUrl } = call;
    const body = jsonBody(call);
    if (body['file_type'] !== 'csv') refuse(400, 'file_type should be csv', 'file_type');
    const fieldMappings = body['field_mappings'];
    if (!Array.isArray(fieldMappings) || fieldMappings.length === 0) {
      refuse(400, 'field_mappings should name at least one field', 'field_mappings');
    }
    const known = (id: unknown): boolean =>
      id === null || (typeof id === 'string' && columnOf(sandbox, id) !== undefined);
    const unknown = fieldMappings.filter((id) => !known(id));
    if (unknown.length > 0)
      refuse(400, `invalid field ids supplied - ${unknown.join(',')}`, 'field_mappings');
    const pending: PendingImport = {
      jobId: randomUUID(),
      listIds: knownLists(sandbox, stringArray(body, 'list_ids', false)),
      fieldMappings: fieldMappings as (string | null)[],
    };
    await sandbox.commit({ op: 'import', import: pending });
    return {
      status: 200,
      json: {
        job_id: pending.jobId,
        upload_uri: `${baseUrl}${UPLOADS_PATH}${pending.jobId}`,
        upload_headers: [UPLOAD_HEADER],
      },
    };
  },
};

export const importEndpoints: readonly Endpoint[] = [importContacts];

/**
 * Reads the uploaded file, gzip or not, and starts its job. Its first line is the header.
 * Resolves with the HTTP status of the upload.
 */
export async function receiveUpload(sandbox: Sandbox, jobId: string, request: Request): Promise<number> {
  const pending = sandbox.account.imports.get(jobId);
  if (!pending) return 404;
  if (request.headers[UPLOAD_HEADER.header] !== UPLOAD_HEADER.value) return 403;
  const columns = pending.fieldMappings.map((id) => (id === null ? undefined : columnOf(sandbox, id)));
  const rows: ContactRow[] = [];
  let fate: JobFate | undefined;
  try {
    for await (const line of csvLines(request, await isGzip(request))) {
      if (rows.length === MOST_ROWS) return 413;
      rows.push(toRow(line, columns));
    }
  } catch {
    if (!request.complete) return 400;
    // The storage takes any file; that it is no CSV shows in the job.
    fate = { kind: 'failed', reason: 'the file could not be read' };
    rows.length = 0;
  }
  const writes: Promise<unknown>[] = [];
  for (let from = 0; from < rows.length; from += ROWS_PER_ENTRY) {
    const contacts = rows.slice(from, from + ROWS_PER_ENTRY);
    writes.push(sandbox.commit({ op: 'rows', jobId }, { contacts }));
  }
  const job = sandbox.startJob({
    id: jobId,
    work: { kind: 'upsert', listIds: pending.listIds, checked: false },
    requested: rows.length,
    endpoint: endpointName(importContacts),
    fate,
  });
  await Promise.all([...writes, job]);
  return 200;
}

interface Column {
  name: string;
  custom: boolean;
}

/** `_rf2_T` or `_rf2` for a reserved field, otherwise the id of a custom one. */
function columnOf({ account, now }: Sandbox, id: string): Column | undefined {
  const reserved = RESERVED_FIELDS.find((field) => field.id === id || field.id.slice(0, -2) === id);
  if (reserved) {
    return reserved.readOnly || READ_ONLY.has(reserved.name)
      ? undefined
      : { name: reserved.name, custom: false };
  }
  const field = account.fields.get(id);
  return field && field.usableAt <= now() ? { name: id, custom: true } : undefined;
}

function toRow(line: readonly string[], columns: readonly (Column | undefined)[]): ContactRow {
  const row: Record<string, unknown> = {};
  const custom: Record<string, string> = {};
  columns.forEach((column, index) => {
    const value = line[index];
    if (!column || value === undefined) return;
    if (column.custom) custom[column.name] = value;
    else if (column.name === 'alternate_emails') {
      row[column.name] = value
        .split(/[,;]/)
        .slice(0, ALTERNATE_EMAILS.items)
        .map((email) => email.trim());
    } else row[column.name] = value;
  });
  if (Object.keys(custom).length > 0) row['custom_fields'] = custom;
  return row;
}

async function* csvLines(request: Request, gzip: boolean): AsyncGenerator<string[]> {
  const parser = parse({ bom: true, from_line: 2, relax_column_count: true, skip_empty_lines: true });
  const flow = gzip ? pipeline(request, createGunzip(), parser) : pipeline(request, parser);
  // Whatever breaks the flow also ends the parser with that error, which is where it is noticed.
  flow.catch(() => undefined);
  yield* parser as AsyncIterable<string[]>;
}

/** Looks at the beginning of the file and puts it back. */
async function isGzip(request: Request): Promise<boolean> {
  await new Promise<void>((resolve, reject) => {
    request.once('readable', resolve);
    request.once('error', reject);
  });
  const chunk = request.read() as Buffer | null;
  if (!chunk) return false;
  request.unshift(chunk);
  return chunk[0] === 0x1f && chunk[1] === 0x8b;
}
