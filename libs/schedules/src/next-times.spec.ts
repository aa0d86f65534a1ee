import type { Recurrence, RefreshSchedule } from '@audience-relay/contracts';
import { nextRefreshTime, nextTime, recurrenceErrors, upcoming } from './next-times';

function recurrence(changes: Partial<Recurrence>): Recurrence {
  return {
    every: 'daily',
    timeZone: 'Europe/Oslo',
    time: '00:00',
    weekdays: [],
    days: [],
    cron: null,
    ...changes,
  };
}

function times(changes: Partial<Recurrence>, from: string, count: number): string[] {
  const rule = recurrence(changes);
  return upcoming((after) => nextTime(rule, after), count, new Date(from)).map((time) => time.toISOString());
}

describe('nextTime', () => {
  it('is after the moment, never at it', () => {
    expect(times({ time: '07:30' }, '2026-01-10T06:30:00Z', 1)).toEqual(['2026-01-11T06:30:00.000Z']);
    expect(times({ time: '07:30' }, '2026-01-10T06:29:59Z', 1)).toEqual(['2026-01-10T06:30:00.000Z']);
  });

  it('keeps the wall clock of its time zone through the year', () => {
    expect(times({ time: '09:00' }, '2026-01-15T12:00:00Z', 1)).toEqual(['2026-01-16T08:00:00.000Z']);
    expect(times({ time: '09:00' }, '2026-07-15T12:00:00Z', 1)).toEqual(['2026-07-16T07:00:00.000Z']);
    expect(times({ time: '09:00', timeZone: 'Asia/Kolkata' }, '2026-07-15T12:00:00Z', 1)).toEqual([
      '2026-07-16T03:30:00.000Z',
    ]);
  });

  it('weekly: on the chosen days, Monday first, Sunday last', () => {
    // 2026-03-02 is a Monday.
    expect(
      times({ every: 'weekly', weekdays: [1, 7], time: '12:00', timeZone: 'UTC' }, '2026-03-02T13:00:00Z', 3),
    ).toEqual(['2026-03-08T12:00:00.000Z', '2026-03-09T12:00:00.000Z', '2026-03-15T12:00:00.000Z']);
  });

  it('monthly: days that a month lacks fall on its last day, once', () => {
    const rule = { every: 'monthly', days: [15, 30, 31], time: '12:00', timeZone: 'UTC' } as const;
    expect(times({ ...rule, days: [...rule.days] }, '2026-01-30T13:00:00Z', 6)).toEqual([
      '2026-01-31T12:00:00.000Z',
      '2026-02-15T12:00:00.000Z',
      '2026-02-28T12:00:00.000Z',
      '2026-03-15T12:00:00.000Z',
      '2026-03-30T12:00:00.000Z',
      '2026-03-31T12:00:00.000Z',
    ]);
    expect(
      times({ every: 'monthly', days: [29], time: '12:00', timeZone: 'UTC' }, '2028-02-01T00:00:00Z', 2),
    ).toEqual(['2028-02-29T12:00:00.000Z', '2028-03-29T12:00:00.000Z']);
  });

  it('cron: five fields in the time zone', () => {
    expect(times({ every: 'cron', cron: '*/20 8 * * 1-5' }, '2026-01-09T07:30:00Z', 2)).toEqual([
      '2026-01-09T07:40:00.000Z',
      '2026-01-12T07:00:00.000Z',
    ]);
  });

  describe.each([
    // The hour from 02:00 to 03:00 does not exist.
    [
      'Europe/Oslo',
      '2026-03-28T22:00:00Z',
      '2026-03-29',
      ['2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z'],
    ],
    [
      'America/New_York',
      '2026-03-08T04:00:00Z',
      '2026-03-08',
      ['2026-03-08T07:00:00.000Z', '2026-03-09T06:30:00.000Z'],
    ],
  ])('%s, when clocks go forward', (timeZone, from, date, expected) => {
    it('a time that the day lacks still runs that day, once', () => {
      expect(times({ time: '02:30', timeZone }, from, 2)).toEqual(expected);
    });

    it('times before and after are not moved', () => {
      const [before] = times({ time: '01:30', timeZone }, from, 1);
      const [after] = times({ time: '03:30', timeZone }, from, 1);
      expect(Date.parse(after as string) - Date.parse(before as string)).toBe(3_600_000);
    });

    it('hourly runs each of the 23 hours', () => {
      const hours = times({ every: 'hourly', time: '00:15', timeZone }, from, 40);
      const gaps = hours.slice(1).map((time, index) => Date.parse(time) - Date.parse(hours[index] as string));
      expect(new Set(gaps)).toEqual(new Set([3_600_000]));
      expect(hours.filter((time) => dateIn(time, timeZone) === date)).toHaveLength(23);
    });
  });

  describe.each([
    // The hour before the change comes twice.
    [
      'Europe/Oslo',
      '2026-10-24T22:00:00Z',
      '2026-10-25',
      '02:30',
      ['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z'],
    ],
    [
      'America/New_York',
      '2026-11-01T03:00:00Z',
      '2026-11-01',
      '01:30',
      ['2026-11-01T05:30:00.000Z', '2026-11-02T06:30:00.000Z'],
    ],
  ])('%s, when clocks go back', (timeZone, from, date, time, expected) => {
    it('a time that the day has twice runs once, at its first', () => {
      expect(times({ time, timeZone }, from, 2)).toEqual(expected);
    });

    it('does not run again when asked between the two', () => {
      const between = new Date(Date.parse(expected[0] as string) + 1).toISOString();
      expect(times({ time, timeZone }, between, 1)).toEqual([expected[1]]);
    });

    it('hourly runs each of the 25 hours', () => {
      const hours = times({ every: 'hourly', time: '00:15', timeZone }, from, 40);
      const gaps = hours.slice(1).map((hour, index) => Date.parse(hour) - Date.parse(hours[index] as string));
      expect(new Set(gaps)).toEqual(new Set([3_600_000]));
      expect(hours.filter((hour) => dateIn(hour, timeZone) === date)).toHaveLength(25);
    });
  });
});

