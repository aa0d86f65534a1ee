import { type PeriodUnit, relativeDatePattern } from '@audience-relay/contracts';

/*
 * Days of the workspace. A stored date is a day (`2026-05-17`, the same everywhere) or a moment in UTC
 * (`2026-05-16T22:30:00.000Z`), which belongs to the day that the calendar shows at that moment in the workspace's
 * time zone.
 */

/** When and where a rule is evaluated. */
export interface Clock {
  now: Date;
  /** IANA name of the workspace's time zone. */
  timeZone: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Before it, zones keep the offset that they had then: the calendar of `Intl` is another one in early centuries. */
const earliest = Date.UTC(1900, 0, 1);

/** Milliseconds that the zone's clocks are ahead of UTC. */
function offsetAt(time: number, timeZone: string): number {
  let format = formats.get(timeZone);
  if (!format) {
    const two = '2-digit';
    format = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone, hourCycle: 'h23', year: 'numeric' },
      ...{ month: two, day: two, hour: two, minute: two, second: two },
    });
    formats.set(timeZone, format);
  }
  const seconds = Math.floor(Math.max(time, earliest) / 1_000) * 1_000;
  const part = Object.fromEntries(
    format.formatToParts(seconds).map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - seconds;
}

/** The day that the calendar shows at a moment. */
export function dayAt(time: number, timeZone: string): string {
  return dayText(new Date(timeZone === 'UTC' ? time : time + offsetAt(time, timeZone)));
}

/** Years have four digits here; what lies beyond is cut. */
function dayText(date: Date): string {
  const year = date.getUTCFullYear();
  if (year < 1) return '0001-01-01';
  return year > 9999 ? '9999-12-31' : date.toISOString().slice(0, 10);
}

const secondMs = 1_000;
const widestOffsetMs = 26 * 60 * 60 * secondMs;
const starts = new Map<string, string>();

/** The moment at which a day begins, as text. Usually midnight; where clocks skip midnight, the first moment after. */
export function startOfDay(day: string, timeZone: string): string {
  const utc = `${day}T00:00:00.000Z`;
  if (timeZone === 'UTC') return utc;
  const key = `${timeZone} ${day}`;
  const known = starts.get(key);
  if (known) return known;
  // The first second that shows this day, or a later one where a zone left this day out.
  let before = Date.parse(utc) - widestOffsetMs;
  let from = Date.parse(utc) + widestOffsetMs;
  while (from - before > secondMs) {
    const middle = before + Math.floor((from - before) / 2 / secondMs) * secondMs;
    if (dayAt(middle, timeZone) >= day) from = middle;
    else before = middle;
  }
  const start = new Date(from).toISOString();
  if (starts.size > 10_000) starts.clear();
  starts.set(key, start);
  return start;
}

/** The first day that begins at a moment or later. Days are compared with moments by it. */
export function firstDayFrom(moment: string, timeZone: string): string {
  const day = dayAt(Date.parse(moment), timeZone);
  return startOfDay(day, timeZone) >= moment ? day : addDays(day, 1);
}

export function addDays(day: string, days: number): string {
  const moved = new Date(`${day}T00:00:00.000Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return dayText(moved);
}

/** The same day some units later; in a shorter month its last day. */
export function addPeriod(day: string, count: number, unit: PeriodUnit): string {
  if (unit === 'day') return addDays(day, count);
  if (unit === 'week') return addDays(day, count * 7);
  const months = unit === 'month' ? count : count * 12;
  const first = new Date(`${day.slice(0, 7)}-01T00:00:00.000Z`);
  first.setUTCMonth(first.getUTCMonth() + months);
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(Number(day.slice(8)), last));
  return dayText(first);
}

const units: Record<string, PeriodUnit> = { d: 'day', w: 'week', m: 'month', y: 'year' };

/** A date of a rule as a day or a moment: `today-30d` becomes the day it is now. */
export function resolveDate(value: string, { now, timeZone }: Clock): string {
  const relative = relativeDatePattern.exec(value);
  if (!relative) return value;
  const today = dayAt(now.getTime(), timeZone);
  const [, sign, count, unit] = relative;
  return count && unit ? addPeriod(today, Number(`${sign}${count}`), units[unit] ?? 'day') : today;
}

/** Moments from `from` on, up to and without `before`. */
export interface Span {
  from: string;
  before: string;
}

/** Whole days, both included. */
export function daysSpan(first: string, last: string, timeZone: string): Span {
  return { from: startOfDay(first, timeZone), before: startOfDay(addDays(last, 1), timeZone) };
}

/** What a date of a rule stands for: its whole day, or its one moment. */
export function spanOf(value: string, clock: Clock): Span {
  const date = resolveDate(value, clock);
  if (date.length === 10) return daysSpan(date, date, clock.timeZone);
  return { from: date, before: new Date(Date.parse(date) + 1).toISOString() };
}

/** The last units of time, today counted as the first day of them. */
export function lastPeriod(count: number, unit: PeriodUnit, { now, timeZone }: Clock): Span {
  const today = dayAt(now.getTime(), timeZone);
  return daysSpan(addDays(addPeriod(today, -count, unit), 1), today, timeZone);
}

/** The next units of time, today counted as the first day of them. */
export function nextPeriod(count: number, unit: PeriodUnit, { now, timeZone }: Clock): Span {
  const today = dayAt(now.getTime(), timeZone);
  return daysSpan(today, addDays(addPeriod(today, count, unit), -1), timeZone);
}

export function yearToDate({ now, timeZone }: Clock): Span {
  const today = dayAt(now.getTime(), timeZone);
  return daysSpan(`${today.slice(0, 4)}-01-01`, today, timeZone);
}

/**
 * The months and days (`05-17`) of the next days, today counted as the first. In a year without 29 February, those
 * born on it celebrate on the 28th.
 */
export function anniversaries(days: number, { now, timeZone }: Clock): string[] {
  const today = dayAt(now.getTime(), timeZone);
  const found = new Set<string>();
  for (let ahead = 0; ahead < Math.min(days, 366); ahead += 1) {
    const day = addDays(today, ahead);
    found.add(day.slice(5));
    if (day.endsWith('-02-28') && addDays(day, 1).endsWith('-03-01')) found.add('02-29');
  }
  return [...found];
}

/** How dates are stored; anything else in a date field is no date. */
export const storedDay = /^\d{4}-\d{2}-\d{2}$(?!\n)/;
export const storedMoment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$(?!\n)/;
export const storedDate = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}\.\d{3}Z)?$(?!\n)/;
