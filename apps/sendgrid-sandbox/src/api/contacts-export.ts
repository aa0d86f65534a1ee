import { stringify } from 'csv-stringify/sync';
import { randomUUID } from 'node:crypto';
import type { Sandbox } from '../sandbox';
import type { Contact } from '../state/contact';
import type { ContactExport } from '../state/operation';
import { contactJson } from './contact-json';
import { knownLists } from './contacts-upsert';
import type { Call, Endpoint } from './endpoint';
import { jsonBody, stringArray } from './endpoint';
import { refuse } from './reply';

const PATH = '/v3/marketing/contacts/exports';
const EXPORTS_PATH = '/_files/exports/';
const MEGABYTE = 1_000_000;
const DEFAULT_FILE_MEGABYTES = 5_000;
const KEPT_MS = 72 * 60 * 60 * 1_000;

const CSV_FIELDS = [
  'email',
  'first_name',
  'last_name',
  'address_line_1',
  'address_line_2',
  'city',
  'state_province_region',
  'postal_code',
  'country',
  'phone_number',
  'whatsapp',
  'line',
  'facebook',
  'unique_name',
  'phone_number_id',
  'external_id',
  'anonymous_id',
] as const;

const startExport: Endpoint = {
  method: 'POST',
  path: PATH,
  scope: 'marketing.read',
  limit: 600,
  async handle(call) {
    const { sandbox, baseUrl } = call;
    const body = call.body.length > 0 ? jsonBody(call) : {};
    const fileType = body['file_type'] ?? 'csv';
    if (fileType !== 'csv' && fileType !== 'json')
      refuse(400, 'file_type should be csv or json', 'file_type');
    const megabytes = body['max_file_size'] ?? DEFAULT_FILE_MEGABYTES;
    if (typeof megabytes !== 'number' || megabytes <= 0) {
      refuse(400, 'max_file_size should be a number above 0', 'max_file_size');
    }
    if (stringArray(body, 'segment_ids', false).length > 0) {
      refuse(404, 'segments not found: the sandbox has none', 'segment_ids');
    }
    const now = sandbox.now();
    const one: ContactExport = {
      id: randomUUID(),
      listIds: knownLists(sandbox, stringArray(body, 'list_ids', false)),
      fileType,
      maxFileBytes: megabytes * MEGABYTE,
      createdAt: now,
      readyAt: now + sandbox.draw(sandbox.settings.timings.exportReadyMs),
    };
    await sandbox.commit({ op: 'export', export: one });
    return { status: 202, json: { id: one.id, _metadata: { self: `${baseUrl}${PATH}/${one.id}` } } };
  },
};

const listExports: Endpoint = {
  method: 'GET',
  path: PATH,
  scope: 'marketing.read',
  limit: 600,
  handle(call) {
    const { exports, lists } = call.sandbox.account;
    const result = [...exports.values()].map((one) => ({
      ...exportJson(call, one),
      user_id: '1',
      export_type: one.listIds.length > 0 ? 'list_export' : 'contacts_export',
      segments: [],
      lists: one.listIds.map((id) => ({ ID: id, Name: lists.get(id)?.name ?? '' })),
    }));
    return { status: 200, json: { result, _metadata: { self: `${call.baseUrl}${PATH}` } } };
  },
};

const getExport: Endpoint = {
  method: 'GET',
  path: `${PATH}/{id}`,
  scope: 'marketing.read',
  limit: 600,
  handle(call) {
    const one = call.sandbox.account.exports.get(call.params['id'] ?? '');
    if (!one) refuse(404, 'export not found', 'id');
    return { status: 200, json: exportJson(call, one) };
  },
};

export const exportEndpoints: readonly Endpoint[] = [startExport, listExports, getExport];

function exportJson(call: Call, one: ContactExport): Record<string, unknown> {
  const { sandbox, baseUrl } = call;
  const time = (at: number): string => new Date(at).toISOString();
  const ready = one.readyAt <= sandbox.now();
  const files = ready ? exportFiles(sandbox, one) : [];
  return {
    id: one.id,
    status: ready ? 'ready' : 'pending',
    created_at: time(one.createdAt),
    updated_at: time(ready ? one.readyAt : one.createdAt),
    expires_at: time(one.createdAt + KEPT_MS),
    ...(ready && {
      completed_at: time(one.readyAt),
      urls: files.map((_, index) => `${baseUrl}${EXPORTS_PATH}${one.id}/${index}.${one.fileType}`),
      contact_count: files.reduce((sum, file) => sum + file.length, 0),
    }),
    _metadata: { self: `${baseUrl}${PATH}/${one.id}` },
  };
}

/**
 * The contacts of each file of an export. They are taken from the account when they are asked for,
 * not when the export was started: enough for a double, and nothing to store.
 */
export function exportFiles(sandbox: Sandbox, one: ContactExport): Contact[][] {
  const { contacts } = sandbox.account;
  const chosen = new Set<Contact>();
  if (one.listIds.length === 0) for (const contact of contacts.all()) chosen.add(contact);
  for (const listId of one.listIds) for (const contact of contacts.onList(listId)) chosen.add(contact);
  const files: Contact[][] = [[]];
  let bytes = 0;
  for (const contact of chosen) {
    const size = Buffer.byteLength(exportLine(sandbox, one.fileType, contact));
    if (bytes > 0 && bytes + size > one.maxFileBytes) {
      files.push([]);
      bytes = 0;
    }
    bytes += size;
    files.at(-1)?.push(contact);
  }
  return files;
}

export function* exportContent(
  sandbox: Sandbox,
  one: ContactExport,
  contacts: readonly Contact[],
): Generator<string> {
  if (one.fileType === 'csv') yield csvHeader(sandbox);
  for (const contact of contacts) yield exportLine(sandbox, one.fileType, contact);
}

function csvHeader({ account }: Sandbox): string {
  const custom = [...account.fields.values()].map(({ name }) => name);
  const own = [...CSV_FIELDS, 'alternate_emails', 'contact_id', 'created_at', 'updated_at'];
  return stringify([[...own.map((name) => name.toUpperCase()), ...custom]]);
}

function exportLine(sandbox: Sandbox, fileType: ContactExport['fileType'], contact: Contact): string {
  const json = contactJson({ sandbox, baseUrl: '' }, contact);
  if (fileType === 'json') {
    const { id, _metadata, ...rest } = json;
    return `${JSON.stringify({ contact_id: id, ...rest })}\n`;
  }
  const custom = json['custom_fields'] as Record<string, unknown>;
  return stringify([
    [
      ...CSV_FIELDS.map((name) => json[name] ?? ''),
      (json['alternate_emails'] as string[]).join(','),
      json.id,
      json['created_at'],
      json['updated_at'],
      ...[...sandbox.account.fields.values()].map(({ name }) => custom[name] ?? ''),
    ],
  ]);
}
