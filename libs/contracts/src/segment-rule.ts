import type { FieldType, FieldValue } from './profile-fields';

/**
 * What an operator compares with, which decides what a rule builder asks for:
 * - `none`: nothing
 * - `value`: one value of the field's type; of a date also a relative one (`today-30d`)
 * - `text`: a part of a text, at least one character
 * - `wildcards`: a text in which `*` stands for any characters and `?` for one
 * - `values`: a list of values of the field's type
 * - `pair`: two values of the field's type, both included
 * - `period`: a whole number and a `unit`; today counts as the first day
 * - `days`: a whole number of days; today counts as the first
 * - `length`: a whole number of characters
 * - `daysOfMonth`, `months`, `years`, `weekdays`: a list of whole numbers; 1 = January, 1 = Monday
 */
export type Operand =
  'none' | 'value' | 'text' | 'wildcards' | 'values' | 'pair' | 'period' | 'days' | 'length' | DatePart;

/** A part of a date that can be compared by itself, with the whole numbers that it can be. */
export const dateParts = {
  daysOfMonth: { min: 1, max: 31 },
  months: { min: 1, max: 12 },
  years: { min: 1, max: 9999 },
  weekdays: { min: 1, max: 7 },
} as const;

export type DatePart = keyof typeof dateParts;

/** Every operator of a condition on a field, with its operand. Which of them a field offers is in `operatorsOfType`. */
export const operandOf = {
  equals: 'value',
  notEquals: 'value',
  in: 'values',
  notIn: 'values',
  contains: 'text',
  notContains: 'text',
  startsWith: 'text',
  notStartsWith: 'text',
  endsWith: 'text',
  notEndsWith: 'text',
  matches: 'wildcards',
  notMatches: 'wildcards',
  lengthAtLeast: 'length',
  lengthAtMost: 'length',
  greaterThan: 'value',
  greaterThanOrEqualTo: 'value',
  lessThan: 'value',
  lessThanOrEqualTo: 'value',
  between: 'pair',
  notBetween: 'pair',
  withinLast: 'period',
  withinNext: 'period',
  yearToDate: 'none',
  dayOf: 'daysOfMonth',
  monthOf: 'months',
  yearOf: 'years',
  dayOfWeek: 'weekdays',
  anniversaryWithinNext: 'days',
  isNull: 'none',
  isNotNull: 'none',
} as const satisfies Record<string, Operand>;

export type RuleOperator = keyof typeof operandOf;

// Marked, and lists below spelled out: without both, the console would load all this with its first page.
export const ruleOperators = /* @__PURE__ */ Object.keys(operandOf) as RuleOperator[];

/**
 * Operators that hold for exactly those for whom another does not: also for profiles without a value, and with one of
 * another type.
 */
export const negations = {
  notEquals: 'equals',
  notIn: 'in',
  notContains: 'contains',
  notStartsWith: 'startsWith',
  notEndsWith: 'endsWith',
  notMatches: 'matches',
  notBetween: 'between',
  isNotNull: 'isNull',
} as const satisfies Partial<Record<RuleOperator, RuleOperator>>;

export type NegatedOperator = keyof typeof negations;

export type PositiveOperator = Exclude<RuleOperator, NegatedOperator>;

export function isNegated(operator: RuleOperator): operator is NegatedOperator {
  return operator in negations;
}

/** What a rule builder may offer for a field, in the order it shows them. */
export const operatorsOfType = {
  text: [
    'equals',
    'notEquals',
    'in',
    'notIn',
    'contains',
    'notContains',
    'startsWith',
    'notStartsWith',
    'endsWith',
    'notEndsWith',
    'matches',
    'notMatches',
    'lengthAtLeast',
    'lengthAtMost',
    'isNull',
    'isNotNull',
  ],
  number: [
    'equals',
    'notEquals',
    'in',
    'notIn',
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
    'withinLast',
    'withinNext',
    'yearToDate',
    'anniversaryWithinNext',
    'dayOf',
    'monthOf',
    'yearOf',
    'dayOfWeek',
    'isNull',
    'isNotNull',
  ],
  boolean: ['equals', 'notEquals', 'isNull', 'isNotNull'],
} as const satisfies Record<FieldType, readonly RuleOperator[]>;

export const periodUnits = ['day', 'week', 'month', 'year'] as const;

export type PeriodUnit = (typeof periodUnits)[number];

/** A date of a rule that moves with the day: `today`, `today+7d`, `today-2w`, `today-6m`, `today+1y`. */
export const relativeDatePattern = /^today(?:([+-])([1-9]\d{0,3})([dwmy]))?$/;

/** One comparison of a profile field. What is in `value` depends on the operator (`operandOf`). */
export interface RuleCondition {
  field: string;
  operator: RuleOperator;
  value?: FieldValue | FieldValue[];
  /** Of a `period`. */
  unit?: PeriodUnit;
  /** Text only; default false: comparison is case-sensitive unless asked otherwise. */
  ignoreCase?: boolean;
  /** Text only, with `ignoreCase`: `e` and `é`, `o` and `ø` are the same, too. */
  ignoreAccents?: boolean;
}

/** Whether somebody is in another segment, as of that one's last refresh. */
export interface SegmentCondition {
  /** Its id. */
  segment: string;
  operator: SegmentOperator;
}

export const segmentOperators = ['memberOf', 'notMemberOf'] as const;

export type SegmentOperator = (typeof segmentOperators)[number];

/** How a group joins its conditions: all (and), any (or), none (except). */
export const groupMatches = ['all', 'any', 'none'] as const;

export type GroupMatch = (typeof groupMatches)[number];

export type RuleNode = RuleCondition | SegmentCondition | RuleGroup;

/** Conditions joined; groups nest. */
export interface RuleGroup {
  match: GroupMatch;
  conditions: RuleNode[];
}

export type SegmentRule = RuleGroup;

/** Tells the kinds of node of a rule tree apart. */
export function isRuleGroup(node: RuleNode): node is RuleGroup {
  return 'match' in node;
}

export function isSegmentCondition(node: RuleNode): node is SegmentCondition {
  return 'segment' in node;
}

/** Ids of the segments that a rule stands on. */
export function segmentsOfRule(node: RuleNode): string[] {
  if (isRuleGroup(node)) return [...new Set(node.conditions.flatMap(segmentsOfRule))];
  return isSegmentCondition(node) ? [node.segment] : [];
}

/** What a rule may be at most; the API refuses more. */
export const ruleLimits = {
  /** Groups within groups, the outermost counted. */
  depth: 8,
  conditions: 200,
  /** Values of all lists together. */
  listValues: 10_000,
  /** Characters of one text value. */
  textLength: 500,
  /** Of one that ignores case: each character stands for several. */
  foldedTextLength: 200,
  /** Signs for any characters in one text: each multiplies the ways to read it. */
  wildcards: 5,
  /** Of a period, in its unit. */
  period: 9_999,
} as const;
