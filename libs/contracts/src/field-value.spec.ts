import { canonicalDate, toFieldValue } from './field-value';

describe('toFieldValue', () => {
  it.each([
    ['  Oslo ', 'text', 'Oslo'],
    ['0150', 'text', '0150'],
    [150, 'text', '150'],
    ['', 'number', null],
    ['   ', 'text', null],
    [null, 'date', null],
    ['-12.50', 'number', -12.5],
    ['0150', 'number', undefined],
    ['1,234', 'number', undefined],
    ['12345678901234567', 'number', undefined],
    ['1e5', 'number', undefined],
    [Number.NaN, 'number', undefined],
    ['2026-05-17', 'date', '2026-05-17'],
    ['17.5.2026', 'date', '2026-05-17'],
    ['31.02.2026', 'date', undefined],
    ['05/17/2026', 'date', undefined],
    ['2026-05-17T10:00:00+02:00', 'date', '2026-05-17T08:00:00.000Z'],
    ['Ja', 'boolean', true],
    [false, 'boolean', false],
    ['1', 'boolean', undefined],
  ] as const)('%j as %s is %j', (value, type, expected) => {
    expect(toFieldValue(value, type)).toBe(expected);
  });
});

describe('canonicalDate', () => {
  it.each([
    ['2026-05-17', '2026-05-17'],
    ['2024-02-29', '2024-02-29'],
    ['2026-05-17T10:00:00+02:00', '2026-05-17T08:00:00.000Z'],
    ['2026-05-17T10:00Z', '2026-05-17T10:00:00.000Z'],
    ['2023-02-29', null],
    ['2026-13-01', null],
    ['2026-02-30T00:00:00.000Z', null],
    ['2026-02-30T00:00:00+01:00', null],
    ['2026-05-17T10:00:00', null],
    ['17.05.2026', null],
    ['', null],
  ])('%j is kept as %j', (text, kept) => {
    expect(canonicalDate(text)).toBe(kept);
  });
});
