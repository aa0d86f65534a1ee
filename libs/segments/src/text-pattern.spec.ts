import fc from 'fast-check';
import { foldText } from './fold-text';
import { listPatterns, textPattern, wildcardPattern } from './text-pattern';

const letters = [
  's',
  'S',
  'ß',
  'ẞ',
  'ſ',
  'f',
  'ﬁ',
  'ﬃ',
  'i',
  'ı',
  'İ',
  'σ',
  'ς',
  'k',
  '\u212A',
  'ø',
  'é',
  'æ',
  'e',
  'a',
  '.',
  '\u0303',
];
const word = fc
  .array(fc.constantFrom(...letters), { minLength: 1, maxLength: 5 })
  .map((chars) => chars.join('').normalize('NFC'));

describe('textPattern', () => {
  it('finds the text itself and nothing else, whatever characters it has', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (text, other) => {
        const whole = new RegExp(textPattern(text, 'whole', null));
        expect(whole.test(text)).toBe(true);
        expect(whole.test(other)).toBe(text === other);
        expect(new RegExp(textPattern(text, 'anywhere', null)).test(other)).toBe(other.includes(text));
        expect(new RegExp(textPattern(text, 'start', null)).test(other)).toBe(other.startsWith(text));
        expect(new RegExp(textPattern(text, 'end', null)).test(other)).toBe(other.endsWith(text));
      }),
    );
  });

  it('takes both cases of every letter when asked to', () => {
    const pattern = new RegExp(textPattern('Ørsta (Møre)', 'whole', { accents: false }));
    expect(pattern.test('ØRSTA (MØRE)')).toBe(true);
    expect(pattern.test('ørsta (møre)')).toBe(true);
    expect(pattern.test('orsta (more)')).toBe(false);
  });

  it('does not take a line feed for the end', () => {
    expect(new RegExp(textPattern('Oslo', 'whole', null)).test('Oslo\n')).toBe(false);
  });

  it.each([{ accents: false }, { accents: true }])(
    'finds what folds to the same, and nothing else: %j',
    (folding) => {
      const fold = (text: string): string => foldText(text, folding);
      const finds = (pattern: string, text: string): boolean => new RegExp(pattern, 'u').test(text);
      fc.assert(
        fc.property(word, word, (text, other) => {
          expect(finds(textPattern(text, 'whole', folding), other)).toBe(fold(other) === fold(text));
          expect(finds(textPattern(text, 'anywhere', folding), other)).toBe(fold(other).includes(fold(text)));
          expect(finds(textPattern(text, 'start', folding), other)).toBe(fold(other).startsWith(fold(text)));
          expect(finds(textPattern(text, 'end', folding), other)).toBe(fold(other).endsWith(fold(text)));
          expect(finds(wildcardPattern(`*${text}*`, folding), other)).toBe(fold(other).includes(fold(text)));
        }),
        { numRuns: 400 },
      );
      fc.assert(
        fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), word, (texts, other) => {
          const found = listPatterns(texts, folding).some((pattern) => finds(pattern, other));
          expect(found).toBe(texts.map(fold).includes(fold(other)));
        }),
        { numRuns: 500 },
      );
    },
  );

  it('keeps many values in few expressions, none longer than databases take', () => {
    const texts = Array.from(
      { length: 10_000 },
      (_, n) => `person${(n * 7_919) % 100_003}@example${n % 40}.org`,
    );
    const patterns = listPatterns(texts, { accents: false });
    expect(patterns.length).toBeLessThan(60);
    expect(Math.max(...patterns.map((pattern) => Buffer.byteLength(pattern)))).toBeLessThan(32_000);
  });
});
