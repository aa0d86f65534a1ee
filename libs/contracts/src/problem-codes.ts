/**
 * Stable codes of problem+json answers (RFC 9457 member `code`), with the HTTP status each one is sent with.
 * Scripts switch on the code; the title and the detail are for people and may change.
 */
export const problemCodes = {
  'validation-failed': 400,
  'malformed-request': 400,
  unauthenticated: 401,
  'invalid-credentials': 401,
  'refresh-token-invalid': 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  'name-taken': 409,
  'version-conflict': 409,
  'run-active': 409,
  'run-not-active': 409,
  'nothing-to-retry': 409,
  'run-not-held': 409,
  'removals-decided': 409,
  'removals-changed': 409,
  'in-use': 409,
  'last-administrator': 409,
  'export-detached': 409,
  'connection-not-usable': 409,
  'credentials-unreadable': 409,
  'refresh-active': 409,
  'idempotency-key-reused': 409,
  'payload-too-large': 413,
  'unsupported-media-type': 415,
  'destination-rejected': 422,
  'account-locked': 423,
  'too-many-requests': 429,
  'internal-error': 500,
  'destination-unavailable': 502,
  'service-unavailable': 503,
  'previews-busy': 503,
  'rule-too-costly': 503,
} as const satisfies Record<string, number>;

export type ProblemCode = keyof typeof problemCodes;

/** One wrong field of a request: `path` in dots and indexes (`mapping.fields.email`), `message` for a person. */
export interface ProblemFieldError {
  path: string;
  message: string;
}
