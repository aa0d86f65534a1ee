import type { SegmentRule } from '@audience-relay/contracts';
import { compileRule, InvalidRuleError } from './compile-rule';
import type { RuleField } from './validate-rule';

const fields: RuleField[] = [
  { key: 'city', type: 'text' },
  { key: 'age', type: 'number' },
  { key: 'birthDate', type: 'date' },
];

describe('compileRule', () => {
  it('writes groups and conditions as a filter', () => {
    const rule: SegmentRule = {
      match: 'all',
      conditions: [
        { field: 'city', operator: 'startsWith', value: 'St.' },
        {
          match: 'any',
          conditions: [
            { field: 'age', operator: 'greaterThan', value: 17 },
            { field: 'birthDate', operator: 'equals', value: '1999-12-31' },
          ],
        },
        { match: 'none', conditions: [{ field: 'city', operator: 'in', value: ['Oslo'] }] },
      ],
    };
    expect(compileRule(rule, fields)).toEqual({
      $and: [
        { 'fields.city': { $regex: '^St\\.' } },
        {
          $or: [
            { 'fields.age': { $gt: 17 } },
            { 'fields.birthDate': { $gte: '1999-12-31', $lt: '2000-01-01' } },
          ],
        },
        { $nor: [{ 'fields.city': { $in: ['Oslo'] } }] },
      ],
    });
  });

  it('counts the last days from now, in UTC', () => {
    const rule: SegmentRule = {
      match: 'all',
      conditions: [{ field: 'birthDate', operator: 'withinLastDays', value: 1 }],
    };
    expect(compileRule(rule, fields, new Date('2026-03-01T00:30:00+01:00'))).toEqual({
      $and: [{ 'fields.birthDate': { $gte: '2026-02-27', $lt: '2026-03-01' } }],
    });
  });

  it.each([
    { field: 'city', operator: 'equals', value: { $gt: '' } },
    { field: 'city', operator: 'equals', value: null },
    { field: '$where', operator: 'equals', value: 'sleep(1000)' },
    { field: 'fields.city', operator: 'isNull' },
    { field: 'vanished', operator: 'isNull' },
    { field: '__proto__', operator: 'isNull' },
    { $where: 'true' },
  ])('refuses what must not reach the database: %j', (condition) => {
    const rule = { match: 'all', conditions: [condition] } as unknown as SegmentRule;
    expect(() => compileRule(rule, fields)).toThrow(InvalidRuleError);
  });
});
