import { problemCodes, type ProblemCode } from '@audience-relay/contracts';
import { InvalidCursorError, UnreadableSecretError } from '@audience-relay/data';
import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Logger,
  NotFoundException,
} from '@nestjs/common';
import type { Application, Request, Response } from 'express';
import { invalid, ProblemException } from './problem.exception';

/** Codes for errors that the framework throws by itself, by status. */
const codeOfStatus: Readonly<Record<number, ProblemCode>> = {
  400: 'malformed-request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  413: 'payload-too-large',
  415: 'unsupported-media-type',
  429: 'too-many-requests',
  503: 'service-unavailable',
};

const detailOfCode: Readonly<Partial<Record<ProblemCode, string>>> = {
  'malformed-request': 'The request could not be read. Check its body and its parameters.',
  'not-found': 'There is nothing at this address.',
  'payload-too-large': 'The request is larger than this address accepts.',
  'unsupported-media-type': 'This address does not accept this kind of content.',
  'too-many-requests': 'Too many requests. Wait a minute and try again.',
  'service-unavailable': 'The service cannot answer right now. Try again in a moment.',
  'internal-error': 'Something went wrong on our side. Quote the request id when you report it.',
};

const databaseUnavailable = new Set([
  'MongoServerSelectionError',
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoNotConnectedError',
  'MongoPoolClearedError',
  'MongoTopologyClosedError',
  'MongooseServerSelectionError',
]);

/** Whether a driver error means that the database is unavailable, not that the query was wrong. */
export function isDatabaseAway(error: unknown): boolean {
  return databaseUnavailable.has((error as Error | null)?.name ?? '');
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  // Errors of the body parser (http-errors) carry their status.
  const status = (error as { status?: unknown; expose?: unknown } | null)?.status;
  return typeof status === 'number' && (error as { expose?: unknown }).expose === true ? status : 500;
}

/** The answer for an error. Only a ProblemException's own words are passed on. */
function toProblem(error: unknown): ProblemException {
  if (error instanceof ProblemException) return error;
  if (error instanceof InvalidCursorError) return invalid({ path: 'cursor', message: error.message });
  if (error instanceof UnreadableSecretError)
    return new ProblemException('credentials-unreadable', error.message);
  if (isDatabaseAway(error))
    return new ProblemException(
      'service-unavailable',
      'The database does not answer. Try again in a moment; if it lasts, an administrator should look at it.',
      { retryAfter: 5 },
    );
  const code = codeOfStatus[statusOf(error)] ?? 'internal-error';
  return new ProblemException(code, detailOfCode[code] ?? 'The request was refused.');
}

/** `version-conflict` -> `Version conflict` */
function titleOf(code: ProblemCode): string {
  return code.charAt(0).toUpperCase() + code.slice(1).replaceAll('-', ' ');
}

/** A layer of express's router, of which it has no types. */
interface RouterLayer {
  route?: { methods: Readonly<Record<string, boolean>> };
  match(path: string): boolean;
}

/** What an address that no route answered by this method answers by others; empty when there is nothing at all. */
function allowedMethods({ app, path }: Request): string[] {
  const { stack } = (app as Application).router as unknown as { stack: readonly RouterLayer[] };
  const methods = stack.flatMap((layer) => {
    // Nest binds middleware as routes of every method there is.
    if (!layer.route || layer.route.methods['connect'] || !layer.match(path)) return [];
    return Object.keys(layer.route.methods);
  });
  return [
    ...new Set(methods.flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]))),
  ].sort();
}

function methodNotAllowed(method: string, allowed: readonly string[]): ProblemException {
  return new ProblemException(
    'method-not-allowed',
    `This address does not answer ${method}. It answers ${allowed.join(', ')}.`,
  );
}

/** Sends every error as problem+json (RFC 9457), and logs those that nobody foresaw. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const allowed = error instanceof NotFoundException ? allowedMethods(request) : [];
    if (allowed.length > 0) response.setHeader('Allow', allowed.join(', '));
    const problem = allowed.length > 0 ? methodNotAllowed(request.method, allowed) : toProblem(error);
    const status = problemCodes[problem.code];
    if (status >= 500 && !(error instanceof ProblemException)) this.logger.error(error);

    // An answer that has begun (a stream) cannot become a problem any more: end it, so that it is seen as broken.
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const { errors, extra, retryAfter } = problem.details;
    if (retryAfter !== undefined) response.setHeader('Retry-After', retryAfter);
    if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    response
      .status(status)
      .type('application/problem+json')
      .send(
        JSON.stringify({
          type: `urn:audience-relay:problem:${problem.code}`,
          title: titleOf(problem.code),
          status,
          detail: problem.detail,
          code: problem.code,
          ...(errors && { errors }),
          instance: request.originalUrl.split('?', 1)[0],
          requestId: response.getHeader('X-Request-Id'),
          ...extra,
        }),
      );
  }
}
