import type { FieldType, FieldValue } from './profile-fields';

// As people and programs write them without doubt: no thousands, no leading zeros, no more digits than a number holds.
const number = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$/;
const norwegianDay = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/;
const truths: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['ja', true],
  ['false', false],
  ['no', false],
  ['nei', false],
]);

/**
 * A value of a source as a field of this type keeps it.
 * @returns null = no value; undefined = there is one, but it is not of this type.
 */
export function toFieldValue(
  value: string | number | boolean | null,
  type: FieldType,
): FieldValue | undefined {
  if (value === null) return null;
  const text = typeof value === 'string' ? value.trim() : String(value);
  if (text === '') return null;
  switch (type) {
    case 'text':
      return text;
    case 'number':
      if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
      return number.test(text) ? Number(text) : undefined;
    case 'date':
      return canonicalDate(norwegian(text)) ?? undefined;
    case 'boolean':
      return truths.get(text.toLowerCase());
  }
}

/** `1.5.2026` -> `2026-05-01`: the one form with the day first that cannot be anything else. */
function norwegian(text: string): string {
  const [, day, month, year] = norwegianDay.exec(text) ?? [];
  return day && month && year ? `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}` : text;
}

const day = /^(\d{4})-(\d{2})-(\d{2})$/;
const moment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;

/**
 * The one form in which a date is kept and compared: `YYYY-MM-DD` for a day, else the moment in UTC with
 * milliseconds. Both sort as text.
 * @returns Null when it is neither a day nor a moment with its offset.
 */
export function canonicalDate(text: string): string | null {
  if (day.test(text)) return isDay(text) ? text : null;
  if (!moment.test(text) || !isDay(text.slice(0, 10))) return null;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** JavaScript turns 30 February into 2 March instead of refusing it. */
function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00.000Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** Finds what no text may hold: PostgreSQL stores no NUL, and half of a surrogate pair is no character. */
export const unstorableText = /\0|\p{Surrogate}/u;
