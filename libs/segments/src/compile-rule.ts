import {
  type FieldType,
  isRuleGroup,
  type ProblemFieldError,
  type RuleCondition,
  type RuleGroup,
  type SegmentRule,
} from '@audience-relay/contracts';
import { type DateSpan, lastDays, spanOf } from './rule-values';
import { textPattern, type TextPlace } from './text-pattern';
import { type RuleField, validateRule } from './validate-rule';

/** A filter of the MongoDB query language. */
export type RuleFilter = Record<string, unknown>;

/** A rule that must not reach the database: unknown fields, wrong values, or more than a rule may hold. */
export class InvalidRuleError extends Error {
  override readonly name = 'InvalidRuleError';

  constructor(readonly errors: readonly ProblemFieldError[]) {
    super(`The rule is not valid: ${errors.map(({ path, message }) => `${path}: ${message}`).join(' ')}`);
  }
}

/**
 * Compiles a rule to a filter over profiles. It validates first, so nothing of a rule but checked names and plain
 * values can reach the database. `matchesRule` decides the same in memory.
 * @param now What `withinLastDays` counts from.
 * @throws InvalidRuleError
 */
export function compileRule(rule: SegmentRule, fields: readonly RuleField[], now = new Date()): RuleFilter {
  const errors = validateRule(rule, fields);
  if (errors.length > 0) throw new InvalidRuleError(errors);
  const types = new Map(fields.map((field) => [field.key, field.type]));
  return group(rule, types, now);
}

const joiners = { all: '$and', any: '$or', none: '$nor' } as const;

function group(node: RuleGroup, types: ReadonlyMap<string, FieldType>, now: Date): RuleFilter {
  return {
    [joiners[node.match]]: node.conditions.map((child) =>
      isRuleGroup(child) ? group(child, types, now) : condition(child, types.get(child.field), now),
    ),
  };
}

function condition(node: RuleCondition, type: FieldType | undefined, now: Date): RuleFilter {
  const path = `fields.${node.field}`;
  const { value } = node;
  switch (node.operator) {
    case 'isNull':
      return { [path]: { $eq: null } };
    case 'isNotNull':
      return { [path]: { $ne: null } };
    case 'equals':
      return equals(path, node, type);
    case 'notEquals':
      return { $nor: [equals(path, node, type)] };
    case 'in':
      return node.ignoreCase
        ? { $or: (value as string[]).map((text) => like(path, text, 'whole', true)) }
        : { [path]: { $in: value } };
    case 'contains':
      return like(path, value as string, 'anywhere', node.ignoreCase);
    case 'startsWith':
      return like(path, value as string, 'start', node.ignoreCase);
    case 'endsWith':
      return like(path, value as string, 'end', node.ignoreCase);
    case 'greaterThan':
      return { [path]: type === 'date' ? { $gte: spanOf(value as string).before } : { $gt: value } };
    case 'greaterThanOrEqualTo':
      return { [path]: { $gte: value } };
    case 'lessThan':
      return { [path]: { $lt: value } };
    case 'lessThanOrEqualTo':
      return { [path]: type === 'date' ? { $lt: spanOf(value as string).before } : { $lte: value } };
    case 'between':
      return between(path, value, type);
    case 'notBetween':
      return { $nor: [between(path, value, type)] };
    case 'withinLastDays':
      return within(path, lastDays(value as number, now));
  }
}

function equals(path: string, { value, ignoreCase }: RuleCondition, type: FieldType | undefined): RuleFilter {
  if (ignoreCase) return like(path, value as string, 'whole', true);
  return type === 'date' ? within(path, spanOf(value as string)) : { [path]: { $eq: value } };
}

function like(path: string, text: string, place: TextPlace, ignoreCase = false): RuleFilter {
  return { [path]: { $regex: textPattern(text, place, ignoreCase) } };
}

function between(path: string, value: RuleCondition['value'], type: FieldType | undefined): RuleFilter {
  const [from, to] = value as [string, string];
  if (type === 'date') return within(path, { from, before: spanOf(to).before });
  return { [path]: { $gte: from, $lte: to } };
}

function within(path: string, { from, before }: DateSpan): RuleFilter {
  return { [path]: { $gte: from, $lt: before } };
}
