import { lastDays, spanOf } from './rule-values';

describe('dates of rules and profiles', () => {
  it('make a day span its moments and nothing of the next', () => {
    const { from, before } = spanOf('2026-12-31');
    expect(['2026-12-31', '2026-12-31T23:59:59.999Z'].every((date) => date >= from && date < before)).toBe(
      true,
    );
    expect('2027-01-01' < before).toBe(false);
  });

  it('make a moment span itself only', () => {
    const { from, before } = spanOf('2026-12-31T10:00:00.000Z');
    expect(from < before).toBe(true);
    expect('2026-12-31T10:00:00.001Z' < before).toBe(false);
  });

  it('count last days with today included', () => {
    const span = lastDays(7, new Date('2026-03-05T12:00:00Z'));
    expect(span).toEqual({ from: '2026-02-26', before: '2026-03-06' });
  });
});
