import type { Params } from 'nestjs-pino';
import type { Level, SerializedError } from 'pino';
import { censor, redactedPaths, scrub } from './redaction';
import { requestIdOf } from './request-id';

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export interface LoggerSettings {
  /** Which process: `api`, `worker`. */
  name: string;
  level: Level | 'silent';
  /** Requests whose path ends so are not logged: health checks and metrics come every few seconds. */
  quietPaths?: readonly string[];
}

/** The path alone: a query can hold a search for an address. */
function pathOf(url: string | undefined): string {
  return (url ?? '').split('?', 1)[0] ?? '';
}

/** Of an error that is logged, alone or as `err`. */
function messageOf(logged: unknown): string | undefined {
  const error = logged instanceof Error ? logged : (logged as { err?: unknown } | null)?.err;
  return error instanceof Error ? error.message : undefined;
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
          path: scrub(pathOf(request.url)),
        }),
        res: (response: { statusCode: number }) => ({ status: response.statusCode }),
        // pino-http hands over what its own serializer made of the error.
        err: ({ type, message, stack }: SerializedError) => ({
          type,
          message: scrub(message),
          stack: scrub(stack),
        }),
      },
      customLogLevel: (_request, response, error) =>
        error || response.statusCode >= 500 ? 'error' : response.statusCode >= 400 ? 'warn' : 'info',
      hooks: {
        logMethod(args, method) {
          const [first, ...rest] = args.map((arg: unknown) => (typeof arg === 'string' ? scrub(arg) : arg));
          // Without a message of its own, a line would repeat the error's, unscrubbed.
          const message = rest.length === 0 ? messageOf(first) : undefined;
          const scrubbed = message === undefined ? [first, ...rest] : [first, scrub(message)];
          method.apply(this, scrubbed as typeof args);
        },
      },
    },
  };
}
