import type { FieldType, FieldValue } from './profile-fields';

/** Operators of a condition. Which of them a field offers depends on its type (`operatorsOfType`). */
export const ruleOperators = [
  'equals',
  'notEquals',
  'in',
  'contains',
  'startsWith',
  'endsWith',
  'greaterThan',
  'greaterThanOrEqualTo',
  'lessThan',
  'lessThanOrEqualTo',
  'between',
  'notBetween',
  'withinLastDays',
  'isNull',
  'isNotNull',
] as const;

export type RuleOperator = (typeof ruleOperators)[number];

/** What a rule builder may offer for a field, in the order it shows them. */
export const operatorsOfType = {
  text: ['equals', 'notEquals', 'in', 'contains', 'startsWith', 'endsWith', 'isNull', 'isNotNull'],
  number: [
    'equals',
    'notEquals',
    'in',
    'greaterThan',
    'greaterThanOrEqualTo',
    'lessThan',
    'lessThanOrEqualTo',
    'between',
    'notBetween',
    'isNull',
    'isNotNull',
  ],
  date: [
    'equals',
    'notEquals',
    'greaterThan',
    'greaterThanOrEqualTo',
    'lessThan',
    'lessThanOrEqualTo',
    'between',
    'notBetween',
    'withinLastDays',
    'isNull',
    'isNotNull',
  ],
  boolean: ['equals', 'notEquals', 'isNull', 'isNotNull'],
} as const satisfies Record<FieldType, readonly RuleOperator[]>;

/**
 * One comparison. `value` is absent for isNull / isNotNull, a list for `in`, a pair for `between` and `notBetween`,
 * a whole number of days for `withinLastDays`, else one value of the field's type.
 *
 * `notEquals` and `notBetween` hold for everyone for whom the opposite does not: also for profiles without a value.
 * A date without a time (`2026-05-17`) means the whole day, in UTC.
 */
export interface RuleCondition {
  field: string;
  operator: RuleOperator;
  value?: FieldValue | FieldValue[];
  /** Text only; default false: comparison is case-sensitive unless asked otherwise. */
  ignoreCase?: boolean;
}

/** How a group joins its conditions: all (and), any (or), none (except). */
export const groupMatches = ['all', 'any', 'none'] as const;

export type GroupMatch = (typeof groupMatches)[number];

/** Conditions joined; groups nest. */
export interface RuleGroup {
  match: GroupMatch;
  conditions: (RuleCondition | RuleGroup)[];
}

export type SegmentRule = RuleGroup;

/** Tells the two kinds of node of a rule tree apart. */
export function isRuleGroup(node: RuleCondition | RuleGroup): node is RuleGroup {
  return 'match' in node;
}

/** What a rule may be at most; the API refuses more. */
export const ruleLimits = {
  /** Groups within groups, the outermost counted. */
  depth: 8,
  conditions: 200,
  /** Values of one `in`. */
  listValues: 1_000,
  /** Characters of one text value. */
  textLength: 500,
} as const;
