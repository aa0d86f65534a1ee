import type { SegmentRule } from '@audience-relay/contracts';
import { compileRule, InvalidRuleError, type RuleContext } from './compile-rule';
import { storedDate } from './days';
import type { RuleField } from './validate-rule';

const fields: RuleField[] = [
  { key: 'city', type: 'text' },
  { key: 'age', type: 'number' },
  { key: 'birthDate', type: 'date' },
];

const context: RuleContext = {
  fields,
  segments: new Map(),
  now: new Date('2026-03-01T00:30:00+01:00'),
  timeZone: 'UTC',
};

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
    expect(compileRule(rule, context)).toEqual({
      $and: [
        { 'fields.city': { $regex: '^St\\.' } },
        {
          $or: [
            { 'fields.age': { $gt: 17 } },
            {
              $and: [
                { 'fields.birthDate': { $gte: '1999-12-31' } },
                { 'fields.birthDate': { $lt: '2000-01-01' } },
                { 'fields.birthDate': { $regex: storedDate.source } },
              ],
            },
          ],
        },
        { $nor: [{ 'fields.city': { $in: ['Oslo'] } }] },
      ],
    });
  });

  it('compares days and moments where a zone begins its days before or after UTC', () => {
    const rule: SegmentRule = {
      match: 'all',
      conditions: [{ field: 'birthDate', operator: 'greaterThanOrEqualTo', value: '2026-03-01' }],
    };
    const isDate = { 'fields.birthDate': { $regex: storedDate.source } };
    expect(compileRule(rule, { ...context, timeZone: 'Europe/Oslo' })).toEqual({
      $and: [{ $and: [{ 'fields.birthDate': { $gte: '2026-02-28T23:00:00.000Z' } }, isDate] }],
    });
    const west = { 'fields.birthDate': { $gte: '2026-03-01T05:00:00.000Z' } };
    expect(compileRule(rule, { ...context, timeZone: 'America/New_York' })).toEqual({
      $and: [{ $and: [{ $or: [west, { 'fields.birthDate': { $eq: '2026-03-01' } }] }, isDate] }],
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
    expect(() => compileRule(rule, context)).toThrow(InvalidRuleError);
  });
});
