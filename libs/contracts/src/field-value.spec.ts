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
    ['0x10', 'number', undefined],
    ['Room 5', 'date', undefined],
    ['2021-02-31', 'date', undefined],
    ['May 5', 'date', undefined],
    ['1', 'date', undefined],
    [20260517, 'date', undefined],
    [true, 'number', undefined],
    ['2020-12-31 10:00:00', 'date', '2020-12-31T10:00:00.000Z'],
    ['2020-12-31 10:00:00+0200', 'date', '2020-12-31T08:00:00.000Z'],
    ['2020-12-31 24:30', 'date', undefined],
    ['2020/12/31', 'date', '2020-12-31'],
    ['26 Aug 2020', 'date', '2020-08-26'],
    ['August 26, 2020', 'date', '2020-08-26'],
    ['26 Mayor 2020', 'date', undefined],
    ['31/12/2020', 'date', undefined],
  ] as const)('%j as %s is %j', (value, type, expected) => {
    expect(toFieldValue(value, type)).toBe(expected);
  });
});

describe('toFieldValue by a format', () => {
  it.each([
    ['1.234,56', 'decimal-comma', 1234.56],
    ['1.234', 'decimal-comma', 1234],
    ['5,5', 'decimal-comma', 5.5],
    ['1 234', 'decimal-comma', 1234],
    ['1\u00a0234,50 kr', 'decimal-comma', 1234.5],
    ['\u2212 5', 'decimal-comma', undefined],
    ['\u22125', 'decimal-comma', -5],
    ['1,234.56', 'decimal-point', 1234.56],
    ['1,234', 'decimal-point', 1234],
    ['$5.00', 'decimal-point', 5],
    ['-$1,005.00', 'decimal-point', -1005],
    ['12%', 'decimal-point', 12],
    ["1'234.5", 'decimal-point', 1234.5],
    ['1,23', 'decimal-point', undefined],
    ['1,234 567', 'decimal-point', undefined],
    ['1234,567', 'decimal-point', undefined],
    ['0150', 'decimal-point', undefined],
    ['12345678901234567', 'decimal-point', undefined],
    ['$', 'decimal-point', undefined],
  ] as const)('%j with %s is the number %j', (value, format, expected) => {
    expect(toFieldValue(value, 'number', format)).toBe(expected);
  });

  it.each([
    ['26-08-2020', 'day-first', '2020-08-26'],
    ['31/12/2020', 'day-first', '2020-12-31'],
    ['31/12/2020', 'month-first', undefined],
    ['12/31/2020', 'month-first', '2020-12-31'],
    ['12/31/2020 1:05 PM', 'month-first', '2020-12-31T13:05:00.000Z'],
    ['12/31/2020 12:05 am', 'month-first', '2020-12-31T00:05:00.000Z'],
    ['12/31/2020 13:05 PM', 'month-first', undefined],
    ['29/02/2021', 'day-first', undefined],
    ['1/2/20', 'day-first', undefined],
    ['2020-12-31', 'month-first', '2020-12-31'],
  ] as const)('%j with %s is the date %j', (value, format, expected) => {
    expect(toFieldValue(value, 'date', format)).toBe(expected);
  });
});

describe('canonicalDate', () => {
  it.each([
    ['2026-05-17', '2026-05-17'],
    ['2024-02-29', '2024-02-29'],
    ['2026-05-17T10:00:00+02:00', '2026-05-17T08:00:00.000Z'],
    ['2026-05-17T10:00Z', '2026-05-17T10:00:00.000Z'],
    ['2023-02-29', null],
    ['1900-02-29', null],
    ['2000-02-29', '2000-02-29'],
    ['2026-04-31', null],
    ['2026-00-10', null],
    ['2026-01-00', null],
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