function dateIn(time: string, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(new Date(time));
}

describe('nextRefreshTime', () => {
  const schedule: RefreshSchedule = {
    every: 'weekly',
    timeZone: 'Europe/Oslo',
    times: ['18:00', '06:00'],
    weekdays: [3],
  };

  it('is the soonest of several times a day', () => {
    expect(
      upcoming((after) => nextRefreshTime(schedule, after), 3, new Date('2026-01-05T00:00:00Z')).map((time) =>
        time.toISOString(),
      ),
    ).toEqual(['2026-01-07T05:00:00.000Z', '2026-01-07T17:00:00.000Z', '2026-01-14T05:00:00.000Z']);
  });

  it('is never when off', () => {
    expect(nextRefreshTime({ ...schedule, every: 'off' }, new Date())).toBeNull();
  });
});

describe('recurrenceErrors', () => {
  const pathsOf = (changes: Partial<Recurrence>) =>
    recurrenceErrors(recurrence(changes)).map(({ path }) => path);

  it('accepts what can come', () => {
    expect(pathsOf({})).toEqual([]);
    expect(pathsOf({ every: 'cron', cron: '30 7 * * 1-5' })).toEqual([]);
  });

  it.each([
    [{ timeZone: 'Europe/Atlantis' }, 'timeZone'],
    [{ timeZone: '+02:00' }, 'timeZone'],
    [{ every: 'weekly' }, 'weekdays'],
    [{ every: 'monthly' }, 'days'],
    [{ every: 'cron' }, 'cron'],
    [{ every: 'cron', cron: '* * * * * *' }, 'cron'],
    [{ every: 'cron', cron: 'every day at 7' }, 'cron'],
    [{ every: 'cron', cron: '0 0 31 2 *' }, 'cron'],
  ] as const)('refuses %j', (changes, path) => {
    expect(pathsOf({ ...changes })).toEqual([path]);
  });
});
