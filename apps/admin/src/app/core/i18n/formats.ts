import { inject, Injectable, signal } from '@angular/core';
import { Texts } from './texts';

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** Dates and numbers as the language writes them, in the viewer's time zone. */
@Injectable({ providedIn: 'root' })
export class Formats {
  readonly #texts = inject(Texts);
  readonly #now = signal(Date.now());

  constructor() {
    // "3 minutes ago" must not stay true for an hour.
    setInterval(() => this.#now.set(Date.now()), 20_000);
  }

  number(value: number): string {
    return new Intl.NumberFormat(this.#texts.locale()).format(value);
  }

  percent(share: number): string {
    return new Intl.NumberFormat(this.#texts.locale(), { style: 'percent', maximumFractionDigits: 1 }).format(
      share,
    );
  }

  dateTime(iso: string): string {
    return new Intl.DateTimeFormat(this.#texts.locale(), { dateStyle: 'medium', timeStyle: 'medium' }).format(
      new Date(iso),
    );
  }

  /** For what is planned, which has no seconds. */
  minute(iso: string): string {
    return new Intl.DateTimeFormat(this.#texts.locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(
      new Date(iso),
    );
  }

  day(iso: string): string {
    return new Intl.DateTimeFormat(this.#texts.locale(), { dateStyle: 'medium' }).format(dayOrInstant(iso));
  }

  /** For an axis: "17 May". */
  shortDay(iso: string): string {
    return new Intl.DateTimeFormat(this.#texts.locale(), { day: 'numeric', month: 'short' }).format(
      dayOrInstant(iso),
    );
  }

  /** @param month 1 = January */
  month(month: number): string {
    return this.#dayName({ month: 'long' }, new Date(Date.UTC(2024, month - 1, 1)));
  }

  /** @param weekday 1 = Monday */
  weekday(weekday: number): string {
    // 1 January 2024 was a Monday.
    return this.#dayName({ weekday: 'long' }, new Date(Date.UTC(2024, 0, weekday)));
  }

  #dayName(format: Intl.DateTimeFormatOptions, day: Date): string {
    return new Intl.DateTimeFormat(this.#texts.locale(), { ...format, timeZone: 'UTC' }).format(day);
  }

  /** "3 minutes ago", "in 2 hours", "now". */
  relative(iso: string): string {
    const seconds = Math.round((Date.parse(iso) - this.#now()) / 1000);
    const format = new Intl.RelativeTimeFormat(this.#texts.locale(), { numeric: 'auto' });
    for (const [unit, size] of steps)
      if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
    return format.format(0, 'second');
  }

  /** From one instant to another: "1 min 5 s". */
  duration(from: string, to: string): string {
    return this.seconds(Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000));
  }

  seconds(seconds: number): string {
    if (seconds < 10) return this.#unit(seconds, 'second', 1);
    if (seconds < 60) return this.#unit(seconds, 'second');
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60)
      return `${this.#unit(minutes, 'minute')} ${this.#unit(Math.floor(seconds % 60), 'second')}`;
    return `${this.#unit(Math.floor(minutes / 60), 'hour')} ${this.#unit(minutes % 60, 'minute')}`;
  }

  bytes(bytes: number): string {
    if (bytes < 1_000) return this.#unit(bytes, 'byte');
    if (bytes < 1_000_000) return this.#unit(bytes / 1_000, 'kilobyte', 1);
    return this.#unit(bytes / 1_000_000, 'megabyte', 1);
  }

  list(items: readonly string[]): string {
    return new Intl.ListFormat(this.#texts.locale(), { type: 'conjunction' }).format(items);
  }

  #unit(value: number, unit: string, maximumFractionDigits = 0): string {
    return new Intl.NumberFormat(this.#texts.locale(), {
      style: 'unit',
      unit,
      unitDisplay: 'short',
      maximumFractionDigits,
    }).format(value);
  }
}

/** A day without a time is that day everywhere, not midnight of UTC, which is the day before in America. */
function dayOrInstant(iso: string): Date {
  return new Date(iso.length === 10 ? `${iso}T00:00` : iso);
}
