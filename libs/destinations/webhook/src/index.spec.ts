import { createHmac } from 'node:crypto';
import {
  destinationConformance,
  startServer,
  type ReceivedRequest,
  type TestServer,
} from '@audience-relay/destinations/testing';
import type { ExportContext } from '@audience-relay/destinations/core';
import { webhook } from './index';

const SIGNING_SECRET = 'a-secret-for-signing-only';

/** A receiver as its owner would write it: checks the signature, keeps people by id, refuses bad ones. */
class Receiver {
  readonly people = new Map<string, unknown>();
  server!: TestServer;

  async start(): Promise<void> {
    this.server = await startServer((request, response) => {
      if (!isSigned(request)) return response.writeHead(401).end();
      const rejected = this.take(request);
      return response.end(JSON.stringify({ rejected }));
    });
  }

  private take({ headers, body }: ReceivedRequest): { index: number; code: string; message: string }[] {
    const text = body.toString();
    const json = headers['content-type'] === 'application/json' && text !== '';
    const rows = (
      json
        ? JSON.parse(text)
        : text
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line))
    ) as {
      id: string;
    }[];
    return rows.flatMap((row, index) => {
      if (row.id === 'spoilt')
        return [{ index, code: 'unwelcome', message: 'We do not want "spoilt" here.' }];
      if (headers['x-audience-relay-event'] === 'remove') this.people.delete(row.id);
      else this.people.set(row.id, row);
      return [];
    });
  }
}

function isSigned({ headers, body }: ReceivedRequest): boolean {
  const stamp = String(headers['x-audience-relay-timestamp']);
  const expected = createHmac('sha256', SIGNING_SECRET).update(`${stamp}.${body.toString()}`).digest('hex');
  const fresh = Math.abs(Date.now() / 1000 - Number(stamp)) < 300;
  return fresh && headers['x-audience-relay-signature'] === `v1=${expected}`;
}

for (const format of ['ndjson', 'json']) {
  destinationConformance({
    destination: webhook,
    connectionTo: (url, timeoutSeconds) => ({
      url,
      signingSecret: SIGNING_SECRET,
      headers: 'X-Key: key-of-the-receiver',
      timeoutSeconds,
    }),
    spoil: (row) => ({ ...row, identity: 'spoilt' }),
    async start() {
      const receiver = new Receiver();
      await receiver.start();
      return {
        connection: { url: receiver.server.url, signingSecret: SIGNING_SECRET },
        settings: { format },
        stored: async () => [...receiver.people.keys()],
        stop: () => receiver.server.stop(),
      };
    },
  });
}

describe('webhook', () => {
  let receiver: Receiver;
  beforeEach(async () => {
    receiver = new Receiver();
    await receiver.start();
  });
  afterEach(() => receiver.server.stop());

  function context(connection: Record<string, unknown> = {}) {
    return {
      connection: {
        url: receiver.server.url,
        signingSecret: SIGNING_SECRET,
        timeoutSeconds: 5,
        ...connection,
      },
      settings: { format: 'ndjson' },
      mapping: { fields: { id: 'email' }, custom: [] },
      runId: 'run7',
      dryRun: false,
      signal: new AbortController().signal,
    } as unknown as ExportContext<Record<string, never>, Record<string, never>>;
  }

  const record = (id: string) => Buffer.from(JSON.stringify({ id }));

  it('should sign the time stamp with the body, and name the batch for repeats', async () => {
    const ctx = context();
    const batch = { key: '12', records: [record('a'), record('b')] };
    await webhook.send(batch, ctx, await webhook.prepare(ctx));
    const [request] = receiver.server.requests;
    expect(request && isSigned(request)).toBe(true);
    expect(request?.body.toString()).toBe('{"id":"a"}\n{"id":"b"}\n');
    expect(request?.headers).toMatchObject({
      'idempotency-key': 'run7-12',
      'content-type': 'application/x-ndjson',
      'x-audience-relay-event': 'upsert',
    });
  });

  it('should send the headers that the administrator added', async () => {
    await webhook.test(context({ headers: 'Authorization: Bearer abc:d | X-Team: crm' }));
    expect(receiver.server.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer abc:d',
      'x-team': 'crm',
    });
  });

  it('should say that credentials are wrong when the receiver does not know the signature', async () => {
    await expect(webhook.test(context({ signingSecret: 'another-secret-entirely' }))).rejects.toMatchObject({
      kind: 'auth',
      code: 'credentials-refused',
    });
  });

  it("should repeat the receiver's reason without the values of the row", async () => {
    const ctx = context();
    const batch = { key: '1', records: [record('a'), record('spoilt')] };
    const receipt = await webhook.send(batch, ctx, await webhook.prepare(ctx));
    expect(receipt.rejected).toEqual([
      { index: 1, code: 'unwelcome', message: 'The receiver rejected this row: We do not want … here.' },
    ]);
  });
});
