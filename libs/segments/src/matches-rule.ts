import {
  type FieldType,
  type FieldValue,
  isNegated,
  isRuleGroup,
  isSegmentCondition,
  type NegatedOperator,
  negations,
  type operatorsOfType,
  type PositiveOperator,
  type RuleCondition,
  type RuleNode,
  type SegmentRule,
} from '@audience-relay/contracts';
import { foldingOf, type RuleContext } from './compile-rule';
import {
  anniversaries,
  dayAt,
  daysSpan,
  lastPeriod,
  nextPeriod,
  type Span,
  spanOf,
  startOfDay,
  storedDate,
  yearToDate,
} from './days';
import { foldText } from './fold-text';

/** What a rule looks at. */
export interface RuleSubject {
  fields: Readonly<Record<string, FieldValue>>;
  /** Ids of the segments that it is in. */
  segments: ReadonlySet<string>;
}

/**
 * Whether one profile is in a segment, decided in memory exactly as the compiled filter decides it in the database.
 * @param rule A valid rule (`validateRule`).
 */
export function matchesRule(rule: SegmentRule, subject: RuleSubject, context: RuleContext): boolean {
  const types = new Map(context.fields.map((field) => [field.key, field.type]));
  const matches = (node: RuleNode): boolean => {
    if (isSegmentCondition(node))
      return subject.segments.has(node.segment) === (node.operator === 'memberOf');
    if (!isRuleGroup(node)) {
      const { operator, field } = node;
      const actual = subject.fields[field] ?? null;
      const type = types.get(field);
      return isNegated(operator)
        ? !holds(node, negations[operator], actual, type, context)
        : holds(node, operator, actual, type, context);
    }
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

/** What is left to decide for a field of a type, in a valid rule. */
type OperatorOf<Type extends FieldType> = Exclude<
  (typeof operatorsOfType)[Type][number],
  NegatedOperator | 'isNull'
>;

function holds(
  node: RuleCondition,
  operator: PositiveOperator,
  actual: FieldValue,
  type: FieldType | undefined,
  context: RuleContext,
): boolean {
  if (operator === 'isNull') return actual === null;
  if (type === 'date')
    return typeof actual === 'string' && isDateThat(node, operator as OperatorOf<'date'>, actual, context);
  const { value } = node;
  if (type === 'text')
    return typeof actual === 'string' && isTextThat(node, operator as OperatorOf<'text'>, actual);
  const ofNumbers = operator as OperatorOf<'number' | 'boolean'>;
  switch (ofNumbers) {
    case 'equals':
      return actual === value;
    case 'in':
      return Array.isArray(value) && value.includes(actual);
    case 'greaterThan':
      return compare(actual, value, (a, b) => a > b);
    case 'greaterThanOrEqualTo':
      return compare(actual, value, (a, b) => a >= b);
    case 'lessThan':
      return compare(actual, value, (a, b) => a < b);
    case 'lessThanOrEqualTo':
      return compare(actual, value, (a, b) => a <= b);
    case 'between': {
      const [from, to] = value as [number, number];
      return compare(actual, from, (a, b) => a >= b) && compare(actual, to, (a, b) => a <= b);
    }
  }
}

/** The database compares only values of the same type; so does this. */
function compare(
  actual: FieldValue,
  value: RuleCondition['value'],
  order: (a: number, b: number) => boolean,
): boolean {
  return typeof actual === 'number' && typeof value === 'number' && order(actual, value);
}

function isTextThat(node: RuleCondition, operator: OperatorOf<'text'>, actual: string): boolean {
  const folding = foldingOf(node);
  const seen = (text: unknown): string => {
    const normal = String(text).normalize('NFC');
    return folding ? foldText(normal, folding) : normal;
  };
  const text = folding ? foldText(actual, folding) : actual;
  switch (operator) {
    case 'equals':
      return text === seen(node.value);
    case 'in':
      return (node.value as FieldValue[]).some((item) => seen(item) === text);
    case 'contains':
      return text.includes(seen(node.value));
    case 'startsWith':
      return text.startsWith(seen(node.value));
    case 'endsWith':
      return text.endsWith(seen(node.value));
    case 'matches':
      return isLike(Array.from(actual), String(node.value).normalize('NFC'), seen);
    case 'lengthAtLeast':
      return Array.from(actual).length >= Number(node.value);
    case 'lengthAtMost':
      return Array.from(actual).length <= Number(node.value);
  }
}

/** Reads the text from left to right, and keeps every place of the pattern that it can have come to. */
function isLike(chars: readonly string[], pattern: string, seen: (text: string) => string): boolean {
  const parts = pattern.split(/([*?])/);
  let ends = new Set([0]);
  for (const [index, part] of parts.entries()) {
    const next = new Set<number>();
    for (const at of ends) {
      if (part === '*') for (let end = at; end <= chars.length; end += 1) next.add(end);
      else if (part === '?') {
        if (at < chars.length) next.add(at + 1);
      } else {
        const isHere = fitting(seen(part), parts[index - 1] === '*', parts[index + 1] === '*');
        for (let end = at; end <= chars.length; end += 1)
          if (isHere(seen(chars.slice(at, end).join('')))) next.add(end);
      }
    }
    ends = next;
  }
  return ends.has(chars.length);
}

/** One character can fold to several, of which any characters beside the part can take some. */
function fitting(wanted: string, openStart: boolean, openEnd: boolean): (text: string) => boolean {
  if (openStart) return openEnd ? (text) => text.includes(wanted) : (text) => text.endsWith(wanted);
  return openEnd ? (text) => text.startsWith(wanted) : (text) => text === wanted;
}

function isDateThat(
  node: RuleCondition,
  operator: OperatorOf<'date'>,
  actual: string,
  context: RuleContext,
): boolean {
  if (!storedDate.test(actual)) return false;
  const { timeZone } = context;
  const isDay = actual.length === 10;
  const moment = isDay ? startOfDay(actual, timeZone) : actual;
  const day = (): string => (isDay ? actual : dayAt(Date.parse(actual), timeZone));
  const span = (value: unknown): Span => spanOf(String(value), context);
  const within = ({ from, before }: Span): boolean => moment >= from && moment < before;
  const { value } = node;
  const numbers = Array.isArray(value) ? value.map(Number) : [];
  switch (operator) {
    case 'equals':
      return within(span(value));
    case 'greaterThan':
      return moment >= span(value).before;
    case 'greaterThanOrEqualTo':
      return moment >= span(value).from;
    case 'lessThan':
      return moment < span(value).from;
    case 'lessThanOrEqualTo':
      return moment < span(value).before;
    case 'between': {
      const [from, to] = value as [string, string];
      return moment >= span(from).from && moment < span(to).before;
    }
    case 'withinLast':
      return within(lastPeriod(Number(value), node.unit ?? 'day', context));
    case 'withinNext':
      return within(nextPeriod(Number(value), node.unit ?? 'day', context));
    case 'yearToDate':
      return within(yearToDate(context));
    case 'yearOf':
      return numbers.some((year) => {
        const four = String(year).padStart(4, '0');
        return within(daysSpan(`${four}-01-01`, `${four}-12-31`, timeZone));
      });
    case 'monthOf':
      return numbers.includes(Number(day().slice(5, 7)));
    case 'dayOf':
      return numbers.includes(Number(day().slice(8)));
    case 'dayOfWeek':
      return numbers.includes(new Date(`${day()}T00:00:00.000Z`).getUTCDay() || 7);
    case 'anniversaryWithinNext':
      return anniversaries(Number(value), context).includes(day().slice(5));
  }
}
