import { TestBed } from '@angular/core/testing';
import { ExportScheduleDto, RecurrenceDto } from '@audience-relay/api-client';
import { Language } from '../../core/i18n/languages';
import { provideTexts } from '../../core/i18n/provide-texts';
import { Texts } from '../../core/i18n/texts';
import { scheduleWords } from './schedule-words';

describe('a schedule in words', () => {
  const own = (part: Partial<RecurrenceDto>): ExportScheduleDto => ({
    ...{ kind: 'own', resumes: 'own', nextRunAt: null },
    recurrence: {
      ...{ every: 'daily', timeZone: 'Europe/Oslo', time: '08:00', weekdays: [], days: [], cron: null },
      ...part,
    },
  });

  beforeEach(() => TestBed.configureTestingModule({ providers: [provideTexts()] }));

  async function say(language: Language, schedule: ExportScheduleDto): Promise<string> {
    const texts = TestBed.inject(Texts);
    await texts.use(language);
    return scheduleWords(schedule, texts);
  }

  const cases: [Partial<RecurrenceDto>, string, string][] = [
    [{ every: 'daily' }, 'Every day at 08:00', 'Hver dag kl. 08:00'],
    [{ every: 'hourly', time: '08:00' }, 'Every hour, on the hour', 'Hver hele time'],
    [{ every: 'hourly', time: '08:01' }, 'Every hour, 1 minute past', 'Hver time, 1 minutt over'],
    [{ every: 'hourly', time: '08:30' }, 'Every hour, 30 minutes past', 'Hver time, 30 minutter over'],
    [
      { every: 'weekly', weekdays: [4, 1] },
      'Every Monday and Thursday at 08:00',
      'Hver mandag og torsdag kl. 08:00',
    ],
    [{ every: 'weekly', weekdays: [7] }, 'Every Sunday at 08:00', 'Hver søndag kl. 08:00'],
    [
      { every: 'weekly', weekdays: [5, 1, 2, 3, 4] },
      'Monday to Friday at 08:00',
      'Mandag til fredag kl. 08:00',
    ],
    [{ every: 'weekly', weekdays: [7, 6, 5, 4, 3, 2, 1] }, 'Every day at 08:00', 'Hver dag kl. 08:00'],
    [
      { every: 'monthly', days: [22, 1, 3, 11] },
      'Every month on the 1st, 3rd, 11th and 22nd at 08:00',
      'Hver måned den 1., 3., 11. og 22. kl. 08:00',
    ],
    [{ every: 'cron', cron: '30 7 * * 1-5' }, 'Cron 30 7 * * 1-5', 'Cron 30 7 * * 1-5'],
  ];

  it.each(cases)('should say %j: %s, %s', async (part, english, norwegian) => {
    expect(await say('en', own(part))).toBe(`${english}, Europe/Oslo`);
    expect(await say('nb', own(part))).toBe(`${norwegian}, Europe/Oslo`);
  });

  it.each([
    ['follow', 'System refresh', 'Systemoppdatering'],
    ['off', 'Off', 'Av'],
  ] as const)('should not read the kept recurrence of one that is %s', async (kind, english, norwegian) => {
    const schedule: ExportScheduleDto = { ...own({}), kind };
    expect(await say('en', schedule)).toBe(english);
    expect(await say('nb', schedule)).toBe(norwegian);
  });
});
