/** The console's languages. `locale` shapes dates and numbers; `name` is written in the language itself. */
export const languages = {
  en: { name: 'English', locale: 'en-GB' },
  nb: { name: 'Norsk bokmål', locale: 'nb-NO' },
} as const;

export type Language = keyof typeof languages;

function isLanguage(value: string | null): value is Language {
  return value !== null && value in languages;
}

/** The remembered language, else the browser's first that we have, else English. */
export function preferredLanguage(remembered: string | null, wanted: readonly string[]): Language {
  if (isLanguage(remembered)) return remembered;
  for (const tag of wanted) {
    const primary = tag.toLowerCase().split('-')[0] ?? '';
    if (primary === 'no' || primary === 'nn') return 'nb';
    if (isLanguage(primary)) return primary;
  }
  return 'en';
}
