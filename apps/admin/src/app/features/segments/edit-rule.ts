import {
  FieldType,
  FieldValue,
  isRuleGroup,
  isSegmentCondition,
  operandOf,
  Operand,
  operatorsOfType,
  relativeDatePattern,
  RuleCondition,
  RuleGroup,
  RuleNode,
  RuleOperator,
  SegmentCondition,
} from '@audience-relay/contracts';
import { ProfileFieldDto, RuleGroupDto } from '@audience-relay/api-client';

/** Which inputs the builder shows for an operand. */
export type ValueShape = 'none' | 'one' | 'list' | 'pair' | 'period' | 'count' | 'choices';

const shapes: Record<Operand, ValueShape> = {
  none: 'none',
  value: 'one',
  text: 'one',
  wildcards: 'one',
  values: 'list',
  pair: 'pair',
  period: 'period',
  days: 'count',
  length: 'count',
  daysOfMonth: 'list',
  years: 'list',
  months: 'choices',
  weekdays: 'choices',
};

export function shapeOf(operator: RuleOperator): ValueShape {
  return shapes[operandOf[operator]];
}

/** Operators that compare texts can ignore their case. */
export function canIgnoreCase(type: FieldType, operator: RuleOperator): boolean {
  return type === 'text' && ['one', 'list'].includes(shapeOf(operator));
}

/** Dates can be given in days from today. */
export function canBeRelative(type: FieldType, operator: RuleOperator): boolean {
  return type === 'date' && operandOf[operator] === 'value';
}

export const relativeUnits = ['d', 'w', 'm', 'y'] as const;

export type RelativeUnit = (typeof relativeUnits)[number];

/** A date in units from today; those before today are negative. */
export interface RelativeDate {
  offset: number;
  unit: RelativeUnit;
}

export function relativeOf(value: unknown): RelativeDate | null {
  const parts = typeof value === 'string' ? relativeDatePattern.exec(value) : null;
  if (!parts) return null;
  const [, sign, count, unit] = parts;
  return { offset: count ? Number(`${sign}${count}`) : 0, unit: (unit ?? 'd') as RelativeUnit };
}

export function relativeText({ offset, unit }: RelativeDate): string {
  if (offset === 0) return 'today';
  return `today${offset < 0 ? '-' : '+'}${Math.abs(offset)}${unit}`;
}

export function newMembership(segments: readonly { id: string }[]): SegmentCondition {
  return { segment: segments[0]?.id ?? '', operator: 'memberOf' };
}

export function newCondition(fields: readonly ProfileFieldDto[]): RuleCondition {
  const field = fields[0];
  return withOperator({ field: field?.key ?? '', operator: 'equals' }, 'equals', field?.type ?? 'text');
}

/** Another field: the operator stays if the field's type offers it; the value does not, it meant something else. */
export function withField(condition: RuleCondition, { key, type }: ProfileFieldDto): RuleCondition {
  const offered: readonly RuleOperator[] = operatorsOfType[type];
  const operator = offered.includes(condition.operator) ? condition.operator : 'equals';
  return withOperator({ field: key, operator }, operator, type);
}

/** Another operator: the value stays if it still fits. */
export function withOperator(
  condition: RuleCondition,
  operator: RuleOperator,
  type: FieldType,
): RuleCondition {
  const { field, value, unit, ignoreCase, ignoreAccents } = condition;
  const sameShape =
    shapeOf(operator) === shapeOf(condition.operator) &&
    value !== undefined &&
    (operandOf[operator] === operandOf[condition.operator] || shapeOf(operator) === 'one');
  const keepsCase = ignoreCase && canIgnoreCase(type, operator);
  return {
    field,
    operator,
    ...(shapeOf(operator) !== 'none' && { value: sameShape ? value : emptyValue(shapeOf(operator), type) }),
    ...(shapeOf(operator) === 'period' && { unit: unit ?? 'day' }),
    ...(keepsCase && { ignoreCase: true }),
    ...(keepsCase && ignoreAccents && { ignoreAccents: true }),
  };
}

function emptyValue(shape: ValueShape, type: FieldType): FieldValue | FieldValue[] {
  if (shape === 'list' || shape === 'choices') return [];
  if (shape === 'pair') return [null, null];
  if (shape === 'period' || shape === 'count') return 30;
  return type === 'boolean' ? true : null;
}

/** What was typed, as the field's type; null when it is not one (or nothing). */
export function parseValue(typed: string, type: FieldType): FieldValue {
  const text = typed.trim();
  if (text === '') return null;
  if (type === 'number')
    return Number.isFinite(Number(text.replace(',', '.'))) ? Number(text.replace(',', '.')) : null;
  if (type === 'boolean') return text === 'true';
  return type === 'date' ? text : typed;
}

/** Several values, by line or comma. */
export function parseList(typed: string, type: FieldType): FieldValue[] {
  return typed
    .split(/[\n,]/)
    .map((part) => parseValue(part.trim(), type))
    .filter((value) => value !== null);
}

/** Whether everything that the rule needs is there, so that it can be counted and saved as active. */
export function isComplete(node: RuleNode): boolean {
  if (isSegmentCondition(node)) return node.segment !== '';
  if (isRuleGroup(node)) return node.conditions.length > 0 && node.conditions.every(isComplete);
  if (node.field === '') return false;
  switch (shapeOf(node.operator)) {
    case 'none':
      return true;
    case 'list':
    case 'choices':
      return Array.isArray(node.value) && node.value.length > 0;
    case 'pair':
      return Array.isArray(node.value) && node.value.length === 2 && node.value.every(isSet);
    case 'period':
    case 'count':
      return Number.isInteger(node.value) && Number(node.value) >= 1;
    case 'one':
      return isSet(node.value);
  }
}

/** A rule as the client sends it. Halves of a pair that nobody has typed yet are null, which only drafts may hold. */
export function ruleBody(rule: RuleGroup): RuleGroupDto {
  return rule as RuleGroupDto;
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}
