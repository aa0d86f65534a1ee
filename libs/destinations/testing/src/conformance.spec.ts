import {
  DestinationError,
  defineDestination,
  httpFailure,
  httpRequest,
  joinRecords,
  jsonOf,
  type ConnectionContext,
  type Destination,
} from '@audience-relay/destinations/core';
import { Bench } from './bench';
import { checks, destinationConformance } from './conformance';
import type { Subject } from './subject';
import { TOY_KEY, ToyService } from './toy-service';

const envelope = { before: '[', between: ',', after: ']' };

type Account = ConnectionContext<{ readonly url: string; readonly key: string; readonly seconds: number }>;

async function ask({ connection, signal }: Account, method: string, path: string, body?: Buffer) {
  const { url, key, seconds } = connection;
  const headers = { authorization: `Bearer ${key}` };
  const request = {
    service: 'Toy',
    method,
    url: `${url}${path}`,
    headers,
    body,
    signal,
    timeoutMs: seconds * 1000,
  };
  const answer = await httpRequest(request);
  if (answer.status >= 300) throw httpFailure('Toy', answer.status, (name) => answer.headers.get(name));
  const json = jsonOf('Toy', answer) as { job?: number; created?: number; failed?: string[] };
  return { json, remaining: Number(answer.headers.get('x-remaining')) };
}

const toy: Destination = defineDestination({
  key: 'toy',
  name: 'Toy',
  description: 'Does everything right.',
  connection: {
    fields: {
      url: { type: 'text', address: true, label: 'Address', required: true },
      key: { type: 'secret', label: 'Key', required: true },
      seconds: { type: 'number', label: 'Time limit', default: 5 },
    },
  },
  settings: { fields: {} },
  mapping: {
    fields: { id: { label: 'Identity', type: 'text', required: true, maxLength: 100 } },
    identity: 'id',
    customFields: {
      types: ['text', 'date'],
      namePattern: { source: '\\w+', message: 'Letters only.' },
      max: 9,
    },
  },
  capabilities: { modes: ['upsert', 'mirror'], confirmation: 'async' },
  limits: {
    maxRecords: 50,
    maxBytes: 20_000,
    envelopeBytes: 2,
    separatorBytes: 1,
    concurrency: 1,
    maxRemovals: 9,
  },
  async test(ctx) {
    await ask(ctx, 'GET', '/jobs/none');
    return { missingScopes: [] };
  },
  prepare: async () => ({}),
  encode: (row) => Buffer.from(JSON.stringify({ id: row.identity, ...row.custom })),
  async send(batch, ctx) {
    const { json, remaining } = await ask(ctx, 'PUT', '/people', joinRecords(batch.records, envelope));
    const rates = [{ bucket: 'people', limit: 10, remaining, resetAfterMs: 1_000 }];
    return { status: 'accepted', rejected: [], handle: String(json.job), rates };
  },
  preview: (batch, ctx) => ({
    method: 'PUT',
    url: `${ctx.connection.url}/people`,
    headers: {},
    body: joinRecords(batch.records, envelope).toString(),
  }),
  async remove(batch, ctx) {
    const rows = batch.removals.map(({ identity }) => ({ id: identity }));
    await ask(ctx, 'DELETE', '/people', Buffer.from(JSON.stringify(rows)));
    return { removed: rows.length, unknown: [], rejected: [], requests: 1 };
  },
  async confirm(handle, ctx) {
    const { created = 0, failed = [] } = (await ask(ctx, 'GET', `/jobs/${handle}`)).json;
    const issues = failed.map((identity) => ({ identity, code: 'spoilt', message: 'This one is spoilt.' }));
    return { status: 'done', created, updated: 0, failed: failed.length, issues };
  },
});

