import type { ServerResponse } from 'node:http';
import type { DestinationErrorKind } from '@audience-relay/destinations/core';
import type { ReceivedRequest } from './http-server';

/** A way in which a service fails, and what a plugin must make of it. */
export interface NetworkFault {
  name: string;
  /** Undefined: nobody listens at the address. */
  answer?: (request: ReceivedRequest, response: ServerResponse) => void;
  /** Kinds that `send` may throw. */
  kinds: readonly DestinationErrorKind[];
  /** `send` may also say that it was because of rows. */
  refusal?: true;
  /** `send` may also not look at the answer, and take its status for a success. */
  success?: true;
}

/** Where a redirecting fault points: nobody may go there. */
export const ELSEWHERE = '/elsewhere';

/** How long the fault `rate limit` asks to wait. */
export const RATE_LIMIT_MS = 2_000;

/** An error that repeats all that it was sent, key and rows, wherever services are known to put their words. */
function echo(status: number, headers: Record<string, string> = {}): NetworkFault['answer'] {
  return (request, response) => {
    const said = `${JSON.stringify(request.headers)} ${request.url} ${request.body.toString()}`;
    const short = request.body.toString().slice(0, 180);
    const body = {
      message: said,
      errors: [
        { field: 'contacts[0].email', message: said },
        { field: 'contacts', message: short },
      ],
      rejected: [
        { index: 0, code: said, message: said },
        { index: 1, code: 'refused', message: short },
      ],
    };
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

function html(status: number): NetworkFault['answer'] {
  return (request, response) => {
    const said = `${JSON.stringify(request.headers)}${request.body.toString()}`;
    response.writeHead(status, { 'content-type': 'text/html' }).end(`<html><body>${said}</body></html>`);
  };
}

export const networkFaults: readonly NetworkFault[] = [
  { name: 'a refused connection', kinds: ['retryable'] },
  {
    name: 'a reset connection',
    answer: (_request, response) => response.socket?.resetAndDestroy(),
    kinds: ['retryable'],
  },
  {
    name: 'a half-written body',
    answer: (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
      response.write('{"job_id": "', () => response.socket?.destroy());
    },
    kinds: ['retryable'],
  },
  { name: 'no answer', answer: () => undefined, kinds: ['retryable'] },
  { name: 'HTTP 400', answer: echo(400), kinds: ['permanent'], refusal: true },
  { name: 'HTTP 401', answer: echo(401), kinds: ['auth'] },
  { name: 'HTTP 403', answer: echo(403), kinds: ['auth'] },
  { name: 'HTTP 404', answer: echo(404), kinds: ['permanent'] },
  { name: 'HTTP 413', answer: echo(413), kinds: ['permanent'], refusal: true },
  { name: 'HTTP 422', answer: echo(422), kinds: ['permanent'], refusal: true },
  {
    name: 'HTTP 429',
    answer: echo(429, { 'retry-after': String(RATE_LIMIT_MS / 1000) }),
    kinds: ['rate-limited'],
  },
  { name: 'HTTP 500', answer: echo(500), kinds: ['retryable'] },
  { name: 'HTTP 503 with an HTML page', answer: html(503), kinds: ['retryable'] },
  {
    name: 'a page instead of data',
    answer: html(200),
    kinds: ['retryable', 'permanent'],
    success: true,
  },
  { name: 'a redirect', answer: echo(307, { location: ELSEWHERE }), kinds: ['permanent'] },
];
