import type { ProblemFieldError, Recurrence, RefreshSchedule } from '@audience-relay/contracts';
import { Cron } from 'croner';

/** Patterns whose earliest next time counts. `accepts` leaves out times that the pattern cannot express itself. */
interface Clock {
  patterns: readonly { pattern: string; accepts?: (onWallClock: Date) => boolean }[];
  timeZone: string;
}

/** How many times of one pattern are looked at for one that is accepted. */
const lookAhead = 100;

/**
 * The first time after a moment, exclusive; null when there is none.
 *
 * On days when clocks change: a time that the day lacks runs as soon as the clock has jumped over it, a time that it
 * has twice runs at its first; hourly runs every hour that passes.
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
  if (cron.trim().split(/\s+/).length !== 5)
    return [{ path, message: 'A cron pattern has five fields: minute, hour, day, month, weekday.' }];
  try {
    if (new Cron(cron, { paused: true }).nextRun()) return [];
    return [{ path, message: 'This cron pattern never comes.' }];
  } catch {
    return [{ path, message: 'This is not a cron pattern. Example: 30 7 * * 1-5' }];
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
  const times = patterns.flatMap(({ pattern, accepts = () => true }) => {
    const cron = new Cron(pattern, { timezone: timeZone, paused: true });
    let time = cron.nextRun(after);
    for (let seen = 1; time && !accepts(wallClock(time, timeZone)) && seen < lookAhead; seen += 1)
      time = cron.nextRun(time);
    return time ? [time.getTime()] : [];
  });
  return times.length > 0 ? new Date(Math.min(...times)) : null;
}

/** The wall clock of a time zone, as if it were UTC. */
function wallClock(time: Date, timeZone: string): Date {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
    hourCycle: 'h23',
  }).format(time);
  return new Date(`${parts.replace(', ', 'T')}Z`);
}
