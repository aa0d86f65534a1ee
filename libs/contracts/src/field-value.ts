import type { FieldType, FieldValue, ValueFormat } from './profile-fields';

// As people and programs write them without doubt: no thousands, no leading zeros, no more digits than a number holds.
const plainNumber = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$/;
const groupedNumber: Readonly<Record<'decimal-point' | 'decimal-comma', RegExp>> = {
  'decimal-point': /^([+-]?)(0|[1-9]\d*|[1-9]\d{0,2}(?:([ ',])\d{3})(?:\3\d{3})*)(?:\.(\d+))?$/,
  'decimal-comma': /^([+-]?)(0|[1-9]\d*|[1-9]\d{0,2}(?:([ '.])\d{3})(?:\3\d{3})*)(?:,(\d+))?$/,
};
const currency = '(?:\\p{Sc}|kr\\.?|NOK|SEK|DKK|EUR|USD|GBP|CHF)';
const beforeNumber = new RegExp(`^([+-]?)${currency} ?`, 'iu');
const afterNumber = new RegExp(` ?(?:${currency}|%)$`, 'iu');

const months = 'january february march april may june july august september october november december'.split(
  ' ',
);
const yearFirst = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$/;
const yearLast = /^(\d{1,2})([-/. ])(\d{1,2})\2(\d{4})$/;
const dayAndMonthName = /^(\d{1,2})[-/. ]+([a-z]{3,9})\.?,?[-/. ]+(\d{4})$/i;
const monthNameAndDay = /^([a-z]{3,9})\.? (\d{1,2}),? (\d{4})$/i;
const clock =
  /(?:T|,? +)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?: ?([AP])\.?M\.?)? ?(Z|UTC|[+-]\d{2}:?\d{2})?$/i;

const truths: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['ja', true],
  ['false', false],
  ['no', false],
  ['nei', false],
]);

/**
 * A value of a source as a field of this type keeps it: the one conversion of imports and mappings. It depends on
 * nothing but its arguments, neither the time zone nor the language of the process.
 * @param format How numbers and dates are written. Without it only what has one meaning is understood: `1234.5`, and
 *   dates with the year first or with dots (`31.12.2026`). A time without an offset is in UTC.
 * @returns null = no value; undefined = there is one, but it is not of this type.
 */
export function toFieldValue(
  value: string | number | boolean | null,
  type: FieldType,
  format?: ValueFormat | null,
): FieldValue | undefined {
  if (value === null) return null;
  const text = typeof value === 'string' ? value.trim() : String(value);
  if (text === '') return null;
  switch (type) {
    case 'text':
      return text;
    case 'number':
      if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
      return typeof value === 'string' ? toNumber(text, format) : undefined;
    case 'date':
      return typeof value === 'string' ? toDate(text, format) : undefined;
    case 'boolean':
      return truths.get(text.toLowerCase());
  }
}

function toNumber(text: string, format?: ValueFormat | null): number | undefined {
  if (format !== 'decimal-point' && format !== 'decimal-comma')
    return plainNumber.test(text) ? Number(text) : undefined;
  const bare = text
    .replace(/[\u00A0\u2007\u2009\u202F]/g, ' ')
    .replace(/[\u2019\u00B4]/g, "'")
    .replace('\u2212', '-')
    .replace(beforeNumber, '$1')
    .replace(afterNumber, '');
  const [, sign, whole, , fraction = ''] = groupedNumber[format].exec(bare) ?? [];
  if (whole === undefined) return undefined;
  const digits = whole.replace(/\D/g, '');
  if (digits.length > 15 || fraction.length > 15) return undefined;
  return Number(`${sign === '-' ? '-' : ''}${digits}.${fraction || '0'}`);
}

function toDate(text: string, format?: ValueFormat | null): string | undefined {
  const time = clock.exec(text);
  const day = dayOf(time ? text.slice(0, time.index) : text, format);
  if (day === null) return undefined;
  if (!time) return day;
  const [, hours = '', minutes = '', seconds = '00', fraction = '', half, zone = 'Z'] = time;
  const hour = half === undefined ? Number(hours) : hourOf(Number(hours), half);
  if (hour === null || hour > 23) return undefined;
  const offset = /^(?:Z|UTC)$/i.test(zone) ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  const moment = `${day}T${String(hour).padStart(2, '0')}:${minutes}:${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`;
  return canonicalDate(moment) ?? undefined;
}

/** 12 a.m. is midnight. */
function hourOf(hour: number, half: string): number | null {
  if (hour < 1 || hour > 12) return null;
  return (hour % 12) + (half.toUpperCase() === 'P' ? 12 : 0);
}

function dayOf(text: string, format?: ValueFormat | null): string | null {
  const first = yearFirst.exec(text);
  if (first) return dayFrom(first[1], first[3], first[4]);
  const named = dayAndMonthName.exec(text);
  if (named) return dayFrom(named[3], monthOf(named[2]), named[1]);
  const american = monthNameAndDay.exec(text);
  if (american) return dayFrom(american[3], monthOf(american[1]), american[2]);
  const [, one, separator, two, year] = yearLast.exec(text) ?? [];
  if (format === 'month-first') return dayFrom(year, one, two);
  // Nobody writes the month first with dots.
  return format === 'day-first' || separator === '.' ? dayFrom(year, two, one) : null;
}

function monthOf(name = ''): string {
  return String(months.findIndex((month) => month.startsWith(name.toLowerCase())) + 1);
}

function dayFrom(year?: string, month?: string, day?: string): string | null {
  if (year === undefined || month === undefined || day === undefined) return null;
  const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return isDay(text) ? text : null;
}

const isoDay = /^(\d{4})-(\d{2})-(\d{2})$/;
const isoMoment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;

/**
 * The one form in which a date is kept and compared: `YYYY-MM-DD` for a day, else the moment in UTC with
 * milliseconds. Both sort as text.
 * @returns Null when it is neither a day nor a moment with its offset.
 */
export function canonicalDate(text: string): string | null {
  if (isoDay.test(text)) return isDay(text) ? text : null;
  if (!isoMoment.test(text) || !isDay(text.slice(0, 10))) return null;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** JavaScript turns 30 February into 2 March instead of refusing it. */
function isDay(text: string): boolean {
  const year = Number(text.slice(0, 4));
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8, 10));
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return month >= 1 && month <= 12 && day >= 1 && day <= days;
}

/** Finds what no text may hold: PostgreSQL stores no NUL, and half of a surrogate pair is no character. */
export const unstorableText = /\0|\p{Surrogate}/u;
