import type { Recurrence } from '@audience-relay/contracts';
import { nextTime, upcoming } from './next-times';

/** Due minutes by a count of every minute, with nothing but the offsets of the zone. */

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const start = Date.UTC(2026, 0, 1);
const end = Date.UTC(2031, 0, 1);

interface Change {
  at: number;
  before: number;
  after: number;
}

/** Every change of the offset in five years, found to the quarter of an hour. */
function changesOf(timeZone: string): Change[] {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  const offset = (time: number): number => {
    const [, sign, hours, minutes] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(format.format(time)) ?? [];
    return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * hourMs + Number(minutes ?? 0) * minuteMs);
  };
  const changes: Change[] = [];
  let before = offset(start);
  // No zone changes twice within a week.
  for (let week = start; week < end; week += 7 * dayMs) {
    const after = offset(week + 7 * dayMs);
    if (after !== before) {
      let at = week;
      while (offset(at + dayMs) === before) at += dayMs;
      while (offset(at) === before) at += 15 * minuteMs;
      changes.push({ at, before, after });
    }
    before = after;
  }
  return changes;
}

type Matches = (wall: Date) => boolean;

/** A fixed time: once a day, right after the jump where the day lacks it. */
function countFixed({ at, before, after }: Change, from: number, to: number, matches: Matches): number[] {
  const due = new Set<number>();
  const shown = new Set<number>();
  for (let time = from - dayMs; time < to; time += minuteMs) {
    if (time === at)
      for (let skipped = at + before; skipped < at + after; skipped += minuteMs)
        if (matches(new Date(skipped))) due.add(at);
    const wall = time + (time < at ? before : after);
    if (matches(new Date(wall)) && !shown.has(wall)) due.add(time);
    shown.add(wall);
  }
  return [...due].filter((time) => time > from).sort((a, b) => a - b);
}

const at = (...times: string[]): Matches => {
  const minutes = new Set(times.map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))));
  return (wall) => minutes.has(wall.getUTCHours() * 60 + wall.getUTCMinutes());
};

const rules: [string, Partial<Recurrence>, Matches][] = [
  ['0,30 2 * * *', { every: 'cron' }, at('02:00', '02:30')],
  ['30 2,14 * * *', { every: 'cron' }, at('02:30', '14:30')],
  ['30 23 * * *', { every: 'cron' }, at('23:30')],
  ['15 0,1,3 * * *', { every: 'cron' }, at('00:15', '01:15', '03:15')],
  ['*/30 0-23 * * *', { every: 'cron' }, (wall) => wall.getUTCMinutes() % 30 === 0],
  ['daily at 00:00', { every: 'daily', time: '00:00' }, at('00:00')],
  ['daily at 02:30', { every: 'daily', time: '02:30' }, at('02:30')],
  [
    'Sundays at 02:00',
    { every: 'weekly', time: '02:00', weekdays: [7] },
    (wall) => wall.getUTCDay() === 0 && at('02:00')(wall),
  ],
];

/** Zones that change alike are one case. */
const zones = new Map<string, { timeZone: string; changes: Change[] }>();
for (const timeZone of Intl.supportedValuesOf('timeZone')) {
  const changes = changesOf(timeZone);
  if (changes.length > 0) zones.set(JSON.stringify(changes), { timeZone, changes });
}

const recurrence = (timeZone: string, rule: string, changes: Partial<Recurrence>): Recurrence => ({
  ...{ every: 'daily', time: '00:00', weekdays: [], days: [], cron: rule, timeZone },
  ...changes,
});

it('knows the zones whose clocks change', () => {
  expect(zones.size).toBeGreaterThanOrEqual(25);
});

describe.each([...zones.values()])(
  '$timeZone, around every change in five years',
  ({ timeZone, changes }) => {
    it.each(rules)('%s runs as counted minute by minute', (rule, parts, matches) => {
      for (const change of changes) {
        const [from, to] = [change.at - dayMs / 2, change.at + dayMs / 2];
        const next = (after: Date) => nextTime(recurrence(timeZone, rule, parts), after);
        const expected = countFixed(change, from, to, matches);
        const found = upcoming(next, expected.length, new Date(from)).map((time) => time.getTime());
        expect(found.map((time) => new Date(time).toISOString())).toEqual(
          expected.map((time) => new Date(time).toISOString()),
        );
      }
    });

    it('every hour runs once in each hour that passes', () => {
      for (const change of changes.filter(({ before, after }) => Math.abs(before - after) === hourMs)) {
        const next = (after: Date) => nextTime(recurrence(timeZone, '20 * * * *', { every: 'cron' }), after);
        const found = upcoming(next, 48, new Date(change.at - dayMs)).map((time) => time.getTime());
        const gaps = found.slice(1).map((time, index) => time - (found[index] as number));
        expect(new Set(gaps)).toEqual(new Set([hourMs]));
      }
    });
  },
);
