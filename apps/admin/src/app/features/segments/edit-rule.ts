import {
  FieldType,
  FieldValue,
  isRuleGroup,
  operatorsOfType,
  RuleCondition,
  RuleGroup,
  RuleOperator,
} from '@audience-relay/contracts';
import { ProfileFieldDto, RuleGroupDto } from '@audience-relay/api-client';

/** What a condition compares with, by its operator. Decides which inputs the builder shows. */
export type ValueShape = 'none' | 'one' | 'list' | 'pair' | 'days';

export function shapeOf(operator: RuleOperator): ValueShape {
  switch (operator) {
    case 'isNull':
    case 'isNotNull':
      return 'none';
    case 'in':
      return 'list';
    case 'between':
    case 'notBetween':
      return 'pair';
    case 'withinLastDays':
      return 'days';
    case 'equals':
    case 'notEquals':
    case 'contains':
    case 'startsWith':
    case 'endsWith':
    case 'greaterThan':
    case 'greaterThanOrEqualTo':
    case 'lessThan':
    case 'lessThanOrEqualTo':
      return 'one';
  }
}

/** Operators that have something to compare texts with can ignore their case. */
export function canIgnoreCase(type: FieldType, operator: RuleOperator): boolean {
  return type === 'text' && ['one', 'list'].includes(shapeOf(operator));
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
  const { field, value, ignoreCase } = condition;
  const sameShape = shapeOf(operator) === shapeOf(condition.operator) && value !== undefined;
  const keepsCase = ignoreCase && canIgnoreCase(type, operator);
  return {
    field,
    operator,
    ...(shapeOf(operator) !== 'none' && { value: sameShape ? value : emptyValue(shapeOf(operator), type) }),
    ...(keepsCase && { ignoreCase: true }),
  };
}

function emptyValue(shape: ValueShape, type: FieldType): FieldValue | FieldValue[] {
  if (shape === 'list') return [];
  if (shape === 'pair') return [null, null];
  if (shape === 'days') return 30;
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
export function isComplete(node: RuleCondition | RuleGroup): boolean {
  if (isRuleGroup(node)) return node.conditions.length > 0 && node.conditions.every(isComplete);
  if (node.field === '') return false;
  switch (shapeOf(node.operator)) {
    case 'none':
      return true;
    case 'list':
      return Array.isArray(node.value) && node.value.length > 0;
    case 'pair':
      return Array.isArray(node.value) && node.value.length === 2 && node.value.every(isSet);
    case 'days':
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
