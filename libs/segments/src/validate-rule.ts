import {
  canonicalDate,
  type FieldType,
  groupMatches,
  operatorsOfType,
  type ProblemFieldError,
  type ProfileField,
  ruleLimits,
  type RuleOperator,
  type SegmentRule,
  unstorableText,
} from '@audience-relay/contracts';
import { isOfType } from './rule-values';

/** What a rule needs to know about a profile field. */
export type RuleField = Pick<ProfileField, 'key' | 'type'>;

/** Field keys become parts of database paths, so they are names and nothing else. */
export const fieldKeyPattern = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

/**
 * Everything that is wrong with a rule, each with its path. Never throws, whatever it is given: rules come from
 * people and scripts.
 * @param fields The known profile fields.
 * @param path Where the rule stands in the request.
 */
export function validateRule(
  rule: unknown,
  fields: readonly RuleField[],
  path = 'rule',
): ProblemFieldError[] {
  const validation = new Validation(new Map(fields.map((field) => [field.key, field.type])));
  validation.group(rule, path, 1);
  return validation.errors;
}

/** Whether a rule may be compiled and evaluated. */
export function isValidRule(rule: unknown, fields: readonly RuleField[]): rule is SegmentRule {
  return validateRule(rule, fields).length === 0;
}

const typeNames: Record<FieldType, string> = {
  text: 'a text',
  number: 'a number',
  date: 'a date (2026-05-17 or 2026-05-17T08:00:00.000Z)',
  boolean: 'true or false',
};

class Validation {
  readonly errors: ProblemFieldError[] = [];
  private conditions = 0;

  constructor(private readonly types: ReadonlyMap<string, FieldType>) {}

  group(node: unknown, path: string, depth: number): void {
    if (!isObject(node)) return this.error(path, 'A rule is a group: { match, conditions }.');
    this.onlyMembers(node, ['match', 'conditions'], path);
    if (!(groupMatches as readonly unknown[]).includes(node['match'])) {
      this.error(`${path}.match`, 'Choose how the conditions are joined: all, any or none.');
    }
    const conditions = node['conditions'];
    if (!Array.isArray(conditions) || conditions.length === 0) {
      return this.error(`${path}.conditions`, 'Add at least one condition.');
    }
    if (depth > ruleLimits.depth) {
      return this.error(path, `Groups can be nested ${ruleLimits.depth} deep at most.`);
    }
    for (const [index, child] of conditions.entries()) {
      const childPath = `${path}.conditions.${index}`;
      if (isObject(child) && 'match' in child) this.group(child, childPath, depth + 1);
      else this.condition(child, childPath);
      if (this.conditions > ruleLimits.conditions) return;
    }
  }

  private condition(node: unknown, path: string): void {
    this.conditions += 1;
    if (this.conditions > ruleLimits.conditions) {
      return this.error(path, `A rule can have ${ruleLimits.conditions} conditions at most.`);
    }
    if (!isObject(node)) return this.error(path, 'A condition is { field, operator, value }.');
    this.onlyMembers(node, ['field', 'operator', 'value', 'ignoreCase'], path);

    const { field, operator, value, ignoreCase } = node;
    if (typeof field !== 'string' || field === '') return this.error(`${path}.field`, 'Choose a field.');
    const type = fieldKeyPattern.test(field) ? this.types.get(field) : undefined;
    if (!type) return this.error(`${path}.field`, `There is no profile field ${quoted(field)}.`);

    const operators: readonly RuleOperator[] = operatorsOfType[type];
    if (typeof operator !== 'string' || operator === '') {
      return this.error(`${path}.operator`, 'Choose an operator.');
    }
    if (!operators.includes(operator as RuleOperator)) {
      return this.error(
        `${path}.operator`,
        `${quoted(operator)} does not fit ${field}, which is of type ${type}. It can be: ${operators.join(', ')}.`,
      );
    }
    if (ignoreCase !== undefined && typeof ignoreCase !== 'boolean') {
      this.error(`${path}.ignoreCase`, 'Must be true or false.');
    } else if (ignoreCase && type !== 'text') {
      this.error(`${path}.ignoreCase`, `Only texts have upper and lower case; ${field} is of type ${type}.`);
    }
    this.value(operator as RuleOperator, value, type, `${path}.value`);
  }

  private value(operator: RuleOperator, value: unknown, type: FieldType, path: string): void {
    switch (operator) {
      case 'isNull':
      case 'isNotNull':
        if (value !== undefined && value !== null) this.error(path, `${operator} takes no value.`);
        return;
      case 'in':
        return this.list(value, type, path);
      case 'between':
      case 'notBetween':
        return this.pair(value, type, path);
      case 'withinLastDays':
        if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > 36_500) {
          this.error(path, 'Give a whole number of days from 0 to 36500.');
        }
        return;
      case 'contains':
      case 'startsWith':
      case 'endsWith':
        if (value === '') return this.error(path, 'Give at least one character.');
        return this.single(value, type, path);
      case 'equals':
      case 'notEquals':
      case 'greaterThan':
      case 'greaterThanOrEqualTo':
      case 'lessThan':
      case 'lessThanOrEqualTo':
        return this.single(value, type, path);
    }
  }

  private list(value: unknown, type: FieldType, path: string): void {
    if (!Array.isArray(value) || value.length === 0) return this.error(path, 'Give a list of values.');
    if (value.length > ruleLimits.listValues) {
      return this.error(path, `A list can have ${ruleLimits.listValues} values at most.`);
    }
    value.forEach((item, index) => this.single(item, type, `${path}.${index}`));
  }

  private pair(value: unknown, type: FieldType, path: string): void {
    if (!Array.isArray(value) || value.length !== 2) {
      return this.error(path, 'Give two values: from and to, both included.');
    }
    const before = this.errors.length;
    value.forEach((item, index) => this.single(item, type, `${path}.${index}`));
    if (this.errors.length === before && value[0] > value[1]) {
      this.error(path, 'The first value must not be greater than the second.');
    }
  }

  private single(value: unknown, type: FieldType, path: string): void {
    if (value === undefined || value === null) return this.error(path, 'Give a value.');
    if (!isOfType(value, type)) {
      const canonical = type === 'date' && typeof value === 'string' ? canonicalDate(value) : null;
      return this.error(path, canonical ? `Write it as ${canonical}.` : `Must be ${typeNames[type]}.`);
    }
    if (typeof value !== 'string') return;
    if (value.length > ruleLimits.textLength) {
      this.error(path, `Can have ${ruleLimits.textLength} characters at most.`);
    } else if (unstorableText.test(value)) {
      this.error(path, 'Holds a character that no text can hold.');
    }
  }

  /** A member that nobody reads is most likely a slip, or an attempt to reach the database. */
  private onlyMembers(node: Record<string, unknown>, known: readonly string[], path: string): void {
    for (const key of Object.keys(node)) {
      if (!known.includes(key)) this.error(path, `Has no member ${quoted(key)}.`);
    }
  }

  private error(path: string, message: string): void {
    this.errors.push({ path, message });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function quoted(text: string): string {
  return `"${text.length > 60 ? `${text.slice(0, 60)}...` : text}"`;
}
