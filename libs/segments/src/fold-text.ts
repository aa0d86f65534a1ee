/** What a comparison of texts leaves out of account. */
export interface Folding {
  accents: boolean;
}

// Letters with a stroke or of two letters, which Unicode does not decompose.
const plainLetters: ReadonlyMap<string, string> = new Map(
  Object.entries({ ø: 'o', đ: 'd', ð: 'd', ħ: 'h', ı: 'i', ł: 'l', ŧ: 't', æ: 'ae', œ: 'oe', þ: 'th' }),
);

/**
 * A text as comparisons that ignore case see it: full case folding of Unicode (`Straße` and `STRASSE` are the same,
 * all three sigmas are), and without accents if asked. Each character is folded by itself.
 * @param text In NFC, as all stored texts are.
 */
export function foldText(text: string, folding: Folding): string {
  return Array.from(text, (char) => foldChar(char, folding)).join('');
}

/** @returns One to a few characters; none for a combining accent that is ignored. */
function foldChar(char: string, { accents }: Folding): string {
  const folded = foldCase(char);
  if (!accents) return folded;
  const bare = folded
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .normalize('NFC');
  return Array.from(bare, (letter) => plainLetters.get(letter) ?? letter).join('');
}

function foldCase(char: string): string {
  // The upper case of the dotless i is that of the dotted one, and still they are two letters.
  if (char === 'ı') return char;
  // Twice, since the capital ß is its own upper case. The lower case of a sigma depends on where it stands.
  const folded = Array.from(char.toLowerCase().toUpperCase(), (letter) => letter.toLowerCase()).join('');
  return folded.replaceAll('ς', 'σ');
}

/** What folds to a text: `ss` -> `ß`, `ẞ`; `s` -> `s`, `S`, `ſ`. */
export interface Unfoldings {
  /** Characters by what they fold to. Those that fold to themselves and that nothing else folds to are left out. */
  byFolded: ReadonlyMap<string, readonly string[]>;
  /** Those that fold to several characters, with what they fold to. */
  several: readonly (readonly [char: string, folded: string])[];
}

const known = new Map<boolean, Unfoldings>();
const lastCodePoint = 0x1ffff;

export function unfoldings(folding: Folding): Unfoldings {
  const existing = known.get(folding.accents);
  if (existing) return existing;
  const byFolded = new Map<string, string[]>();
  const several: [string, string][] = [];
  for (let code = 0; code <= lastCodePoint; code += 1) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const char = String.fromCodePoint(code);
    const folded = foldChar(char, folding);
    if (folded === char || folded === '') continue;
    const chars = byFolded.get(folded);
    if (chars) chars.push(char);
    else byFolded.set(folded, [char]);
    if (Array.from(folded).length > 1) several.push([char, folded]);
  }
  const made = { byFolded, several };
  known.set(folding.accents, made);
  return made;
}
