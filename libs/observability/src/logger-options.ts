import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Params } from 'nestjs-pino';
import { stdSerializers, type Level } from 'pino';
import { censor, redactedPaths, scrub } from './redaction';

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export interface LoggerSettings {
  /** Which process: `api`, `worker`. */
  name: string;
  level: Level | 'silent';
  /** Requests whose path ends so are not logged: health checks and metrics come every few seconds. */
  quietPaths?: readonly string[];
}

/** What a caller may choose as a request's id; anything else is replaced. */
const requestIdPattern = /^[\w.-]{8,100}$/;

/** The path alone: a query can hold a search for an address. */
function pathOf(url: string | undefined): string {
  return (url ?? '').split('?', 1)[0] ?? '';
}

/** The request's id: the caller's `X-Request-Id`, or a new one. Sent back with the answer and on every log line. */
function requestIdOf(request: IncomingMessage, response: ServerResponse): string {
  const given = request.headers['x-request-id'];
  const id = typeof given === 'string' && requestIdPattern.test(given) ? given : randomUUID();
  response.setHeader('X-Request-Id', id);
  return id;
}

/** Options of nestjs-pino's `LoggerModule`, one shape for every process: JSON lines without secrets or addresses. */
export function loggerOptions({ name, level, quietPaths = [] }: LoggerSettings): Params {
  return {
    pinoHttp: {
      name,
      level,
      redact: { paths: redactedPaths, censor },
      genReqId: requestIdOf,
      autoLogging: { ignore: (request) => quietPaths.some((path) => pathOf(request.url).endsWith(path)) },
      serializers: {
        req: (request: { id: string; method: string; url: string }) => ({
          id: request.id,
          method: request.method,
          path: pathOf(request.url),
        }),
        res: (response: { statusCode: number }) => ({ status: response.statusCode }),
        err: stdSerializers.wrapErrorSerializer((error) => ({
          type: error.type,
          message: scrub(error.message),
          stack: scrub(error.stack),
        })),
      },
      customLogLevel: (_request, response, error) =>
        error || response.statusCode >= 500 ? 'error' : response.statusCode >= 400 ? 'warn' : 'info',
      hooks: {
        logMethod(args, method) {
          method.apply(this, args.map((arg) => (typeof arg === 'string' ? scrub(arg) : arg)) as typeof args);
        },
      },
    },
  };
}