function subjectOf(destination: Destination): Subject {
  return {
    destination,
    connectionTo: (url, seconds) => ({ url, key: TOY_KEY, seconds }),
    spoil: (row) => ({ ...row, identity: 'spoilt' }),
    async start() {
      const service = new ToyService();
      await service.start();
      return {
        connection: { url: service.server.url, key: TOY_KEY },
        settings: {},
        stored: async () => service.people,
        stop: () => service.server.stop(),
      };
    },
  };
}

destinationConformance(subjectOf(toy));

/** What went wrong, with everything that the caught error had on it. */
const careless = (message: string, kind: 'retryable' | 'auth' = 'retryable', extra: object = {}) =>
  Object.assign(new DestinationError({ kind, code: 'careless', message }), extra);

type Context = Parameters<Destination['send']>[1] & Account;
const sending = (send: (...args: Parameters<Destination['send']>) => ReturnType<Destination['send']>) => ({
  send,
});
const failing = (spoil: (error: DestinationError, ctx: Context, body: string) => unknown) =>
  sending((batch, ctx, session) =>
    toy.send(batch, ctx, session).catch((error: unknown) => {
      throw spoil(error as DestinationError, ctx as Context, joinRecords(batch.records, envelope).toString());
    }),
  );

/** Each breaks one rule; the check of that rule must notice. */
const broken: Record<string, { check: RegExp; change: Partial<Destination> }> = {
  'has an identity that is not mapped': {
    check: /well defined/,
    change: { mapping: { ...toy.mapping, identity: 'email' } },
  },
  'reports missing rights for a good key': {
    check: /a working key/,
    change: { test: async () => ({ missingScopes: ['everything'] }) },
  },
  'forgets to page': {
    check: /targets in pages/,
    change: { targets: async () => ({ items: ['a', 'b', 'c'].map((id) => ({ id, name: id })) }) },
  },
  'shows the same target twice': {
    check: /targets in pages/,
    change: {
      targets: async (_ctx, { cursor }) => ({
        items: [{ id: 'a', name: 'A' }],
        ...(cursor === undefined && { nextCursor: '1' }),
      }),
    },
  },
  'writes the time into records': {
    check: /encodes a row purely/,
    change: { encode: (row) => Buffer.from(JSON.stringify({ id: row.identity, at: Date.now() })) },
  },
  'changes rows': {
    check: /encodes a row purely/,
    change: {
      encode: (row) => {
        Object.assign(row.fields, { id: row.identity.trim() });
        return Buffer.from(JSON.stringify({ id: row.identity }));
      },
    },
  },
  'counts its envelope too small': {
    check: /never makes a body larger/,
    change: { limits: { ...toy.limits, envelopeBytes: 1 } },
  },
  'writes Latin-1': {
    check: /UTF-8/,
    change: { encode: (row) => Buffer.from(JSON.stringify({ id: row.identity, ...row.custom }), 'latin1') },
  },
  'loses rows': {
    check: /single plain row/,
    change: sending((_batch, ctx, session) => toy.send({ key: 'x', records: [] }, ctx, session)),
  },
  'stores a repeat again': {
    check: /can be repeated/,
    change: sending(async (batch, ctx) => {
      const { json } = await ask(ctx as Context, 'PUT', '/append', joinRecords(batch.records, envelope));
      return { status: 'accepted', rejected: [], handle: String(json.job) };
    }),
  },
  'names the wrong row': {
    check: /names a bad row by its index/,
    change: {
      confirm: async (handle, ctx) => {
        const verdict = await toy.confirm?.(handle, ctx);
        if (verdict?.status !== 'done') throw new Error('The toy is always done.');
        return {
          ...verdict,
          issues: verdict.issues.map((issue) => ({ ...issue, identity: undefined, index: 0 })),
        };
      },
    },
  },
  'gives no handle': {
    check: /gives a handle/,
    change: sending(async (batch, ctx, session) => ({
      ...(await toy.send(batch, ctx, session)),
      handle: undefined,
    })),
  },
  'has more requests left than it is allowed': {
    check: /rates that make sense/,
    change: sending(async (batch, ctx, session) => ({
      ...(await toy.send(batch, ctx, session)),
      rates: [{ bucket: 'people', limit: 1, remaining: 2 }],
    })),
  },
  'takes nobody off': {
    check: /takes people off/,
    change: {
      remove: async ({ removals }) => ({
        removed: 0,
        unknown: removals.map((_, index) => index),
        rejected: [],
        requests: 1,
      }),
    },
  },
  'sends although it was stopped': {
    check: /aborted before it begins/,
    change: sending((batch, ctx, session) =>
      toy.send(batch, { ...ctx, signal: new AbortController().signal }, session),
    ),
  },
  'does not listen to the signal': {
    check: /within a second of an abort/,
    change: sending((batch, ctx, session) =>
      toy.send(batch, { ...ctx, signal: new AbortController().signal }, session),
    ),
  },
  'sends twice': {
    check: /exactly one request/,
    change: sending(async (batch, ctx, session) => {
      await toy.send(batch, ctx, session);
      return toy.send(batch, ctx, session);
    }),
  },
  'shows another body than it sends': {
    check: /exactly one request/,
    change: { preview: (batch, ctx, session) => ({ ...toy.preview(batch, ctx, session), body: '[]' }) },
  },
  'shows its key in the preview': {
    check: /exactly one request/,
    change: {
      preview: (batch, ctx, session) => ({
        ...toy.preview(batch, ctx, session),
        headers: { authorization: `Bearer ${TOY_KEY}` },
      }),
    },
  },
  'asks again and again when it confirms': {
    check: /asks once when it confirms/,
    change: {
      confirm: async (handle, ctx) => {
        for (let time = 0; time < 3; time += 1) await toy.confirm?.(handle, ctx);
        return { status: 'pending' };
      },
    },
  },
  'takes a failure for a success': {
    check: /tells HTTP 500/,
    change: sending((batch, ctx, session) =>
      toy.send(batch, ctx, session).catch(() => ({ status: 'accepted' as const, rejected: [] })),
    ),
  },
  'lets a parser speak': {
    check: /tells a page instead of data/,
    change: {
      test: async ({ connection }) => {
        const { url } = connection as unknown as { url: string };
        return (await fetch(url).then((answer) => answer.json())) as never;
      },
    },
  },
  'calls everything retryable': {
    check: /tells HTTP 401/,
    change: failing(() => careless('It did not work.')),
  },
  'forgets how long to wait': {
    check: /tells HTTP 429/,
    change: failing(({ kind, code, message }) => new DestinationError({ kind, code, message })),
  },
  'throws other errors': { check: /tells HTTP 404/, change: failing(() => new Error('Something happened.')) },
  'puts its key in the message': {
    check: /tells HTTP 500/,
    change: failing((_error, { connection }) => careless(`The key ${connection.key} did not work.`)),
  },
  'puts its key where only a debugger sees it': {
    check: /tells a reset connection/,
    change: failing((_error, { connection }) =>
      Object.defineProperty(careless('It broke.'), 'request', { value: { connection }, enumerable: false }),
    ),
  },
  'puts rows into the cause': {
    check: /tells HTTP 503/,
    change: failing((_error, _ctx, body) =>
      careless('It broke in the middle.', 'retryable', { cause: body }),
    ),
  },
};

describe('the conformance suite', () => {
  it.each(Object.entries(broken))(
    'should notice a plugin that %s',
    async (_fault, { check, change }) => {
      const wanted = checks.filter(({ name }) => check.test(name));
      expect(wanted).toHaveLength(1);
      const bench = await Bench.start(subjectOf({ ...toy, ...change }), 500);
      try {
        await expect(wanted[0]?.run(bench)).rejects.toThrow();
      } finally {
        await bench.service.stop();
      }
    },
    60_000,
  );
});
