import type { Sandbox } from '../sandbox';
import type { Reply } from './reply';
import { refuse } from './reply';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Call {
  sandbox: Sandbox;
  /** Parameters of the path. */
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** The query as it was sent, without the question mark. */
  rawQuery: string;
  body: Buffer;
  scopes: readonly string[];
  /** Address of this sandbox as the client sees it, for links. */
  baseUrl: string;
}

export interface Endpoint {
  method: Method;
  /** As in the OpenAPI files: `/v3/marketing/lists/{id}`. */
  path: string;
  /** The scope that a key needs; null: any key will do. */
  scope: string | null;
  /** Requests per clock minute, as recorded. */
  limit: number;
  /** Form of `x-ratelimit-reset`; seconds left unless stated. */
  reset?: 'seconds' | 'epoch';
  handle(call: Call): Reply | Promise<Reply>;
}

/** How faults, rates and statistics name an endpoint: `PUT /v3/marketing/contacts`. */
export function endpointName({ method, path }: Pick<Endpoint, 'method' | 'path'>): string {
  return `${method} ${path}`;
}

/** The body as a JSON object, or a 400. */
export function jsonBody(call: Call): Record<string, unknown> {
  let body: unknown;
  try {
    body = JSON.parse(call.body.toString('utf8'));
  } catch {
    refuse(400, 'invalid JSON');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) refuse(400, 'invalid JSON');
  return body as Record<string, unknown>;
}

/** A member of a body that must be an array of strings, or a 400 that names it. */
export function stringArray(body: Record<string, unknown>, name: string, required = true): string[] {
  const value = body[name];
  if (value === undefined && !required) return [];
  if (!Array.isArray(value) || value.some((item) => typeof item !== 'string')) {
    refuse(400, `${name} should be an array of strings`, name);
  }
  return value as string[];
}
