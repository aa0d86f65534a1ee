import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a caller may choose as a request's id; anything else is replaced. */
const pattern = /^[\w.-]{8,100}$/;

type IdentifiedRequest = IncomingMessage & { id?: unknown };

/** The request's id: the caller's `X-Request-Id`, or a new one. Sent back with the answer and on every log line. */
export function requestIdOf(request: IdentifiedRequest, response: ServerResponse): string {
  if (typeof request.id === 'string') return request.id;
  const given = request.headers['x-request-id'];
  const id = typeof given === 'string' && pattern.test(given) ? given : randomUUID();
  response.setHeader('X-Request-Id', id);
  return id;
}

/** Middleware for the front of the chain, so that also what later middleware refuses has an id. */
export function identifyRequest(
  request: IdentifiedRequest,
  response: ServerResponse,
  next: () => void,
): void {
  request.id = requestIdOf(request, response);
  next();
}
