import { DestinationError, isDestinationFailure, type DestinationErrorKind } from './destination-error';

/** Reads a header by its lower-case name. */
export type ReadHeader = (name: string) => string | null | undefined;

const unreachable = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
];
const tooSlow = ['ETIMEDOUT', 'ESOCKETTIMEDOUT', 'ECONNABORTED', 'UND_ERR_CONNECT_TIMEOUT'];
const certificate = /^(CERT_|ERR_TLS_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH)/;

/**
 * What a request that got no whole answer becomes. Only the code of the given error is used: HTTP clients hang the
 * request, with its key and its rows, on the errors they throw.
 */
export function networkFailure(service: string, error: unknown): DestinationError {
  if (isDestinationFailure(error)) return new DestinationError(error);
  const code = networkCode(error);
  const told = code ? ` (${code})` : '';
  if (certificate.test(code)) {
    const message = `The certificate of ${service} is not trusted${told}. Check the address and the certificate.`;
    return new DestinationError({ kind: 'permanent', code: 'certificate-not-trusted', message });
  }
  if (unreachable.includes(code)) {
    const message = `${service} could not be reached${told}. Check the address and the network.`;
    return new DestinationError({ kind: 'retryable', code: 'unreachable', message });
  }
  if (tooSlow.includes(code)) {
    const message = `${service} did not answer in time${told}.`;
    return new DestinationError({ kind: 'retryable', code: 'timeout', message });
  }
  const message = `The connection to ${service} broke before its answer was complete${told}.`;
  return new DestinationError({ kind: 'retryable', code: 'connection-lost', message });
}

function networkCode(error: unknown): string {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: { code?: unknown } };
  const found = [cause?.code, code].find(
    (each) => typeof each === 'string' && /^[A-Z][A-Z0-9_]+$/.test(each),
  );
  return (found as string | undefined) ?? '';
}

/** What the usual meaning of a refused request's status is. A plugin says more where it knows more. */
export function httpFailure(
  service: string,
  status: number,
  header: ReadHeader,
  known: { code?: string; message?: string; bucket?: string } = {},
): DestinationError {
  const usual = meaningOf(status);
  const retryAfterMs = usual.kind === 'retryable' || status === 429 ? readRetryAfter(header) : undefined;
  return new DestinationError({
    kind: usual.kind,
    code: known.code ?? usual.code,
    message: known.message ?? `${service} ${usual.did} (HTTP ${status}).`,
    detail: {
      status,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(status === 429 && known.bucket !== undefined && { bucket: known.bucket }),
    },
  });
}

function meaningOf(status: number): { kind: DestinationErrorKind; code: string; did: string } {
  if (status === 401)
    return { kind: 'auth', code: 'credentials-refused', did: 'did not accept the credentials' };
  if (status === 403)
    return { kind: 'auth', code: 'forbidden', did: 'does not allow this with these credentials' };
  if (status === 429) return { kind: 'rate-limited', code: 'rate-limited', did: 'wants fewer requests' };
  if (status === 408 || status === 425 || status >= 500) {
    return { kind: 'retryable', code: 'service-error', did: 'could not handle the request now' };
  }
  if (status === 404 || status === 410) {
    return { kind: 'permanent', code: 'not-found', did: 'does not know this address' };
  }
  if (status === 413) return { kind: 'permanent', code: 'too-large', did: 'found the request too large' };
  if (status >= 300 && status < 400) {
    return {
      kind: 'permanent',
      code: 'redirected',
      did: 'answered with another address, which is not followed',
    };
  }
  return { kind: 'permanent', code: 'request-refused', did: 'refused the request' };
}

/** Milliseconds that `Retry-After` asks to wait, from its seconds or its date. At most a day. */
export function readRetryAfter(header: ReadHeader, now = Date.now()): number | undefined {
  const text = header('retry-after')?.trim();
  if (!text) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), 86_400_000) : undefined;
}
