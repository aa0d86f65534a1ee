import { envelopeBytes, joinRecords, withoutValues } from './index';

describe('joinRecords', () => {
  const envelope = { before: '{"æ":[', between: ',', after: ']}' };
  const records = ['1', '"日本"', '3'].map((text) => new TextEncoder().encode(text));

  it('should put records in their envelope, byte by byte', () => {
    expect(joinRecords(records, envelope).toString()).toBe('{"æ":[1,"日本",3]}');
    expect(joinRecords(records.slice(0, 1), envelope).toString()).toBe('{"æ":[1]}');
    expect(joinRecords([], envelope).toString()).toBe('{"æ":[]}');
  });

  it('should be as long as is counted', () => {
    const counted = records.reduce((sum, record) => sum + record.length, 2) + envelopeBytes(envelope);
    expect(joinRecords(records, envelope)).toHaveLength(counted);
  });
});

describe('withoutValues', () => {
  it.each([
    ["email 'a@b.no' is not valid", 'email … is not valid'],
    ['email a@b.no, is not valid', 'email …, is not valid'],
    ['the number +47 900 00 000 is not valid', 'the number … is not valid'],
    ['"Kari" is too long', '… is too long'],
    ['Kari Nordmann is not wanted', '… is not wanted'],
    ['the field is\n missing', 'the field is missing'],
  ])('should cut what may be a value out of %j', (text, expected) => {
    expect(withoutValues(text, ['Kari Nordmann'])).toBe(expected);
  });

  it('should keep 200 characters', () => {
    expect(withoutValues('word '.repeat(100))).toHaveLength(200);
  });
});
