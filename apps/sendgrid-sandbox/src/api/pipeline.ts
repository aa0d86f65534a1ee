import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { RequestFault } from '../faults/fault';
import { resetValue } from '../rate-limits';
import type { Sandbox } from '../sandbox';
import type { RateRule } from '../settings';
import type { Endpoint } from './endpoint';
import { endpointName } from './endpoint';
import type { Reply } from './reply';
import { errorReply, proxyPage, Refusal } from './reply';
import { BUILT_IN_KEYS } from './scopes';

/** Larger than the largest accepted request, so that a client that sends too much gets its 413. */
const LARGEST_BODY = 64 * 1024 * 1024;

type Ending = { reply: Reply } | { broken: 'unanswered' } | { broken: 'half-answered'; reply: Reply };

/** Everything around an endpoint: the faults, the key, the rate, the answer and the log. */
export function serve(sandbox: Sandbox, endpoint: Endpoint): RequestHandler {
  const name = endpointName(endpoint);
  return async (request: Request, response: Response) => {
    const faults = sandbox.faults.forRequest(name);
    for (const fault of faults) {
      if (fault.kind === 'latency') {
        await sandbox.pause([fault.ms, fault.ms + (fault.jitterMs ?? 0)]);
      }
    }
    const ending = await answer(sandbox, endpoint, faults, request, response);
    if (!('broken' in ending)) send(response, ending.reply);
    else if (ending.broken === 'unanswered') request.socket.resetAndDestroy();
    else breakOff(response, ending.reply);
  };
}

async function answer(
  sandbox: Sandbox,
  endpoint: Endpoint,
  faults: readonly (RequestFault & { until?: number })[],
  request: Request,
  response: Response,
): Promise<Ending> {
  const early = faults
    .map((fault) => endEarly(sandbox, endpoint, fault, response))
    .find((end) => end !== undefined);
  if (early) return early;
  let reply: Reply;
  try {
    reply = await handle(sandbox, endpoint, request, response);
  } catch (error) {
    if (!(error instanceof Refusal)) {
      process.stderr.write(`SendGrid sandbox: ${endpointName(endpoint)}: ${String(error)}\n`);
    }
    reply = error instanceof Refusal ? error.reply : errorReply(500, [{ message: 'internal server error' }]);
  }
  for (const fault of faults) {
    if (fault.kind === 'half-body') return { broken: 'half-answered', reply };
    if (fault.kind === 'reset') return { broken: 'unanswered' };
    if (fault.kind === 'status') return { reply: faultReply(fault.status) };
    if (fault.kind === 'html') return { reply: proxyPage(fault.status, 'Bad Gateway') };
  }
  return { reply };
}

/** What a fault does instead of the request. */
function endEarly(
  sandbox: Sandbox,
  endpoint: Endpoint,
  fault: RequestFault & { until?: number },
  response: Response,
): Ending | undefined {
  switch (fault.kind) {
    case 'rate-limit': {
      const now = sandbox.now();
      const secondsLeft = Math.max(1, Math.ceil(((fault.until ?? now) - now) / 1_000));
      const rule = rateRule(sandbox, endpoint);
      writeRate(response, {
        limit: rule.limit,
        remaining: 0,
        reset: resetValue(now, secondsLeft, rule.reset),
      });
      return { reply: tooManyRequests() };
    }
    case 'status':
      return fault.when === 'after' ? undefined : { reply: faultReply(fault.status) };
    case 'html':
      return fault.when === 'after' ? undefined : { reply: proxyPage(fault.status, 'Bad Gateway') };
    case 'reset':
      return fault.when === 'after' ? undefined : { broken: 'unanswered' };
    case 'latency':
    case 'half-body':
      return undefined;
  }
}

