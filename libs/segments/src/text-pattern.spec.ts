import fc from 'fast-check';
import { textPattern } from './text-pattern';

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
});
