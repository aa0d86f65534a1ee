import { ruleLimits, type SegmentRule } from '@audience-relay/contracts';
import fc from 'fast-check';
import { isValidRule, type RuleField, validateRule } from './validate-rule';

const fields: RuleField[] = [
  { key: 'city', type: 'text' },
  { key: 'age', type: 'number' },
  { key: 'birthDate', type: 'date' },
  { key: 'subscribed', type: 'boolean' },
];

const references = { fields, segments: new Map([['known', 1]]) };

const errorsOf = (...conditions: unknown[]) => validateRule({ match: 'all', conditions }, references);
const pathsOf = (...conditions: unknown[]) => errorsOf(...conditions).map(({ path }) => path);

describe('validateRule', () => {
  it('accepts every operator on a field that offers it', () => {
    const rule: SegmentRule = {
      match: 'any',
      conditions: [
        { field: 'city', operator: 'in', value: ['Oslo', 'Bergen'], ignoreCase: true },
        { field: 'age', operator: 'between', value: [18, 65] },
        {
          match: 'none',
          conditions: [{ field: 'birthDate', operator: 'withinLast', value: 30, unit: 'day' }],
        },
        { field: 'birthDate', operator: 'lessThan', value: '2000-02-29' },
        { field: 'subscribed', operator: 'equals', value: true },
        { field: 'city', operator: 'isNull' },
        { segment: 'known', operator: 'notMemberOf' },
      ],
    };
    expect(validateRule(rule, references)).toEqual([]);
  });

  it.each([
    [null, 'rule'],
    [[], 'rule'],
    [{ match: 'some', conditions: [{ field: 'city', operator: 'isNull' }] }, 'rule.match'],
    [{ match: 'all', conditions: [] }, 'rule.conditions'],
    [{ match: 'all' }, 'rule.conditions'],
    [{ match: 'all', conditions: [{ field: 'city', operator: 'isNull' }], $where: '1' }, 'rule'],
  ])('names the path of a wrong group: %j', (rule, path) => {
    expect(validateRule(rule, references).map((error) => error.path)).toEqual([path]);
  });

  it.each([
    [{ field: 'town', operator: 'isNull' }, 'field'],
    [{ field: 'city.$gt', operator: 'isNull' }, 'field'],
    [{ field: '$where', operator: 'isNull' }, 'field'],
    [{ operator: 'isNull' }, 'field'],
    [{ field: 'city', operator: 'greaterThan', value: 'A' }, 'operator'],
    [{ field: 'city', operator: '$regex', value: 'A' }, 'operator'],
    [{ field: 'city', operator: 'isNull', value: 'x' }, 'value'],
    [{ field: 'city', operator: 'equals' }, 'value'],
    [{ field: 'city', operator: 'equals', value: { $ne: null } }, 'value'],
    [{ field: 'city', operator: 'equals', value: ['Oslo'] }, 'value'],
    [{ field: 'city', operator: 'contains', value: '' }, 'value'],
    [{ field: 'city', operator: 'equals', value: 'a\0b' }, 'value'],
    [{ field: 'city', operator: 'equals', value: '\ud800' }, 'value'],
    [{ field: 'city', operator: 'equals', value: 'x'.repeat(ruleLimits.textLength + 1) }, 'value'],
    [{ field: 'city', operator: 'in', value: 'Oslo' }, 'value'],
    [{ field: 'city', operator: 'in', value: [] }, 'value'],
    [{ field: 'city', operator: 'in', value: ['Oslo', 4] }, 'value.1'],
    [{ field: 'age', operator: 'equals', value: '4' }, 'value'],
    [{ field: 'age', operator: 'equals', value: Number.NaN }, 'value'],
    [{ field: 'age', operator: 'between', value: [4] }, 'value'],
    [{ field: 'age', operator: 'between', value: [5, 4] }, 'value'],
    [{ field: 'age', operator: 'equals', value: 4, ignoreCase: true }, 'ignoreCase'],
    [{ field: 'birthDate', operator: 'equals', value: '2023-02-29' }, 'value'],
    [{ field: 'birthDate', operator: 'equals', value: '17.05.2026' }, 'value'],
    [{ field: 'birthDate', operator: 'withinLast', value: 1.5, unit: 'day' }, 'value'],
    [{ field: 'birthDate', operator: 'withinLast', value: 1 }, 'unit'],
    [{ field: 'birthDate', operator: 'withinNext', value: 1, unit: 'hour' }, 'unit'],
    [{ field: 'birthDate', operator: 'yearToDate', value: 1 }, 'value'],
    [{ field: 'birthDate', operator: 'equals', value: 'today-0d' }, 'value'],
    [{ field: 'birthDate', operator: 'dayOfWeek', value: [0] }, 'value.0'],
    [{ field: 'birthDate', operator: 'monthOf', value: [13] }, 'value.0'],
    [{ field: 'birthDate', operator: 'anniversaryWithinNext', value: 0 }, 'value'],
    [{ field: 'city', operator: 'matches', value: '*a*b*c*d*e*' }, 'value'],
    [{ field: 'city', operator: 'lengthAtLeast', value: 0 }, 'value'],
    [{ field: 'city', operator: 'equals', value: 'a', ignoreAccents: true }, 'ignoreAccents'],
    [{ field: 'city', operator: 'equals', value: 'a'.repeat(201), ignoreCase: true }, 'value'],
    [{ segment: 'unknown', operator: 'memberOf' }, 'segment'],
    [{ segment: 'known', operator: 'in' }, 'operator'],
    [{ field: 'subscribed', operator: 'equals', value: 'true' }, 'value'],
  ])('names the path of a wrong condition: %j', (condition, member) => {
    expect(pathsOf({ field: 'city', operator: 'isNull' }, condition)).toEqual([
      `rule.conditions.1.${member}`,
    ]);
  });

  it('tells a date in another form how it is written', () => {
    const [error] = errorsOf({ field: 'birthDate', operator: 'equals', value: '2026-05-17T10:00:00+02:00' });
    expect(error?.message).toBe('Write it as 2026-05-17T08:00:00.000Z.');
  });

  it('bounds depth and number of conditions', () => {
    let rule: unknown = { match: 'all', conditions: [{ field: 'city', operator: 'isNull' }] };
    for (let depth = 1; depth < ruleLimits.depth; depth += 1) rule = { match: 'all', conditions: [rule] };
    expect(isValidRule(rule, references)).toBe(true);
    expect(isValidRule({ match: 'all', conditions: [rule] }, references)).toBe(false);

    const many = Array.from({ length: ruleLimits.conditions + 1 }, () => ({
      field: 'city',
      operator: 'isNull',
    }));
    expect(errorsOf(...many)).toHaveLength(1);
    expect(errorsOf(...many.slice(1))).toEqual([]);
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.anything({ maxDepth: 4 }), (anything) => {
        expect(Array.isArray(validateRule(anything, references))).toBe(true);
        expect(Array.isArray(errorsOf(anything))).toBe(true);
      }),
    );
  });
});
