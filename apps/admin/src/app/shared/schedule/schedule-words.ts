import { ExportScheduleDto, RecurrenceDto } from '@audience-relay/api-client';
import { Texts } from '../../core/i18n/texts';
import { weekdayNames } from './weekday-names';

/** What the words are made with: the console's texts, in whichever language is in use. */
export type Words = Pick<Texts, 't' | 'n' | 'locale'>;

const ordinalForms = ['one', 'two', 'few', 'other'] as const;

/** An export's schedule in words: "System refresh", "Every day at 08:00, Europe/Oslo", "Off". */
export function scheduleWords({ kind, recurrence }: ExportScheduleDto, words: Words): string {
  return kind === 'own' && recurrence
    ? recurrenceWords(recurrence, words)
    : words.t(`exports.schedule.${kind}`);
}

function recurrenceWords(recurrence: RecurrenceDto, words: Words): string {
  const when = timesWords(recurrence, words);
  return words.t('schedule.words.inZone', { when, zone: recurrence.timeZone });
}

function timesWords({ every, time = '00:00', weekdays, days, cron }: RecurrenceDto, words: Words): string {
  switch (every) {
    case 'hourly': {
      const minutes = Number(time.slice(3));
      return minutes === 0 ? words.t('schedule.words.onTheHour') : words.n('schedule.words.hourly', minutes);
    }
    case 'daily':
      return words.t('schedule.words.daily', { time });
    case 'weekly':
      return weeklyWords(weekdays ?? [], time, words);
    case 'monthly': {
      const inOrder = [...(days ?? [])].sort((a, b) => a - b);
      const named = inOrder.map((day) => ordinal(day, words));
      return words.t('schedule.words.monthly', { days: joined(named, words), time });
    }
    case 'cron':
      return words.t('schedule.words.cron', { cron: cron ?? '' });
  }
}

/** The two usual sets of days have words of their own: seven names in a row are not read. */
function weeklyWords(weekdays: readonly number[], time: string, words: Words): string {
  const set = [...weekdays].sort().join('');
  if (set === '1234567') return words.t('schedule.words.daily', { time });
  if (set === '12345') return words.t('schedule.words.workdays', { time });
  const names = weekdayNames(words.locale()).filter(({ number }) => weekdays.includes(number));
  const days = joined(
    names.map(({ name }) => name),
    words,
  );
  return words.t('schedule.words.weekly', { days, time });
}

function ordinal(day: number, words: Words): string {
  const rule = new Intl.PluralRules(words.locale(), { type: 'ordinal' }).select(day);
  const form = ordinalForms.find((known) => known === rule) ?? 'other';
  return words.t(`schedule.words.ordinal.${form}`, { day });
}

function joined(items: readonly string[], words: Words): string {
  return new Intl.ListFormat(words.locale(), { type: 'conjunction' }).format(items);
}
