import { canonicalDate, type FieldType, type FieldValue } from '@audience-relay/contracts';

const day = /^\d{4}-\d{2}-\d{2}$/;

/** Whether a value is of a field's type, dates in their canonical form included. */
export function isOfType(value: unknown, type: FieldType): value is FieldValue {
  switch (type) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'date':
      return typeof value === 'string' && canonicalDate(value) === value;
  }
}

/** From `from` on, up to and without `before`. What a date of a rule stands for: a whole day, or one moment. */
export interface DateSpan {
  from: string;
  before: string;
}

export function spanOf(date: string): DateSpan {
  // A space is the lowest character that can follow, so nothing lies between a moment and the end of its span.
  if (!day.test(date)) return { from: date, before: `${date} ` };
  return { from: date, before: daysFrom(date, 1) };
}

/** The last `days` days and today, in UTC. */
export function lastDays(days: number, now: Date): DateSpan {
  const today = now.toISOString().slice(0, 10);
  return { from: daysFrom(today, -days), before: daysFrom(today, 1) };
}

function daysFrom(date: string, days: number): string {
  const moved = new Date(`${date}T00:00:00.000Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}
