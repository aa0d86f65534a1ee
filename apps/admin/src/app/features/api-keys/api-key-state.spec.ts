import { stateOf } from './api-key-state';

describe('the state of an API key', () => {
  const now = Date.parse('2026-05-01T12:00:00Z');
  const key = { revokedAt: null, expiresAt: null };

  it('should be active until its time, and for ever without one', () => {
    expect(stateOf(key, now)).toBe('active');
    expect(stateOf({ ...key, expiresAt: '2026-05-01T12:00:01Z' }, now)).toBe('active');
    expect(stateOf({ ...key, expiresAt: '2026-05-01T12:00:00Z' }, now)).toBe('expired');
  });

  it('should be revoked, whether it has expired or not', () => {
    expect(stateOf({ revokedAt: '2026-04-01T00:00:00Z', expiresAt: '2026-04-02T00:00:00Z' }, now)).toBe(
      'revoked',
    );
  });
});
