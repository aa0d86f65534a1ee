import { Weekday, weekdays } from '@audience-relay/contracts';

/** A Monday, to take the names of the days from. */
const monday = Date.UTC(2024, 0, 1);

/** The days of the week, Monday first, as a language (BCP 47) calls them. */
export function weekdayNames(locale: string): { number: Weekday; name: string }[] {
  const name = new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' });
  return weekdays.map((number) => ({ number, name: name.format(monday + (number - 1) * 86_400_000) }));
}
