import type { FieldValue } from './profile-fields';

/** Operators of a condition. Which of them a field offers depends on its type. */
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
  'isNull',
  'isNotNull',
] as const;

export type RuleOperator = (typeof ruleOperators)[number];

/** One comparison. `value` is absent for isNull / isNotNull, a list for `in`, a pair for `between`. */
export interface RuleCondition {
  field: string;
  operator: RuleOperator;
  value?: FieldValue | FieldValue[];
  /** Text only; default false: comparison is case-sensitive unless asked otherwise. */
  ignoreCase?: boolean;
}

/** Conditions joined by all (and) or any (or); groups nest. */
export interface RuleGroup {
  match: 'all' | 'any';
  conditions: (RuleCondition | RuleGroup)[];
}

export type SegmentRule = RuleGroup;