async function handle(
  sandbox: Sandbox,
  endpoint: Endpoint,
  request: Request,
  response: Response,
): Promise<Reply> {
  const key = /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (key === undefined) return errorReply(401, [{ field: null, message: 'authorization required' }]);
  const scopes = sandbox.account.keys.get(key) ?? BUILT_IN_KEYS.get(key);
  if (!scopes) {
    const message = 'The provided authorization grant is invalid, expired, or revoked';
    return errorReply(401, [{ field: null, message }]);
  }
  if (endpoint.scope !== null && !scopes.includes(endpoint.scope)) {
    return errorReply(403, [{ field: null, message: 'access forbidden' }]);
  }
  const rate = sandbox.rates.take(endpointName(endpoint), rateRule(sandbox, endpoint));
  writeRate(response, rate);
  if (!rate.allowed) return tooManyRequests();
  const body = await readBody(request);
  if (!body) return errorReply(413, [{ field: null, message: 'request entity too large' }]);
  response.locals['bytesIn'] = body.length;
  const rawQuery = request.originalUrl.split('?')[1] ?? '';
  return endpoint.handle({
    sandbox,
    params: request.params as Record<string, string>,
    query: new URLSearchParams(rawQuery),
    rawQuery,
    body,
    scopes,
    baseUrl: baseUrlOf(request),
  });
}

function rateRule({ settings: { rates } }: Sandbox, endpoint: Endpoint): Required<RateRule> {
  const own = rates[endpointName(endpoint)];
  const general = rates['*'];
  return {
    limit: own?.limit ?? general?.limit ?? endpoint.limit,
    reset: own?.reset ?? general?.reset ?? endpoint.reset ?? 'seconds',
  };
}

function baseUrlOf(request: Request): string {
  return `http://${request.headers.host ?? 'localhost'}`;
}

/** Writes each request of the API into the log when it is over, answered or not. */
export function logRequests(sandbox: Sandbox, endpoints: readonly Endpoint[]): RequestHandler {
  const names = endpoints.map((endpoint) => ({
    name: endpointName(endpoint),
    method: endpoint.method,
    pattern: new RegExp(`^${endpoint.path.replace(/\{\w+\}/g, '[^/]+')}$`),
  }));
  return (request: Request, response: Response, next: NextFunction) => {
    const { method, path } = request;
    if (!path.startsWith('/v3/')) return next();
    const started = performance.now();
    const at = new Date(sandbox.now()).toISOString();
    const endpoint = names.find((one) => one.method === method && one.pattern.test(path))?.name ?? null;
    response.once('close', () => {
      sandbox.log.add({
        at,
        method,
        path,
        endpoint,
        status: response.writableFinished ? response.statusCode : 0,
        ms: Math.round((performance.now() - started) * 10) / 10,
        bytesIn: Number(response.locals['bytesIn'] ?? request.headers['content-length'] ?? 0),
        bytesOut: Number(response.locals['bytesOut'] ?? 0),
      });
    });
    next();
  };
}

function send(response: Response, reply: Reply): void {
  const bytes = bodyBytes(reply);
  response.locals['bytesOut'] = bytes.length;
  writeHead(response, reply, bytes);
  response.end(bytes);
}

/** Half of the answer, then a broken connection: the client cannot know what became of its request. */
function breakOff(response: Response, reply: Reply): void {
  const bytes = bodyBytes(reply);
  const half = bytes.subarray(0, Math.ceil(bytes.length / 2));
  response.locals['bytesOut'] = half.length;
  writeHead(response, reply, bytes);
  response.write(half, () => response.socket?.destroy());
}

function writeHead(response: Response, reply: Reply, bytes: Buffer): void {
  response.status(reply.status);
  response.setHeader('powered-by', 'SGGateway');
  if (bytes.length > 0) response.setHeader('content-type', reply.type ?? 'application/json');
  if (reply.status !== 204) response.setHeader('content-length', bytes.length);
}

function bodyBytes(reply: Reply): Buffer {
  if (reply.text !== undefined) return Buffer.from(reply.text);
  return reply.json === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(reply.json));
}

function writeRate(response: Response, rate: { limit: number; remaining: number; reset: number }): void {
  response.setHeader('x-ratelimit-limit', rate.limit);
  response.setHeader('x-ratelimit-remaining', rate.remaining);
  response.setHeader('x-ratelimit-reset', rate.reset);
}

function tooManyRequests(): Reply {
  return errorReply(429, [{ field: null, message: 'too many requests' }]);
}

function faultReply(status: number): Reply {
  return errorReply(status, [{ message: status < 500 ? 'request refused' : 'internal server error' }]);
}

async function readBody(request: Request): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LARGEST_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}
