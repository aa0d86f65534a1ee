import {
  type FieldType,
  isNegated,
  isRuleGroup,
  isSegmentCondition,
  negations,
  type PositiveOperator,
  type ProblemFieldError,
  type RuleCondition,
  type RuleGroup,
  type RuleNode,
  type SegmentRule,
} from '@audience-relay/contracts';
import {
  anniversaries,
  type Clock,
  firstDayFrom,
  lastPeriod,
  nextPeriod,
  addDays,
  daysSpan,
  type Span,
  spanOf,
  storedDate,
  storedDay,
  storedMoment,
  yearToDate,
} from './days';
import type { Folding } from './fold-text';
import { hasLength, listPatterns, textPattern, type TextPlace, wildcardPattern } from './text-pattern';
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

/** What a rule is evaluated with. */
export interface RuleContext extends Clock {
  fields: readonly RuleField[];
  /** Stored ids of the segments that there are, by their ids in rules. */
  segments: ReadonlyMap<string, unknown>;
}

/**
 * Compiles a rule to a filter over profiles. It validates first, so nothing of a rule but checked names and plain
 * values can reach the database. `matchesRule` decides the same in memory.
 * @throws InvalidRuleError
 */
export function compileRule(rule: SegmentRule, context: RuleContext): RuleFilter {
  const errors = validateRule(rule, context);
  if (errors.length > 0) throw new InvalidRuleError(errors);
  return new Compilation(context).group(rule);
}

const joiners = { all: '$and', any: '$or', none: '$nor' } as const;

class Compilation {
  private readonly types: ReadonlyMap<string, FieldType>;

  constructor(private readonly context: RuleContext) {
    this.types = new Map(context.fields.map((field) => [field.key, field.type]));
  }

  group({ match, conditions }: RuleGroup): RuleFilter {
    return { [joiners[match]]: conditions.map((child) => this.node(child)) };
  }

  private node(node: RuleNode): RuleFilter {
    if (isRuleGroup(node)) return this.group(node);
    if (isSegmentCondition(node)) {
      const id = this.context.segments.get(node.segment);
      return { segments: node.operator === 'memberOf' ? id : { $ne: id } };
    }
    const { operator } = node;
    return isNegated(operator)
      ? { $nor: [this.condition(node, negations[operator])] }
      : this.condition(node, operator);
  }

  private condition(node: RuleCondition, operator: PositiveOperator): RuleFilter {
    const path = `fields.${node.field}`;
    const type = this.types.get(node.field);
    const { value } = node;
    const text = typeof value === 'string' ? value.normalize('NFC') : '';
    const folding = foldingOf(node);
    const like = (place: TextPlace): RuleFilter => ({
      [path]: { $regex: textPattern(text, place, folding) },
    });
    switch (operator) {
      case 'isNull':
        return { [path]: { $eq: null } };
      case 'equals':
        if (type === 'date') return this.within(path, spanOf(text, this.context));
        return folding ? like('whole') : { [path]: { $eq: type === 'text' ? text : value } };
      case 'in':
        return this.anyOf(path, value as (string | number)[], folding);
      case 'contains':
        return like('anywhere');
      case 'startsWith':
        return like('start');
      case 'endsWith':
        return like('end');
      case 'matches':
        return { [path]: { $regex: wildcardPattern(text, folding) } };
      case 'lengthAtLeast':
        return { [path]: { $regex: hasLength(Number(value), null) } };
      case 'lengthAtMost':
        return { [path]: { $regex: hasLength(0, Number(value)) } };
      case 'greaterThan':
        return type === 'date'
          ? this.within(path, { from: this.span(text).before })
          : { [path]: { $gt: value } };
      case 'greaterThanOrEqualTo':
        return type === 'date'
          ? this.within(path, { from: this.span(text).from })
          : { [path]: { $gte: value } };
      case 'lessThan':
        return type === 'date'
          ? this.within(path, { before: this.span(text).from })
          : { [path]: { $lt: value } };
      case 'lessThanOrEqualTo':
        return type === 'date'
          ? this.within(path, { before: this.span(text).before })
          : { [path]: { $lte: value } };
      case 'between': {
        const [from, to] = value as [string, string];
        if (type === 'date')
          return this.within(path, { from: this.span(from).from, before: this.span(to).before });
        return { [path]: { $gte: from, $lte: to } };
      }
      case 'withinLast':
        return this.within(path, lastPeriod(Number(value), node.unit ?? 'day', this.context));
      case 'withinNext':
        return this.within(path, nextPeriod(Number(value), node.unit ?? 'day', this.context));
      case 'yearToDate':
        return this.within(path, yearToDate(this.context));
      case 'yearOf':
        return {
          $or: (value as number[]).map((year) => {
            const four = String(year).padStart(4, '0');
            return this.within(path, daysSpan(`${four}-01-01`, `${four}-12-31`, this.context.timeZone));
          }),
        };
      case 'monthOf':
        return this.partOfDay(path, 5, 2, twoDigits(value as number[]));
      case 'dayOf':
        return this.partOfDay(path, 8, 2, twoDigits(value as number[]));
      case 'anniversaryWithinNext':
        return this.partOfDay(path, 5, 5, anniversaries(Number(value), this.context));
      case 'dayOfWeek':
        return this.dayOfWeek(path, value as number[]);
    }
  }

