import {
  addPeriod,
  anniversaries,
  dayAt,
  firstDayFrom,
  lastPeriod,
  nextPeriod,
  resolveDate,
  startOfDay,
} from './days';

const clock = (now: string, timeZone = 'UTC') => ({ now: new Date(now), timeZone });

describe('days of the workspace', () => {
  it('are those of its calendar', () => {
    const late = Date.parse('2026-05-16T22:30:00Z');
    expect(dayAt(late, 'Europe/Oslo')).toBe('2026-05-17');
    expect(dayAt(late, 'America/New_York')).toBe('2026-05-16');
  });

  it.each([
    ['Europe/Oslo', '2026-05-17', '2026-05-16T22:00:00.000Z'],
    ['Europe/Oslo', '2026-03-29', '2026-03-28T23:00:00.000Z'],
    ['Pacific/Kiritimati', '2026-01-01', '2025-12-31T10:00:00.000Z'],
    // Clocks skip midnight, and a whole day.
    ['America/Asuncion', '2023-10-01', '2023-10-01T04:00:00.000Z'],
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00.000Z'],
  ])('begin in %s, %s, at %s', (timeZone, day, start) => {
    expect(startOfDay(day, timeZone)).toBe(start);
    expect(firstDayFrom(start, timeZone) >= day).toBe(true);
  });

  it('count today as the first day of a period', () => {
    const oslo = clock('2026-03-05T12:00:00Z', 'Europe/Oslo');
    expect(lastPeriod(7, 'day', oslo)).toEqual({
      from: '2026-02-26T23:00:00.000Z',
      before: '2026-03-05T23:00:00.000Z',
    });
    expect(nextPeriod(1, 'day', oslo)).toEqual({
      from: '2026-03-04T23:00:00.000Z',
      before: '2026-03-05T23:00:00.000Z',
    });
  });

  it('keep to the end of shorter months', () => {
    expect(addPeriod('2026-03-31', -1, 'month')).toBe('2026-02-28');
    expect(addPeriod('2024-02-29', 1, 'year')).toBe('2025-02-28');
    expect(resolveDate('today+2w', clock('2026-12-24T00:00:00Z'))).toBe('2027-01-07');
  });

  it('know the anniversaries of those born on 29 February', () => {
    expect(anniversaries(1, clock('2026-02-28T12:00:00Z'))).toEqual(['02-28', '02-29']);
    expect(anniversaries(1, clock('2028-02-28T12:00:00Z'))).toEqual(['02-28']);
    expect(anniversaries(366, clock('2026-02-28T12:00:00Z'))).toHaveLength(366);
  });
});
