import http from 'node:http';
import https from 'node:https';
import {
  DestinationError,
  httpFailure,
  networkFailure,
  readRetryAfter,
  withDeadline,
  type RateReport,
  type ReadHeader,
} from '@audience-relay/destinations/core';
import { Client } from '@sendgrid/client';
import type { AccountContext, Connection } from './connection';
import { readRate, restOfMinuteMs, type Bucket } from './rates';

export const SERVICE = 'SendGrid';

export interface ApiRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With its query: `/v3/marketing/lists?page_size=100`. */
  path: string;
  body?: Buffer;
  bucket: Bucket;
  /** What the key must be allowed to do, for the message when it is not: `read lists`. */
  right: string;
  /** Statuses of 400 and above that the caller reads itself. */
  expected?: readonly number[];
}

export interface ApiAnswer {
  status: number;
  /** Parsed JSON, or text when it is not JSON. */
  body: unknown;
  rates: readonly RateReport[];
}

type ClientRequest = Parameters<Client['request']>[0];

interface BoundRequest extends ClientRequest {
  signal: AbortSignal;
}

/**
 * The official client, with what it lacks. Its own `request` copies objects member by member, which would take a
 * Buffer apart, and passes neither signal nor time limit on; the options of one request are completed here.
 */
class BoundClient extends Client {
  override createRequest(request: BoundRequest): ClientRequest {
    const { body, signal, ...rest } = request;
    return Object.assign(super.createRequest(rest), { data: body, signal });
  }
}

// No credentials in here, so all accounts may share the sockets.
const agents = {
  httpAgent: new http.Agent({ keepAlive: true }),
  httpsAgent: new https.Agent({ keepAlive: true }),
};

const MAX_ANSWER_BYTES = 16 * 1_048_576;
const clients = new WeakMap<Connection, BoundClient>();

/** One client per account: the package's shared one would mix keys. */
function clientOf(connection: Connection): BoundClient {
  let client = clients.get(connection);
  if (!client) {
    client = new BoundClient();
    client.setDataResidency(connection.region);
    client.setApiKey(connection.apiKey);
    // After the key: setting the key sets the address of the region again.
    client.setDefaultRequest({
      url: '',
      ...(connection.baseUrl !== undefined && { baseUrl: connection.baseUrl }),
      ...agents,
      maxRedirects: 0,
      maxContentLength: MAX_ANSWER_BYTES,
      // Every status is an answer. The client's own error type breaks on some working directories, and never settles.
      validateStatus: () => true,
    } as ClientRequest);
    client.setDefaultHeader('User-Agent', 'audience-relay');
    clients.set(connection, client);
  }
  return client;
}

/**
 * One request to SendGrid.
 * @throws DestinationError for every status of 400 and above that the caller does not expect, and without an answer.
 */
export async function call(ctx: AccountContext, request: ApiRequest): Promise<ApiAnswer> {
  const { method, path, body, bucket } = request;
  const timeoutMs = ctx.connection.timeoutSeconds * 1000;
  let answer: { status: number; body: unknown; header: ReadHeader };
  try {
    answer = await withDeadline({ service: SERVICE, signal: ctx.signal, timeoutMs }, async (signal) => {
      const bound: BoundRequest = { method, url: path, body, signal };
      const [response] = await clientOf(ctx.connection).request(bound);
      const headers = response.headers as Readonly<Record<string, string | undefined>>;
      return { status: response.statusCode, body: response.body as unknown, header: (name) => headers[name] };
    });
  } catch (error) {
    throw networkFailure(SERVICE, error);
  }

  const rate = readRate(bucket, answer.header);
  if (answer.status >= 300 && !request.expected?.includes(answer.status)) {
    throw failureOf(answer.status, answer.header, request, rate);
  }
  return { status: answer.status, body: answer.body, rates: rate ? [rate] : [] };
}

function failureOf(
  status: number,
  header: ReadHeader,
  { bucket, right }: ApiRequest,
  rate: RateReport | undefined,
): DestinationError {
  if (status === 401) {
    const message =
      'SendGrid did not accept the API key (HTTP 401). It was deleted, mistyped, or belongs to another region. ' +
      'Enter a valid key in the connection.';
    return httpFailure(SERVICE, status, header, { code: 'api-key-refused', message });
  }
  if (status === 403) {
    const message =
      `The SendGrid API key may not ${right} (HTTP 403). Give it full access to Marketing ` +
      'in SendGrid under Settings, API Keys.';
    return httpFailure(SERVICE, status, header, { code: 'scope-missing', message });
  }
  if (status === 429) {
    return new DestinationError({
      kind: 'rate-limited',
      code: 'rate-limited',
      message: 'SendGrid wants fewer requests (HTTP 429).',
      detail: {
        status,
        bucket,
        retryAfterMs: readRetryAfter(header) ?? rate?.resetAfterMs ?? restOfMinuteMs(),
      },
    });
  }
  return httpFailure(SERVICE, status, header);
}

/** A small JSON body. */
export function jsonBody(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** An answer that was promised but cannot be read, such as a half-written one. */
export function unreadable(what: string): DestinationError {
  const message = `SendGrid answered without ${what}.`;
  return new DestinationError({ kind: 'retryable', code: 'answer-unreadable', message });
}

/** A member of a body that may be anything. */
export function member(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
}

/** An array in a body that may be anything. */
export function arrayMember(body: unknown, name: string): readonly unknown[] {
  const value = member(body, name);
  return Array.isArray(value) ? value : [];
}

/** A non-empty text in a body that may be anything. */
export function textMember(body: unknown, name: string): string | undefined {
  const value = member(body, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A number that is not negative in a body that may be anything. */
export function countMember(body: unknown, name: string): number | undefined {
  const value = member(body, name);
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
