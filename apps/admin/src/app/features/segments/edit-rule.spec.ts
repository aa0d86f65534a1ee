import { operatorsOfType, RuleCondition, ruleOperators } from '@audience-relay/contracts';
import { ProfileFieldDto } from '@audience-relay/api-client';
import {
  canIgnoreCase,
  isComplete,
  newMembership,
  relativeOf,
  relativeText,
  newCondition,
  parseList,
  parseValue,
  shapeOf,
  withField,
  withOperator,
} from './edit-rule';

const field = (key: string, type: ProfileFieldDto['type']): ProfileFieldDto => ({
  ...{ key, type, label: key, semanticType: 'Custom', filled: 1 },
});

describe('editing a rule', () => {
  it('should begin with a condition that is not complete yet', () => {
    expect(isComplete(newCondition([field('city', 'text')]))).toBe(false);
    expect(isComplete(newCondition([]))).toBe(false);
  });

  it('should keep an operator that the new field offers, and drop the value that meant something else', () => {
    const condition: RuleCondition = { field: 'city', operator: 'isNull' };
    expect(withField(condition, field('age', 'number'))).toEqual({ field: 'age', operator: 'isNull' });
    const contains: RuleCondition = { field: 'city', operator: 'contains', value: 'Os' };
    expect(withField(contains, field('age', 'number'))).toEqual({
      field: 'age',
      operator: 'equals',
      value: null,
    });
  });

  it('should keep a value as long as it has the right shape', () => {
    const equals: RuleCondition = { field: 'city', operator: 'equals', value: 'Oslo', ignoreCase: true };
    expect(withOperator(equals, 'startsWith', 'text')).toEqual({ ...equals, operator: 'startsWith' });
    expect(withOperator(equals, 'in', 'text')).toEqual({
      field: 'city',
      operator: 'in',
      value: [],
      ignoreCase: true,
    });
    expect(withOperator(equals, 'isNull', 'text')).toEqual({ field: 'city', operator: 'isNull' });
  });

  it('should know a shape for every operator, and offer case only where texts are compared', () => {
    expect(ruleOperators.map(shapeOf)).not.toContain(undefined);
    expect(operatorsOfType.number.some((operator) => canIgnoreCase('number', operator))).toBe(false);
    expect(operatorsOfType.text.filter((operator) => !canIgnoreCase('text', operator))).toEqual([
      'lengthAtLeast',
      'lengthAtMost',
      'isNull',
      'isNotNull',
    ]);
  });

  it.each([
    ['12,5', 'number', 12.5],
    ['twelve', 'number', null],
    ['  ', 'text', null],
    [' Oslo', 'text', ' Oslo'],
    ['2026-05-17', 'date', '2026-05-17'],
  ] as const)('should read %j as a %s: %j', (typed, type, value) => {
    expect(parseValue(typed, type)).toBe(value);
  });

  it('should not take a list of one kind for another', () => {
    const months: RuleCondition = { field: 'joined', operator: 'monthOf', value: [5] };
    expect(withOperator(months, 'dayOfWeek', 'date')).toEqual({
      field: 'joined',
      operator: 'dayOfWeek',
      value: [],
    });
    expect(withOperator(months, 'withinNext', 'date')).toMatchObject({ value: 30, unit: 'day' });
  });

  it.each([
    ['today', { offset: 0, unit: 'd' }],
    ['today-30d', { offset: -30, unit: 'd' }],
    ['today+2w', { offset: 2, unit: 'w' }],
  ] as const)('should show %s in units from today, and write it back', (text, relative) => {
    expect(relativeOf(text)).toEqual(relative);
    expect(relativeText(relative)).toBe(text);
  });

  it('should read a list by comma and by line, without empty entries', () => {
    expect(parseList('CA, OR\nWA,,', 'text')).toEqual(['CA', 'OR', 'WA']);
    expect(parseList('1, x, 3', 'number')).toEqual([1, 3]);
  });

  it('should call a rule complete only when every condition in every group is', () => {
    const done: RuleCondition = { field: 'city', operator: 'equals', value: 'Oslo' };
    const half: RuleCondition = { field: 'age', operator: 'between', value: [18, null] };
    expect(isComplete({ match: 'all', conditions: [] })).toBe(false);
    expect(isComplete({ match: 'all', conditions: [done, { match: 'any', conditions: [done] }] })).toBe(true);
    expect(isComplete({ match: 'all', conditions: [done, { match: 'any', conditions: [half] }] })).toBe(
      false,
    );
    expect(isComplete({ field: 'joined', operator: 'withinLast', value: 0, unit: 'week' })).toBe(false);
    expect(isComplete({ field: 'joined', operator: 'monthOf', value: [] })).toBe(false);
    expect(isComplete(newMembership([]))).toBe(false);
    expect(isComplete(newMembership([{ id: 'a' }]))).toBe(true);
    expect(isComplete({ field: 'active', operator: 'equals', value: false })).toBe(true);
  });
});
