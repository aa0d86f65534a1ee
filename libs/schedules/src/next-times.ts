import type { ProblemFieldError, Recurrence, RefreshSchedule } from '@audience-relay/contracts';
import { Cron } from 'croner';
import { WallClock } from './wall-clock';

/** Patterns whose earliest next time counts. `accepts` leaves out times that the pattern cannot express itself. */
interface Clock {
  patterns: readonly { pattern: string; accepts?: (onWallClock: Date) => boolean }[];
  timeZone: string;
}

const cronFields = ['minute', 'hour', 'day of the month', 'month', 'day of the week'] as const;

const cronNicknames: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

const expandNickname = (pattern: string): string =>
  cronNicknames[pattern.trim().toLowerCase()] ?? pattern.trim();

/** How many times of one pattern are looked at for one that is accepted. */
const lookAhead = 100;

/**
 * The first time after a moment, exclusive; null when there is none.
 *
 * On days when clocks change: a time that the day lacks runs as soon as the clock has jumped over it, a time that it
 * has twice runs at its first; hourly, and cron with every hour, run in every hour that passes.
 */
export function nextTime(schedule: Recurrence, after: Date): Date | null {
  return soonest(clockOf(schedule), after);
}

/** The first refresh after a moment, exclusive; null when refreshing is off. */
export function nextRefreshTime(schedule: RefreshSchedule, after: Date): Date | null {
  if (schedule.every === 'off') return null;
  const days = schedule.every === 'weekly' ? schedule.weekdays.join(',') : '*';
  const patterns = schedule.times.map((time) => ({ pattern: `${minuteAndHour(time)} * * ${days}` }));
  return soonest({ patterns, timeZone: schedule.timeZone }, after);
}

/** The next times, for people to see what a schedule means. */
export function upcoming(next: (after: Date) => Date | null, count: number, from: Date): Date[] {
  const times: Date[] = [];
  for (let time = next(from); time && times.length < count; time = next(time)) times.push(time);
  return times;
}

/** What is wrong with a recurrence besides the shape of its members. `path` is below the recurrence. */
export function recurrenceErrors(recurrence: Recurrence): ProblemFieldError[] {
  const errors = timeZoneErrors(recurrence.timeZone);
  if (recurrence.every === 'weekly' && recurrence.weekdays.length === 0)
    errors.push({ path: 'weekdays', message: 'Choose at least one day of the week.' });
  if (recurrence.every === 'monthly' && recurrence.days.length === 0)
    errors.push({ path: 'days', message: 'Choose at least one day of the month.' });
  if (recurrence.every === 'cron') errors.push(...cronErrors(recurrence.cron));
  return errors;
}

/** What is wrong with a refresh schedule besides the shape of its members. */
export function refreshScheduleErrors(schedule: RefreshSchedule): ProblemFieldError[] {
  const errors = timeZoneErrors(schedule.timeZone);
  if (schedule.every === 'weekly' && schedule.weekdays.length === 0)
    errors.push({ path: 'weekdays', message: 'Choose at least one day of the week.' });
  return errors;
}

function timeZoneErrors(timeZone: string): ProblemFieldError[] {
  return isTimeZone(timeZone)
    ? []
    : [{ path: 'timeZone', message: `There is no time zone "${timeZone}". Use a name like Europe/Oslo.` }];
}

function cronErrors(cron: string | null): ProblemFieldError[] {
  const path = 'cron';
  if (cron === null || cron.trim() === '') return [{ path, message: 'Write a cron pattern of five fields.' }];
  const fields = expandNickname(cron).split(/\s+/);
  if (fields.length !== 5)
    return [{ path, message: 'A cron pattern has five fields: minute, hour, day, month, weekday.' }];
  for (const [index, field] of fields.entries()) {
    const alone = ['*', '*', '*', '*', '*'].with(index, field).join(' ');
    if (!isCron(alone)) {
      const example = 'Example: 30 7 * * 1-5';
      return [{ path, message: `"${field}" is not a ${cronFields[index]} of a cron pattern. ${example}` }];
    }
  }
  return new Cron(expandNickname(cron), { paused: true, utcOffset: 0 }).nextRun()
    ? []
    : [{ path, message: 'This cron pattern never comes.' }];
}

function isCron(pattern: string): boolean {
  try {
    new Cron(pattern, { paused: true });
    return true;
  } catch {
    return false;
  }
}

function isTimeZone(timeZone: string): boolean {
  // Offsets (+02:00) are accepted by Intl, but know nothing of daylight saving.
  if (!/^[A-Za-z]/.test(timeZone)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}

function minuteAndHour(time: string): string {
  const [hour, minute] = time.split(':').map(Number);
  return `${minute} ${hour}`;
}

function clockOf({ every, time, weekdays, days, cron, timeZone }: Recurrence): Clock {
  const at = minuteAndHour(time);
  switch (every) {
    case 'hourly':
      return { patterns: [{ pattern: `${Number(time.split(':')[1])} * * * *` }], timeZone };
    case 'daily':
      return { patterns: [{ pattern: `${at} * * *` }], timeZone };
    case 'weekly':
      return { patterns: [{ pattern: `${at} * * ${weekdays.join(',')}` }], timeZone };
    case 'monthly':
      return { patterns: monthly(at, days), timeZone };
    case 'cron':
      return { patterns: [{ pattern: cron ?? '' }], timeZone };
  }
}

/** The chosen days, and the last day of months that lack one of them. */
function monthly(at: string, days: readonly number[]): Clock['patterns'] {
  const latest = Math.max(...days);
  const onDays = { pattern: `${at} ${days.join(',')} * *` };
  if (latest <= 28) return [onDays];
  return [onDays, { pattern: `${at} L * *`, accepts: (lastDay) => lastDay.getUTCDate() < latest }];
}

function soonest({ patterns, timeZone }: Clock, after: Date): Date | null {
  const clock = WallClock.of(timeZone);
  // When the clock is set back, what it showed before comes again.
  const from = new Date(clock.at(after).getTime() - clock.setBackAround(after) - 1000);
  const times = patterns.flatMap((pattern) => firstAfter(pattern, clock, from, after) ?? []);
  return times.length > 0 ? new Date(Math.min(...times)) : null;
}

function firstAfter(
  { pattern, accepts = () => true }: Clock['patterns'][number],
  clock: WallClock,
  from: Date,
  after: Date,
): number | null {
  const everyHour = expandNickname(pattern).split(/\s+/)[1] === '*';
  const cron = new Cron(expandNickname(pattern), { utcOffset: 0, paused: true });
  const found: number[] = [];
  let refused = 0;
  for (let wall = cron.nextRun(from); wall && refused < lookAhead; wall = cron.nextRun(wall)) {
    if (!accepts(wall)) {
      refused += 1;
      continue;
    }
    const later = clock.momentsOf(wall, everyHour).filter((moment) => moment > after.getTime());
    found.push(...later);
    // Wall times that follow come later, unless this one only comes again.
    if (later.length > 0 && wall >= clock.at(after)) break;
  }
  return found.length > 0 ? Math.min(...found) : null;
}