  private anyOf(path: string, values: readonly (string | number)[], folding: Folding | null): RuleFilter {
    const plain = values.map((value) => (typeof value === 'string' ? value.normalize('NFC') : value));
    if (!folding) return { [path]: { $in: plain } };
    return { [path]: { $in: listPatterns(plain.map(String), folding).map((source) => new RegExp(source)) } };
  }

  private span(value: string): Span {
    return spanOf(value, this.context);
  }

  /** Days and moments within a span. Days are compared by the moments at which they begin. */
  private within(path: string, { from, before }: Partial<Span>): RuleFilter {
    const parts = [
      ...(from === undefined ? [] : [this.since(path, from)]),
      ...(before === undefined ? [] : [this.until(path, before)]),
    ];
    // Last, since it is the most work: only for what lies within.
    return { $and: [...parts, { [path]: { $regex: storedDate.source } }] };
  }

  /*
   * As text, a day sorts right before the moments that UTC shows on it. `firstDay` is the first day that counts, and
   * by the zone it is the UTC day of the moment or one of the two after it.
   */
  private since(path: string, moment: string): RuleFilter {
    const utcDay = moment.slice(0, 10);
    const firstDay = firstDayFrom(moment, this.context.timeZone);
    if (moment === `${firstDay}T00:00:00.000Z`) return { [path]: { $gte: firstDay } };
    if (firstDay <= utcDay) return { $or: [{ [path]: { $gte: moment } }, { [path]: { $eq: utcDay } }] };
    const left = addDays(utcDay, 1);
    return { [path]: { $gte: moment, ...(firstDay > left && { $ne: left }) } };
  }

  private until(path: string, moment: string): RuleFilter {
    const utcDay = moment.slice(0, 10);
    const firstDay = firstDayFrom(moment, this.context.timeZone);
    if (moment === `${firstDay}T00:00:00.000Z`) return { [path]: { $lt: firstDay } };
    if (firstDay <= utcDay) return { [path]: { $lt: moment, $ne: utcDay } };
    const left = addDays(utcDay, 1);
    return firstDay > left
      ? { $or: [{ [path]: { $lt: moment } }, { [path]: { $eq: left } }] }
      : { [path]: { $lt: moment } };
  }

  /** Days by their text; moments by the text of the day that the workspace's calendar shows at them. */
  private partOfDay(path: string, begin: number, length: number, parts: readonly string[]): RuleFilter {
    const format = { date: parsed(path), timezone: this.context.timeZone, format: '%Y-%m-%d', onNull: '' };
    const ofMoment = { $substrBytes: [{ $dateToString: format }, begin, length] };
    return this.eitherKind(
      path,
      { [path]: { $regex: `^.{${begin}}(?:${parts.join('|')})` } },
      { $expr: { $in: [ofMoment, parts] } },
    );
  }

  private dayOfWeek(path: string, days: readonly number[]): RuleFilter {
    const isOn = (timezone: string): RuleFilter => ({
      $expr: { $in: [{ $isoDayOfWeek: { date: parsed(path), timezone } }, days] },
    });
    return this.eitherKind(path, isOn('UTC'), isOn(this.context.timeZone));
  }

  private eitherKind(path: string, ifDay: RuleFilter, ifMoment: RuleFilter): RuleFilter {
    return {
      $or: [
        { $and: [{ [path]: { $regex: storedDay.source } }, ifDay] },
        { $and: [{ [path]: { $regex: storedMoment.source } }, ifMoment] },
      ],
    };
  }
}

const parsed = (path: string): RuleFilter => ({
  $dateFromString: { dateString: `$${path}`, onError: null, onNull: null },
});

const twoDigits = (numbers: readonly number[]): string[] =>
  numbers.map((number) => String(number).padStart(2, '0'));

/** @returns null when case matters. */
export function foldingOf({ ignoreCase, ignoreAccents }: RuleCondition): Folding | null {
  return ignoreCase ? { accents: ignoreAccents === true } : null;
}
