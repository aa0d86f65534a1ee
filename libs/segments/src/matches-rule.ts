import {
  type FieldType,
  type FieldValue,
  isRuleGroup,
  type RuleCondition,
  type SegmentRule,
} from '@audience-relay/contracts';
import { type DateSpan, lastDays, spanOf } from './rule-values';
import { textPattern, type TextPlace } from './text-pattern';
import type { RuleField } from './validate-rule';

/**
 * Whether one profile is in a segment, decided in memory exactly as the compiled filter decides it in the database.
 * @param rule A valid rule (`validateRule`).
 */
export function matchesRule(
  rule: SegmentRule,
  profile: Readonly<Record<string, FieldValue>>,
  fields: readonly RuleField[],
  now = new Date(),
): boolean {
  const types = new Map(fields.map((field) => [field.key, field.type]));
  const matches = (node: RuleCondition | SegmentRule): boolean => {
    if (!isRuleGroup(node)) return holds(node, profile[node.field] ?? null, types.get(node.field), now);
    switch (node.match) {
      case 'all':
        return node.conditions.every(matches);
      case 'any':
        return node.conditions.some(matches);
      case 'none':
        return !node.conditions.some(matches);
    }
  };
  return matches(rule);
}

function holds(node: RuleCondition, actual: FieldValue, type: FieldType | undefined, now: Date): boolean {
  const { value } = node;
  switch (node.operator) {
    case 'isNull':
      return actual === null;
    case 'isNotNull':
      return actual !== null;
    case 'equals':
      return equals(node, actual, type);
    case 'notEquals':
      return !equals(node, actual, type);
    case 'in':
      return (value as FieldValue[]).some((item) => equals({ ...node, value: item }, actual, type));
    case 'contains':
      return isLike(actual, value as string, 'anywhere', node.ignoreCase);
    case 'startsWith':
      return isLike(actual, value as string, 'start', node.ignoreCase);
    case 'endsWith':
      return isLike(actual, value as string, 'end', node.ignoreCase);
    case 'greaterThan':
      return type === 'date'
        ? compare(actual, spanOf(value as string).before, (a, b) => a >= b)
        : compare(actual, value, (a, b) => a > b);
    case 'greaterThanOrEqualTo':
      return compare(actual, value, (a, b) => a >= b);
    case 'lessThan':
      return compare(actual, value, (a, b) => a < b);
    case 'lessThanOrEqualTo':
      return type === 'date'
        ? compare(actual, spanOf(value as string).before, (a, b) => a < b)
        : compare(actual, value, (a, b) => a <= b);
    case 'between':
      return isBetween(actual, value, type);
    case 'notBetween':
      return !isBetween(actual, value, type);
    case 'withinLastDays':
      return isWithin(actual, lastDays(value as number, now));
  }
}

function equals({ value, ignoreCase }: RuleCondition, actual: FieldValue, type?: FieldType): boolean {
  if (ignoreCase) return isLike(actual, value as string, 'whole', true);
  return type === 'date' ? isWithin(actual, spanOf(value as string)) : actual === value;
}

function isLike(actual: FieldValue, text: string, place: TextPlace, ignoreCase = false): boolean {
  return typeof actual === 'string' && new RegExp(textPattern(text, place, ignoreCase)).test(actual);
}

function isBetween(actual: FieldValue, value: RuleCondition['value'], type?: FieldType): boolean {
  const [from, to] = value as [string, string];
  if (type === 'date') return isWithin(actual, { from, before: spanOf(to).before });
  return compare(actual, from, (a, b) => a >= b) && compare(actual, to, (a, b) => a <= b);
}

function isWithin(actual: FieldValue, { from, before }: DateSpan): boolean {
  return compare(actual, from, (a, b) => a >= b) && compare(actual, before, (a, b) => a < b);
}

type Comparable = string | number;

/** The database compares only values of the same type; so does this. */
function compare(
  actual: FieldValue,
  value: RuleCondition['value'],
  order: (a: Comparable, b: Comparable) => boolean,
): boolean {
  return typeof actual === typeof value && order(actual as Comparable, value as Comparable);
}
