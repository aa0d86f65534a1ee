import { type Folding, foldText, type Unfoldings, unfoldings } from './fold-text';

/** Where in a text the searched one must stand. */
export type TextPlace = 'whole' | 'anywhere' | 'start' | 'end';

/** A regular expression longer than this is refused by databases; in bytes. */
const longestPattern = 30_000;

/**
 * Regular expressions, as source, for plain texts. The evaluator compares texts itself, so these must mean the same to
 * PCRE as plain comparison does to JavaScript: every special character is escaped, all forms of a letter are spelled
 * out instead of trusting the engine's idea of case, and the end is the very end, not the place before a last line
 * feed.
 */
export function textPattern(text: string, place: TextPlace, folding: Folding | null): string {
  const source = folding ? foldedSource(text, place, folding) : escapedAll(text);
  return `${beginsAt(place)}${source}${endsAt(place)}`;
}

/** As few expressions as databases take that find any of several whole texts. */
export function listPatterns(texts: readonly string[], folding: Folding): string[] {
  const { several } = unfoldings(folding);
  const folded = [...new Set(texts.map((text) => foldText(text, folding)))].sort();
  const chunks: PrefixTree[] = [];
  const lengths = new Map<string, number>();
  const lengthOfChar = (char: string): number => {
    const length = lengths.get(char) ?? Buffer.byteLength(foldedSource(char, 'whole', folding));
    lengths.set(char, length);
    return length;
  };
  const lengthOf = (text: string): number =>
    Array.from(text).reduce((sum, char) => sum + lengthOfChar(char), 0);
  let room = 0;
  let before = '';
  for (const text of folded) {
    let shared = 0;
    while (shared < text.length && text[shared] === before[shared]) shared += 1;
    const isPlain = !several.some(([, part]) => text.includes(part));
    const source = isPlain ? '' : foldedSource(text, 'whole', folding);
    // Brackets around a branch included.
    room -= (isPlain ? lengthOf(text.slice(shared)) : Buffer.byteLength(source)) + 8;
    if (room < 0) {
      chunks.push(new PrefixTree(folding));
      room = longestPattern - (isPlain ? lengthOf(text) : Buffer.byteLength(source));
    }
    if (isPlain) chunks.at(-1)?.add(text);
    else chunks.at(-1)?.addSource(source);
    before = text;
  }
  return chunks.map((chunk) => `^${chunk.source()}${endsAt('whole')}`);
}

interface Branch {
  isEnd: boolean;
  next: Map<string, Branch>;
}

/** Texts with each common beginning written once, so that an engine reads it once. */
class PrefixTree {
  private readonly root: Branch = { isEnd: false, next: new Map() };
  private readonly sources: string[] = [];

  constructor(private readonly folding: Folding) {}

  add(text: string): void {
    let branch = this.root;
    for (const char of text) {
      const next = branch.next.get(char) ?? { isEnd: false, next: new Map<string, Branch>() };
      branch.next.set(char, next);
      branch = next;
    }
    branch.isEnd = true;
  }

  addSource(source: string): void {
    this.sources.push(source);
  }

  source(): string {
    const tree = this.root.next.size > 0 || this.root.isEnd ? [this.branchSource(this.root)] : [];
    return `${this.between()}(?:${[...tree, ...this.sources].join('|')})`;
  }

  private branchSource({ isEnd, next }: Branch): string {
    const ways = [...next].map(([char, branch]) => {
      const chars = [char, ...(unfoldings(this.folding).byFolded.get(char) ?? [])];
      return `${charsSource(chars)}${this.between()}${this.branchSource(branch)}`;
    });
    if (ways.length === 0) return '';
    if (isEnd) return `(?:${ways.join('|')})?`;
    return ways.length === 1 ? ways.join('') : `(?:${ways.join('|')})`;
  }

  private between(): string {
    return betweenChars(this.folding);
  }
}

/** `*` stands for any characters, `?` for one; everything else for itself. */
export function wildcardPattern(text: string, folding: Folding | null): string {
  const parts = text.split(/([*?])/).map((part, index, all) => {
    if (part === '*') return '[\\s\\S]*';
    if (part === '?') return '[\\s\\S]';
    const place = placeBetween(all[index - 1] === '*', all[index + 1] === '*');
    return folding ? foldedSource(part, place, folding) : escapedAll(part);
  });
  return `^${parts.join('')}${endsAt('whole')}`;
}

