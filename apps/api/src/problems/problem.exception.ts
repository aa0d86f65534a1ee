import { problemCodes, type ProblemCode, type ProblemFieldError } from '@audience-relay/contracts';
import type { WriteResult } from '@audience-relay/data';
import { HttpException } from '@nestjs/common';

export interface ProblemDetails {
  /** Which fields of the request are wrong. */
  errors?: readonly ProblemFieldError[];
  /** Further members of the answer: `{ activeRunId }`. No personal data, no secrets. */
  extra?: Readonly<Record<string, unknown>>;
  /** Seconds, for the Retry-After header. */
  retryAfter?: number;
}

/** The one error that controllers and services throw: sent as problem+json with the code's status. */
export class ProblemException extends HttpException {
  /** @param detail A sentence or two for a person: what happened, to what, what to do. */
  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    readonly details: ProblemDetails = {},
  ) {
    super(detail, problemCodes[code]);
  }
}

/** The usual answer to an id that leads nowhere. @param what With its article: `This connection`. */
export function notFound(what: string): ProblemException {
  return new ProblemException('not-found', `${what} does not exist. It may have been removed.`);
}

/** The usual answer to an update of something that another person changed in the meantime. */
export function versionConflict(what: string): ProblemException {
  return new ProblemException(
    'version-conflict',
    `${what} was changed by someone else in the meantime. Reload it and make your change again.`,
  );
}

/**
 * What was saved.
 * @param what With its article: `This connection`.
 * @throws ProblemException Why it was refused.
 */
export function savedOrThrow<Saved>(
  result: WriteResult<Saved>,
  what: string,
  nameTaken?: () => ProblemException,
): Saved {
  if ('saved' in result) return result.saved;
  throw result.refused === 'name-taken' && nameTaken ? nameTaken() : versionConflict(what);
}

/** Fields that are well-formed but cannot be accepted. */
export function invalid(...errors: ProblemFieldError[]): ProblemException {
  const detail = errors.length === 1 ? (errors[0]?.message ?? '') : `${errors.length} values are not valid.`;
  return new ProblemException('validation-failed', detail, { errors });
}
