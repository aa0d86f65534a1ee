import { createHmac } from 'node:crypto';
import {
  defineDestination,
  httpFailure,
  httpRequest,
  joinRecords,
  withoutValues,
  type ConnectionContext,
  type EncodedRecord,
  type Envelope,
  type FieldSpecs,
  type RowIssue,
  type ValuesOf,
} from '@audience-relay/destinations/core';

const SERVICE = 'The receiver';
const HEADERS = "[\\w!#$%&'*+.^`~-]+:[^|\\r\\n]+";

const connectionFields = {
  url: {
    type: 'text',
    address: true,
    label: 'Address',
    description: 'Where batches are posted to. Redirects are not followed.',
    required: true,
    placeholder: 'https://',
    pattern: { source: 'https?://\\S+', message: 'The address must begin with http:// or https://.' },
  },
  signingSecret: {
    type: 'secret',
    label: 'Signing secret',
    description: 'Each request is signed with it, so that the receiver can tell that it comes from here.',
    required: true,
    pattern: {
      source: '\\S{16,}',
      message: 'The signing secret needs at least 16 characters and no spaces.',
    },
  },
  headers: {
    type: 'secret',
    label: 'More headers',
    description: 'For example "Authorization: Bearer abc". Several are divided by a vertical bar.',
    pattern: {
      source: `${HEADERS}(?:\\|${HEADERS})*`,
      message: 'Write headers as "Name: value", divided by a vertical bar.',
    },
    advanced: true,
  },
  timeoutSeconds: {
    type: 'number',
    label: 'Time limit of a request, in seconds',
    min: 1,
    max: 600,
    default: 30,
    advanced: true,
  },
} as const satisfies FieldSpecs;

const settingsFields = {
  format: {
    type: 'select',
    label: 'Format of a batch',
    options: [
      { value: 'ndjson', label: 'One JSON object per line (NDJSON)' },
      { value: 'json', label: 'A JSON array' },
    ],
    default: 'ndjson',
  },
} as const satisfies FieldSpecs;

type Context = ConnectionContext<ValuesOf<typeof connectionFields>>;
type Format = ValuesOf<typeof settingsFields>['format'];

const envelopes: Readonly<Record<Format, Envelope>> = {
  ndjson: { before: '', between: '\n', after: '\n' },
  json: { before: '[', between: ',', after: ']' },
};
const contentTypes: Readonly<Record<Format, string>> = {
  ndjson: 'application/x-ndjson',
  json: 'application/json',
};

/** Posts batches of people to an address of the administrator's choice; docs/destinations.md describes the requests. */
export const webhook = defineDestination({
  key: 'webhook',
  name: 'Webhook',
  description: 'Posts signed batches of JSON to an address of your own.',
  connection: { fields: connectionFields },
  settings: { fields: settingsFields },
  mapping: {
    fields: {
      id: {
        label: 'Identity',
        description: 'What tells people apart, for example the e-mail address.',
        type: 'text',
        required: true,
        maxLength: 500,
        semanticType: 'Identity.Service.Email',
      },
    },
    identity: 'id',
    customFields: {
      types: ['text', 'number', 'date', 'boolean'],
      namePattern: {
        source: '(?!id$)[^\\p{Cc}]{1,100}',
        message: 'A name has 1 to 100 characters, and id is the name of the identity.',
      },
      max: 200,
    },
  },
  capabilities: { modes: ['upsert', 'mirror'], confirmation: 'sync' },
  limits: {
    maxRecords: 1_000,
    maxBytes: 1_000_000,
    envelopeBytes: 2,
    separatorBytes: 1,
    concurrency: 4,
    maxRemovals: 1_000,
  },

  async test(ctx) {
    const { status, header } = await post(ctx, 'test', 'ndjson', Buffer.alloc(0), 'test');
    if (status >= 300) throw httpFailure(SERVICE, status, header);
    return { missingScopes: [] };
  },

  prepare: async (ctx) => ({ format: ctx.settings.format }),

  encode: (row) => Buffer.from(JSON.stringify({ ...row.custom, id: row.identity })),

  async send(batch, ctx, { format }) {
    const body = joinRecords(batch.records, envelopes[format]);
    const { status, header, answer } = await post(ctx, 'upsert', format, body, `${ctx.runId}-${batch.key}`);
    const rejected = rejectedRows(answer, batch.records, ctx);
    if (status < 300) return { status: 'accepted', rejected };
    // A batch that is too large goes in halves; rows that the receiver names are taken out.
    if (status === 413 || ((status === 400 || status === 422) && rejected.length > 0)) {
      const message = `The receiver refused the batch (HTTP ${status}).`;
      return { status: 'refused', rejected, code: 'batch-refused', message };
    }
    throw httpFailure(SERVICE, status, header);
  },

  preview: (batch, ctx, { format }) => ({
    method: 'POST',
    url: ctx.connection.url,
    headers: { 'content-type': contentTypes[format], 'x-audience-relay-event': 'upsert' },
    body: joinRecords(batch.records, envelopes[format]).toString(),
  }),

  async remove(batch, ctx, { format }) {
    const records = batch.removals.map(({ identity }) => Buffer.from(JSON.stringify({ id: identity })));
    const body = joinRecords(records, envelopes[format]);
    const { status, header, answer } = await post(ctx, 'remove', format, body, `${ctx.runId}-${batch.key}`);
    if (status >= 300) throw httpFailure(SERVICE, status, header);
    const rejected = rejectedRows(answer, records, ctx);
    return { removed: records.length - rejected.length, unknown: [], rejected, requests: 1 };
  },
});