export function hasLength(least: number, most: number | null): string {
  return `^[\\s\\S]{${least},${most ?? ''}}${endsAt('whole')}`;
}

/** What may stand between any two characters without making a difference. */
const betweenChars = ({ accents }: Folding): string => (accents ? '\\p{Mn}*' : '');
const beginsAt = (place: TextPlace): string => (place === 'whole' || place === 'start' ? '^' : '');
/** Beside any characters, the end of a part is open. */
const placeBetween = (openStart: boolean, openEnd: boolean): TextPlace => {
  if (openStart) return openEnd ? 'anywhere' : 'end';
  return openEnd ? 'start' : 'whole';
};
const endsAt = (place: TextPlace): string => (place === 'whole' || place === 'end' ? '$(?!\\n)' : '');

/**
 * What folds to a text that holds the folded one. One character can fold to several (`ß` to `ss`), so it can stand for
 * more than one place, and at an open end for a part of what it folds to: `s` is found in `Straße`.
 */
function foldedSource(text: string, place: TextPlace, folding: Folding): string {
  const folded = Array.from(foldText(text, folding));
  const source = new FoldedSource(folded, place, unfoldings(folding), betweenChars(folding));
  return source.whole();
}

class FoldedSource {
  private readonly sources = new Map<string, string | null>();
  private readonly longest: number;

  constructor(
    private readonly folded: readonly string[],
    private readonly place: TextPlace,
    private readonly from: Unfoldings,
    /** What may stand after every character, and before the first. */
    private readonly between: string,
  ) {
    this.longest = Math.max(1, ...from.several.map(([, several]) => Array.from(several).length));
  }

  whole(): string {
    if (this.folded.length === 0) return this.between;
    return `${this.between}${this.part(0, this.folded.length) ?? '(?!)'}`;
  }

  /** Everything that folds to the characters from `begin` up to `end`; null when nothing does. */
  private part(begin: number, end: number): string | null {
    const key = `${begin}-${end}`;
    const known = this.sources.get(key);
    if (known !== undefined) return known;
    const source = end - begin === 1 ? this.single(begin, end) : this.halves(begin, end);
    this.sources.set(key, source);
    return source;
  }

  /** The two halves side by side, or a character that stands across the middle with what is left of both. */
  private halves(begin: number, end: number): string | null {
    const middle = Math.floor((begin + end) / 2);
    const alternatives = [this.joined([this.part(begin, middle), this.part(middle, end)])];
    for (let from = Math.max(begin, middle - this.longest + 1); from < middle; from += 1) {
      for (let to = middle + 1; to <= Math.min(end, from + this.longest); to += 1) {
        const across = this.single(from, to);
        if (across === null) continue;
        const left = from === begin ? '' : this.part(begin, from);
        const right = to === end ? '' : this.part(to, end);
        alternatives.push(this.joined([left, across, right]));
      }
    }
    return oneOf(alternatives.filter((source) => source !== null));
  }

  private joined(parts: (string | null)[]): string | null {
    return parts.includes(null) ? null : parts.join('');
  }

  /** Characters of which each alone folds to this part. */
  private single(begin: number, end: number): string | null {
    const part = this.folded.slice(begin, end).join('');
    const chars = new Set(this.from.byFolded.get(part));
    if (end - begin === 1) chars.add(part);
    const openStart = begin === 0 && (this.place === 'anywhere' || this.place === 'end');
    const openEnd = end === this.folded.length && (this.place === 'anywhere' || this.place === 'start');
    if (openStart || openEnd) {
      for (const [char, several] of this.from.several) {
        const fits =
          openStart && openEnd
            ? several.includes(part)
            : openStart
              ? several.endsWith(part)
              : several.startsWith(part);
        if (fits) chars.add(char);
      }
    }
    if (chars.size === 0) return null;
    return `${charsSource([...chars])}${this.between}`;
  }
}

function charsSource(chars: string[]): string {
  if (chars.length === 1) return chars.map(escaped).join('');
  // A class of ASCII means the same to an engine that reads bytes.
  if (chars.every((char) => /^[A-Za-z]$/.test(char))) return `[${chars.join('')}]`;
  return `(?:${chars.map(escaped).join('|')})`;
}

function oneOf(sources: string[]): string | null {
  const distinct = [...new Set(sources)];
  if (distinct.length === 0) return null;
  return distinct.length === 1 ? (distinct[0] ?? null) : `(?:${distinct.join('|')})`;
}

function escapedAll(text: string): string {
  return Array.from(text, escaped).join('');
}

function escaped(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}
