import { DestinationError, httpFailure, isDestinationFailure, networkFailure, readRetryAfter } from './index';

const headers = (given: Record<string, string>) => (name: string) => given[name];
const none = headers({});

describe('httpFailure', () => {
  it.each([
    [301, 'permanent', 'redirected'],
    [400, 'permanent', 'request-refused'],
    [401, 'auth', 'credentials-refused'],
    [403, 'auth', 'forbidden'],
    [404, 'permanent', 'not-found'],
    [408, 'retryable', 'service-error'],
    [410, 'permanent', 'not-found'],
    [413, 'permanent', 'too-large'],
    [425, 'retryable', 'service-error'],
    [429, 'rate-limited', 'rate-limited'],
    [500, 'retryable', 'service-error'],
    [503, 'retryable', 'service-error'],
  ])('should tell what HTTP %i means', (status, kind, code) => {
    expect(httpFailure('Toy', status, none)).toMatchObject({ kind, code, detail: { status } });
  });

  it('should hand on how long to wait, and which allowance is used up', () => {
    expect(httpFailure('Toy', 429, headers({ 'retry-after': '7' }), { bucket: 'all' }).detail).toEqual({
      status: 429,
      retryAfterMs: 7_000,
      bucket: 'all',
    });
    expect(httpFailure('Toy', 503, headers({ 'retry-after': '1' })).detail.retryAfterMs).toBe(1_000);
    expect(httpFailure('Toy', 403, headers({ 'retry-after': '1' })).detail).toEqual({ status: 403 });
  });
});

describe('readRetryAfter', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');

  it.each([
    ['5', 5_000],
    ['0', 0],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Wed, 31 Dec 2025 23:00:00 GMT', 0],
    ['99999999', 86_400_000],
    ['soon', undefined],
    ['', undefined],
  ])('should read %j', (text, expected) => {
    expect(readRetryAfter(headers({ 'retry-after': text }), now)).toBe(expected);
  });
});

describe('networkFailure', () => {
  it.each([
    [{ code: 'ECONNREFUSED' }, 'retryable', 'unreachable'],
    [new TypeError('fetch failed', { cause: { code: 'ENOTFOUND' } }), 'retryable', 'unreachable'],
    [{ code: 'ECONNRESET' }, 'retryable', 'connection-lost'],
    [{ code: 'ETIMEDOUT' }, 'retryable', 'timeout'],
    [{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'permanent', 'certificate-not-trusted'],
    ['a text', 'retryable', 'connection-lost'],
    [undefined, 'retryable', 'connection-lost'],
  ])('should tell what %p means', (error, kind, code) => {
    expect(networkFailure('Toy', error)).toMatchObject({ kind, code });
  });

  it('should use nothing of an error but its code, and that only if it looks like one', () => {
    const error = Object.assign(new Error('Bearer SG.key'), {
      code: 'Bearer SG.key',
      config: { data: 'a@b.no' },
    });
    expect(networkFailure('Toy', error).message).toBe(
      'The connection to Toy broke before its answer was complete.',
    );
  });

  it('should leave the failure of a plugin as it is', () => {
    const failure = new DestinationError({
      kind: 'auth',
      code: 'mine',
      message: 'Mine.',
      detail: { status: 401 },
    });
    expect(networkFailure('Toy', failure)).toMatchObject({ ...failure });
  });
});

describe('isDestinationFailure', () => {
  it('should go by the kind, so that a failure of another copy of this library counts', () => {
    expect(isDestinationFailure({ kind: 'auth', code: 'x', message: 'y', detail: {} })).toBe(true);
    for (const other of [null, undefined, 'auth', {}, { kind: 'other' }, new Error('auth')]) {
      expect(isDestinationFailure(other)).toBe(false);
    }
  });
});
