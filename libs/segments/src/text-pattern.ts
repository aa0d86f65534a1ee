/** Where in a text the searched one must stand. */
export type TextPlace = 'whole' | 'anywhere' | 'start' | 'end';

/**
 * A regular expression for a plain text, as source. Filter and evaluator use the same one, so it must mean the same
 * to PCRE and to JavaScript: every special character is escaped, both cases of a letter are spelled out instead of
 * trusting either engine's idea of case, and the end is the very end, not the place before a last line feed.
 */
export function textPattern(text: string, place: TextPlace, ignoreCase: boolean): string {
  const source = Array.from(text, (char) => (ignoreCase ? bothCases(char) : escaped(char))).join('');
  const start = place === 'whole' || place === 'start' ? '^' : '';
  const end = place === 'whole' || place === 'end' ? '$(?!\\n)' : '';
  return `${start}${source}${end}`;
}

function bothCases(char: string): string {
  const forms = new Set([char, char.toLowerCase(), char.toUpperCase()]);
  return forms.size === 1 ? escaped(char) : `(?:${[...forms].map(escapedAll).join('|')})`;
}

/** A case form can have several characters: the upper case of "ß" is "SS". */
function escapedAll(text: string): string {
  return Array.from(text, escaped).join('');
}

function escaped(char: string): string {
  return /[\\^$.*+?()[\]{}|/-]/.test(char) ? `\\${char}` : char;
}
