import { readRate, restOfMinuteMs } from './rates';

const headers = (given: Record<string, string>) => (name: string) => given[name];

describe('readRate', () => {
  it('should read a reset as seconds left, as the service was recorded', () => {
    const read = headers({
      'x-ratelimit-limit': '200',
      'x-ratelimit-remaining': '199',
      'x-ratelimit-reset': '41',
    });
    expect(readRate('upsert', read)).toEqual({
      bucket: 'upsert',
      limit: 200,
      remaining: 199,
      resetAfterMs: 41_000,
    });
  });

  it("should read a reset as a point in time, as documented, against the server's clock", () => {
    const date = 'Thu, 01 Jan 2026 00:00:30 GMT';
    const reset = String(Date.parse('2026-01-01T00:01:00Z') / 1000);
    expect(readRate('jobs', headers({ 'x-ratelimit-reset': reset, date }))).toEqual({
      bucket: 'jobs',
      resetAfterMs: 30_000,
    });
  });

  it('should not wait for a point in time that has passed', () => {
    const date = 'Thu, 01 Jan 2026 00:00:30 GMT';
    const reset = String(Date.parse('2026-01-01T00:00:00Z') / 1000);
    expect(readRate('jobs', headers({ 'x-ratelimit-reset': reset, date }))?.resetAfterMs).toBe(0);
  });

  it('should report nothing without headers, or with nonsense in them', () => {
    expect(readRate('jobs', headers({}))).toBeUndefined();
    expect(
      readRate('jobs', headers({ 'x-ratelimit-limit': 'many', 'x-ratelimit-reset': '-1' })),
    ).toBeUndefined();
  });
});

describe('restOfMinuteMs', () => {
  it('should end with the clock minute', () => {
    expect(restOfMinuteMs(Date.parse('2026-01-01T00:00:41.500Z'))).toBe(18_500);
  });
});
