import type { RunReason } from './run';

/**
 * When an export runs by itself. `follow`: with every system refresh; `own`: by its own recurrence; `off`: only when
 * a person starts it.
 */
export const exportScheduleKinds = ['follow', 'own', 'off'] as const;

export type ExportScheduleKind = (typeof exportScheduleKinds)[number];

export const recurrenceKinds = ['hourly', 'daily', 'weekly', 'monthly', 'cron'] as const;

export type RecurrenceKind = (typeof recurrenceKinds)[number];

/** ISO 8601: 1 = Monday ... 7 = Sunday. */
export const weekdays = [1, 2, 3, 4, 5, 6, 7] as const;

export type Weekday = (typeof weekdays)[number];

/** Points in time on the wall clock of one time zone. Members that the kind does not use are kept, not read. */
export interface Recurrence {
  every: RecurrenceKind;
  /** IANA name: `Europe/Oslo`. */
  timeZone: string;
  /** `HH:MM`: when it starts. Hourly reads the minutes only. Not read by cron. */
  time: string;
  /** Weekly: at least one. */
  weekdays: Weekday[];
  /** Monthly: days of the month, 1 to 31. In a shorter month the days that it lacks fall on its last day. */
  days: number[];
  /** Cron: five fields (minute, hour, day of month, month, day of week). */
  cron: string | null;
}

/** An export's schedule as it is set. `off` keeps what it was, so that switching it on again needs no typing. */
export interface ExportSchedule {
  kind: ExportScheduleKind;
  /** What `off` goes back to; otherwise the same as `kind`. */
  resumes: Exclude<ExportScheduleKind, 'off'>;
  /** Kept while another kind is chosen; null = never set. */
  recurrence: Recurrence | null;
}

export const refreshScheduleKinds = ['off', 'daily', 'weekly'] as const;

export type RefreshScheduleKind = (typeof refreshScheduleKinds)[number];

/** When the system refreshes: segments first, then the exports that follow it. */
export interface RefreshSchedule {
  every: RefreshScheduleKind;
  timeZone: string;
  /** One to four of `HH:MM`. */
  times: string[];
  /** Weekly: at least one. */
  weekdays: Weekday[];
}

export const maxRefreshTimes = 4;

export const refreshStatuses = ['running', 'succeeded', 'partial', 'failed', 'cancelled'] as const;

export type RefreshStatus = (typeof refreshStatuses)[number];

/** One segment or one export within a refresh. `waiting`: something that it needs is not done yet. */
export const refreshTaskStatuses = [
  'waiting',
  'running',
  'succeeded',
  'partial',
  'failed',
  'skipped',
  'cancelled',
] as const;

export type RefreshTaskStatus = (typeof refreshTaskStatuses)[number];

/** One segment within a refresh. */
export interface RefreshTask<Id> {
  id: Id;
  name: string;
  status: RefreshTaskStatus;
  reason: RunReason | null;
  startedAt: Date | null;
  finishedAt: Date | null;
  /** Of a segment: ids of those that its rule stands on, which come first. Absent where there are none. */
  needs?: string[];
}

/** One export within a refresh. */
export interface RefreshExportTask<Id> extends RefreshTask<Id> {
  /** What it waits for: those of its segments that this refresh goes over. */
  segmentIds: Id[];
  runId: Id | null;
}