/** One signed request. The signature covers the time stamp and the body, so that neither can be replayed or changed. */
async function post(
  ctx: Context,
  event: 'test' | 'upsert' | 'remove',
  format: Format,
  body: Buffer,
  key: string,
) {
  const { url, signingSecret, headers = '', timeoutSeconds } = ctx.connection;
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', signingSecret).update(`${timestamp}.`).update(body).digest('hex');
  const answer = await httpRequest({
    service: SERVICE,
    method: 'POST',
    url,
    headers: {
      ...Object.fromEntries(headers.split('|').filter(Boolean).map(splitHeader)),
      'content-type': contentTypes[format],
      'user-agent': 'audience-relay',
      'idempotency-key': key,
      'x-audience-relay-event': event,
      'x-audience-relay-timestamp': timestamp,
      'x-audience-relay-signature': `v1=${signature}`,
    },
    body,
    signal: ctx.signal,
    timeoutMs: timeoutSeconds * 1000,
  });
  const header = (name: string) => answer.headers.get(name);
  return { status: answer.status, header, answer: answer.body.toString() };
}

function splitHeader(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
}

/** Reads `{"rejected": [{"index", "code", "message"}]}` from an answer that may be anything. */
function rejectedRows(answer: string, records: readonly EncodedRecord[], ctx: Context): RowIssue[] {
  let told: unknown;
  try {
    told = (JSON.parse(answer) as { rejected?: unknown } | null)?.rejected;
  } catch {
    return [];
  }
  const rejected = new Map<number, RowIssue>();
  for (const each of Array.isArray(told) ? (told as Partial<RowIssue>[]) : []) {
    const record = typeof each?.index === 'number' ? records[each.index] : undefined;
    if (record === undefined) continue;
    const code = /^[a-z][a-z0-9-]{0,49}$/.test(String(each.code)) ? String(each.code) : 'rejected';
    rejected.set(Number(each.index), { index: Number(each.index), code, message: reason(each, record, ctx) });
  }
  return [...rejected.values()];
}

/** The receiver's own words, without the row's values; long ones may hold other rows and are not repeated. */
function reason({ message }: Partial<RowIssue>, record: EncodedRecord, { connection }: Context): string {
  const row = Object.values(JSON.parse(Buffer.from(record).toString()) as Record<string, unknown>).map(
    String,
  );
  const secrets = (connection.headers ?? '').split('|').map((line) => splitHeader(line)[1]);
  const told =
    typeof message === 'string' && message.length <= 200 ? withoutValues(message, [...row, ...secrets]) : '';
  return told === '' ? 'The receiver rejected this row.' : `The receiver rejected this row: ${told}`;
}
