import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isDestinationFailure, type FieldValues } from '@audience-relay/destinations/core';
import type { Bench } from './bench';
import type { Check } from './check';
import { ELSEWHERE, networkFaults, RATE_LIMIT_MS, type NetworkFault } from './faults';
import { startServer, type ReceivedRequest } from './http-server';
import { confidentialValues, leaksIn } from './leaks';
import type { Subject } from './subject';

/** Within this time of an abort the host wants a call to be over. */
const HOST_PATIENCE_MS = 1_000;
/** The time limit of requests that are to be answered, and of those that are not. */
const PATIENT_SECONDS = 30;
const IMPATIENT_SECONDS = 1;

export const failureChecks: readonly Check[] = [
  {
    name: 'stores nothing when the call is aborted before it begins',
    async run(bench) {
      const rows = bench.rows(2);
      const batch = await bench.batch(rows);
      const session = await bench.session();
      const context = bench.context({ signal: AbortSignal.abort() });
      const failure = await bench.destination.send(batch, context, session).catch((error: unknown) => error);
      assert.ok(isDestinationFailure(failure), 'an aborted send throws a DestinationError');
      assert.equal(failure.kind, 'retryable');
      const stored = await bench.service.stored();
      assert.ok(!rows.some(({ identity }) => stored.includes(identity)), 'nobody was stored');
    },
  },
  {
    name: 'gives up within a second of an abort, although the service never answers',
    appliesTo: usesNetwork,
    async run(bench) {
      await withServer(
        () => undefined,
        async (url, requests) => {
          const abort = new AbortController();
          const calls = callEverything(bench, bench.connectionTo(url, PATIENT_SECONDS), abort.signal);
          while (requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
          const start = Date.now();
          abort.abort();
          for (const [call, { thrown, outcome }] of Object.entries((await calls).outcomes)) {
            // A call that needs no answer from the service may have succeeded.
            if (['test', 'send'].includes(call) || thrown) {
              assert.ok(isDestinationFailure(outcome), `${call} throws a DestinationError`);
              assert.equal(outcome.kind, 'retryable', call);
            }
          }
          const took = Date.now() - start;
          assert.ok(took < HOST_PATIENCE_MS, `it took ${took} ms`);
        },
      );
    },
  },
  {
    name: 'makes exactly one request to send a batch, with the body that the preview shows',
    appliesTo: usesNetwork,
    async run(bench) {
      await withServer(answerEmptyObject, async (url, requests) => {
        const context = bench.context({ connection: bench.connectionTo(url, PATIENT_SECONDS) });
        const session = await bench.session();
        const batch = await bench.batch(bench.rows(3, 'unicode'));
        await bench.destination.send(batch, context, session).catch(() => undefined);
        const preview = bench.destination.preview(batch, context, session);
        assert.equal(requests.length, 1, 'send makes one request');
        assert.equal(requests[0]?.method, preview.method);
        assert.equal(requests[0]?.body.toString(), preview.body);
        const secrets = confidentialValues(bench.destination, context.connection, []);
        assert.deepEqual(leaksIn(preview, secrets), [], 'the preview shows no secret');
      });
    },
  },
  {
    name: 'asks once when it confirms, whatever the answer',
    appliesTo: (subject) => usesNetwork(subject) && subject.destination.confirm !== undefined,
    async run(bench) {
      await withServer(answerEmptyObject, async (url, requests) => {
        const context = bench.context({ connection: bench.connectionTo(url, PATIENT_SECONDS) });
        await bench.destination.confirm?.('some-handle', context).catch(() => undefined);
        assert.equal(requests.length, 1);
      });
    },
  },
  ...networkFaults.map((fault): Check => ({
    name: `tells ${fault.name} for what it is, and gives no secret and no row away`,
    appliesTo: usesNetwork,
    run: (bench) => checkFault(bench, fault),
  })),
];

function usesNetwork({ connectionTo }: Subject): boolean {
  return connectionTo !== undefined;
}

async function checkFault(bench: Bench, fault: NetworkFault): Promise<void> {
  await withServer(fault.answer, async (url, requests) => {
    const connection = bench.connectionTo(url, IMPATIENT_SECONDS);
    const { outcomes, confidential } = await callEverything(bench, connection);
    for (const [call, { thrown, outcome }] of Object.entries(outcomes)) {
      if (thrown) {
        assert.ok(isDestinationFailure(outcome), `${call} throws a DestinationError and nothing else`);
        assert.match(outcome.code, /^[a-z][a-z0-9-]*$/, `${call}: the code is stable`);
        assert.ok(outcome.message.length > 10, `${call}: the message is a sentence`);
      }
      assert.deepEqual(leaksIn(outcome, confidential), [], `${call} gives away what it must not`);
    }
    const sent = outcomes['send']?.outcome;
    const { status } = sent as { status?: unknown };
    const excused = (fault.refusal && status === 'refused') || (fault.success && status === 'accepted');
    if (!excused) {
      assert.ok(isDestinationFailure(sent), 'send does not take the failure for a success');
      assert.ok(
        fault.kinds.includes(sent.kind),
        `send: the kind is ${sent.kind}, not ${fault.kinds.join(' or ')}`,
      );
      if (sent.kind === 'rate-limited') assert.equal(sent.detail.retryAfterMs, RATE_LIMIT_MS);
    }
    assert.ok(!requests.some((request) => request.url.endsWith(ELSEWHERE)), 'redirects are not followed');
  });
}

/** What a call returned or threw. */
interface CallOutcome {
  thrown: boolean;
  outcome: unknown;
}

/** Makes every call of the contract at once, on a connection that leads to trouble. */
async function callEverything(bench: Bench, connection: FieldValues, signal?: AbortSignal) {
  const { destination } = bench;
  const rows = bench.rows(3, 'unicode').concat(bench.rows(3));
  const batch = await bench.batch(rows);
  const session = await bench.session();
  const context = bench.context({ connection, signal });
  const removals = rows.map(({ identity }) => ({ identity }));
  const calls: Record<string, () => Promise<unknown> | undefined> = {
    test: () => destination.test(context),
    usage: () => destination.usage?.(context),
    targets: () => destination.targets?.(context, {}),
    createTarget: () => destination.createTarget?.(context, 'Some name'),
    prepare: () => destination.prepare(context),
    send: () => destination.send(batch, context, session),
    listPeople: () => destination.listPeople?.(undefined, context, session),
    goOnListing: () => destination.listPeople?.('some-cursor', context, session),
    remove: () => destination.remove?.({ key: 'trouble', removals }, context, session),
    confirm: () => destination.confirm?.('some-handle', context),
  };
  const outcomes: Record<string, CallOutcome> = {};
  await Promise.all(
    Object.entries(calls).map(async ([call, make]) => {
      const made = make();
      if (!made) return;
      outcomes[call] = await made.then(
        (outcome) => ({ thrown: false, outcome }),
        (outcome: unknown) => ({ thrown: true, outcome }),
      );
    }),
  );
  return {
    /** By call, of those that the plugin has. */
    outcomes,
    confidential: confidentialValues(destination, context.connection, rows),
  };
}

/** Runs with the address of a server that answers like this; without an answer, nobody listens there. */
async function withServer(
  answer: NetworkFault['answer'],
  use: (url: string, requests: readonly ReceivedRequest[]) => Promise<void>,
): Promise<void> {
  if (!answer) return use(await addressOfNobody(), []);
  const server = await startServer(answer);
  try {
    await use(server.url, server.requests);
  } finally {
    await server.stop();
  }
}

function answerEmptyObject(_request: ReceivedRequest, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
}

/** A port that was free a moment ago. */
async function addressOfNobody(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return `http://127.0.0.1:${port}`;
}
