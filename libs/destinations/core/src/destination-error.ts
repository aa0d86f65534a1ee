/**
 * What the host does about a failure:
 * - `retryable`: try again with backoff (5xx, reset, timeout); costs an attempt.
 * - `rate-limited`: try again when told; costs no attempt.
 * - `auth`: the run fails and the connection needs an administrator (401, 403).
 * - `permanent`: the run fails; trying again cannot help (missing list, malformed request).
 */
export const destinationErrorKinds = ['retryable', 'rate-limited', 'auth', 'permanent'] as const;

export type DestinationErrorKind = (typeof destinationErrorKinds)[number];

export interface DestinationErrorDetail {
  /** How long to wait before the next try, in milliseconds. */
  retryAfterMs?: number;
  /** HTTP status of the answer, if there was one. */
  status?: number;
  /** How many requests the call had made when it failed, the failed one among them. Default: 1. */
  requests?: number;
  /** Which allowance is used up (`RateReport.bucket`), when the kind is `rate-limited`. */
  bucket?: string;
}

/** How hosts and tests recognise a failure: by `kind`, never by class. */
export interface DestinationFailure {
  readonly kind: DestinationErrorKind;
  /** Stable, lower-case, hyphens: `list-not-found`. */
  readonly code: string;
  /** A sentence for a person: what happened, to what, what to do. No credentials, no rows. */
  readonly message: string;
  readonly detail: DestinationErrorDetail;
}

/**
 * The one error a plugin throws. It is built from a code and a sentence only: there is no `cause`, because HTTP
 * clients hang the request, with its key and its rows, on the errors they throw.
 */
export class DestinationError extends Error implements DestinationFailure {
  override readonly name = 'DestinationError';
  readonly kind: DestinationErrorKind;
  readonly code: string;
  readonly detail: DestinationErrorDetail;

  constructor(failure: {
    kind: DestinationErrorKind;
    code: string;
    message: string;
    detail?: DestinationErrorDetail;
  }) {
    super(failure.message);
    this.kind = failure.kind;
    this.code = failure.code;
    this.detail = failure.detail ?? {};
  }
}

/** Whether a thrown value is a plugin's failure. Works across module boundaries and copies of this library. */
export function isDestinationFailure(error: unknown): error is DestinationFailure {
  const kind = (error as DestinationFailure | null)?.kind;
  return typeof kind === 'string' && (destinationErrorKinds as readonly string[]).includes(kind);
}
