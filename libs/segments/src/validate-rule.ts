import {
  canonicalDate,
  type DatePart,
  dateParts,
  type FieldType,
  groupMatches,
  operandOf,
  operatorsOfType,
  periodUnits,
  type ProblemFieldError,
  type ProfileField,
  relativeDatePattern,
  ruleLimits,
  type RuleOperator,
  segmentOperators,
  type SegmentRule,
  unstorableText,
} from '@audience-relay/contracts';
import { isOfType } from './rule-values';

/** What a rule needs to know about a profile field. */
export type RuleField = Pick<ProfileField, 'key' | 'type'>;

/** Field keys become parts of database paths, so they are names and nothing else. */
export const fieldKeyPattern = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

/** What a rule may refer to. */
export interface RuleReferences {
  /** The known profile fields. */
  fields: readonly RuleField[];
  /** The known segments, by id. */
  segments: ReadonlyMap<string, unknown>;
}

/**
 * Everything that is wrong with a rule, each with its path. Never throws, whatever it is given: rules come from
 * people and scripts.
 * @param path Where the rule stands in the request.
 */
export function validateRule(rule: unknown, references: RuleReferences, path = 'rule'): ProblemFieldError[] {
  const validation = new Validation(references);
  validation.group(rule, path, 1);
  return validation.errors;
}

/** Whether a rule may be compiled and evaluated. */
export function isValidRule(rule: unknown, references: RuleReferences): rule is SegmentRule {
  return validateRule(rule, references).length === 0;
}

const typeNames: Record<FieldType, string> = {
  text: 'a text',
  number: 'a number',
  date: 'a date (2026-05-17, 2026-05-17T08:00:00.000Z, or today-30d)',
  boolean: 'true or false',
};

class Validation {
  readonly errors: ProblemFieldError[] = [];
  private conditions = 0;

  private values = 0;
  private readonly types: ReadonlyMap<string, FieldType>;

  constructor(private readonly references: RuleReferences) {
    this.types = new Map(references.fields.map((field) => [field.key, field.type]));
  }

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
    if ('segment' in node) return this.membership(node, path);
    this.onlyMembers(node, ['field', 'operator', 'value', 'unit', 'ignoreCase', 'ignoreAccents'], path);

    const { field, operator, value, unit, ignoreCase, ignoreAccents } = node;
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
    if (ignoreAccents !== undefined && typeof ignoreAccents !== 'boolean') {
      this.error(`${path}.ignoreAccents`, 'Must be true or false.');
    } else if (ignoreAccents && !ignoreCase) {
      this.error(`${path}.ignoreAccents`, 'Accents can be ignored only together with upper and lower case.');
    }
    const hasUnit = operandOf[operator as RuleOperator] === 'period';
    if (!hasUnit && unit !== undefined) this.error(`${path}.unit`, `${operator} takes no unit.`);
    if (hasUnit && !(periodUnits as readonly unknown[]).includes(unit)) {
      this.error(`${path}.unit`, `Choose a unit: ${periodUnits.join(', ')}.`);
    }
    const before = this.errors.length;
    this.value(operator as RuleOperator, value, type, `${path}.value`);
    if (ignoreCase && this.errors.length === before) this.foldedLength(value, `${path}.value`);
  }

  private membership(node: Record<string, unknown>, path: string): void {
    this.onlyMembers(node, ['segment', 'operator'], path);
    const { segment, operator } = node;
    if (typeof segment !== 'string' || segment === '')
      return this.error(`${path}.segment`, 'Choose a segment.');
    if (!this.references.segments.has(segment)) this.error(`${path}.segment`, 'There is no such segment.');
    if (!(segmentOperators as readonly unknown[]).includes(operator)) {
      this.error(`${path}.operator`, `Choose an operator: ${segmentOperators.join(', ')}.`);
    }
  }

  private value(operator: RuleOperator, value: unknown, type: FieldType, path: string): void {
    const operand = operandOf[operator];
    switch (operand) {
      case 'none':
        if (value !== undefined && value !== null) this.error(path, `${operator} takes no value.`);
        return;
      case 'values':
        return this.list(value, path, (item, itemPath) => this.single(item, type, itemPath));
      case 'pair':
        return this.pair(value, type, path);
      case 'period':
        return this.wholeNumber(value, 1, ruleLimits.period, path);
      case 'days':
        return this.wholeNumber(value, 1, 366, path);
      case 'length':
        return this.wholeNumber(value, 1, 10_000, path);
      case 'daysOfMonth':
      case 'months':
      case 'years':
      case 'weekdays':
        return this.parts(value, operand, path);
      case 'wildcards':
        return this.wildcards(value, path);
      case 'text':
        if (value === '') return this.error(path, 'Give at least one character.');
        return this.single(value, type, path);
      case 'value':
        return this.single(value, type, path, true);
    }
  }

  private parts(value: unknown, operand: DatePart, path: string): void {
    const { min, max } = dateParts[operand];
    this.list(value, path, (item, itemPath) => this.wholeNumber(item, min, max, itemPath));
  }

  private wildcards(value: unknown, path: string): void {
    if (value === '') return this.error(path, 'Give at least one character.');
    this.single(value, 'text', path);
    if (typeof value === 'string' && value.split('*').length > ruleLimits.wildcards + 1) {
      this.error(path, `Can have ${ruleLimits.wildcards} signs * at most.`);
    }
  }

  private wholeNumber(value: unknown, min: number, max: number, path: string): void {
    if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
      this.error(path, `Give a whole number from ${min} to ${max}.`);
    }
  }

  private foldedLength(value: unknown, path: string): void {
    const longest = Math.max(...[value].flat().map((text) => (typeof text === 'string' ? text.length : 0)));
    if (longest > ruleLimits.foldedTextLength) {
      this.error(path, `Can have ${ruleLimits.foldedTextLength} characters at most where case is ignored.`);
    }
  }

  private list(value: unknown, path: string, check: (item: unknown, path: string) => void): void {
    if (!Array.isArray(value) || value.length === 0) return this.error(path, 'Give a list of values.');
    this.values += value.length;
    if (this.values > ruleLimits.listValues) {
      return this.error(path, `The lists of a rule can have ${ruleLimits.listValues} values at most.`);
    }
    value.forEach((item, index) => check(item, `${path}.${index}`));
  }

  private pair(value: unknown, type: FieldType, path: string): void {
    if (!Array.isArray(value) || value.length !== 2) {
      return this.error(path, 'Give two values: from and to, both included.');
    }
    const before = this.errors.length;
    value.forEach((item, index) => this.single(item, type, `${path}.${index}`, true));
    const isFixed = !value.some((item) => typeof item === 'string' && relativeDatePattern.test(item));
    if (this.errors.length === before && isFixed && value[0] > value[1]) {
      this.error(path, 'The first value must not be greater than the second.');
    }
  }

  private single(value: unknown, type: FieldType, path: string, mayBeRelative = false): void {
    if (value === undefined || value === null) return this.error(path, 'Give a value.');
    if (mayBeRelative && type === 'date' && typeof value === 'string' && relativeDatePattern.test(value))
      return;
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
