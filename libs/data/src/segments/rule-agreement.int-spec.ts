import {
  type FieldValue,
  groupMatches,
  isRuleGroup,
  isSegmentCondition,
  operandOf,
  operatorsOfType,
  periodUnits,
  type RuleCondition,
  type RuleNode,
  type RuleOperator,
  ruleOperators,
  type SegmentRule,
} from '@audience-relay/contracts';
import {
  compileRule,
  matchesRule,
  type RuleContext,
  type RuleField,
  type RuleSubject,
  validateRule,
} from '@audience-relay/segments';
import fc from 'fast-check';
import { type Connection, createConnection } from 'mongoose';

const fields: RuleField[] = [
  { key: 'city', type: 'text' },
  { key: 'note', type: 'text' },
  { key: 'age', type: 'number' },
  { key: 'joined', type: 'date' },
  { key: 'member', type: 'boolean' },
];

const segments = new Map([
  ['first', 'stored-first'],
  ['second', 'stored-second'],
]);

const now = new Date('2026-03-01T01:30:00Z');
const timeZones = ['UTC', 'Europe/Oslo', 'America/New_York', 'Pacific/Auckland', 'Asia/Kathmandu'];

// Few and near values, so that rules hit; with what breaks patterns, comparisons and calendars elsewhere.
const text = fc.constantFrom(
  ...[
    'Oslo',
    'oslo',
    'OSLO',
    'Bø',
    'BØ',
    'bø i telemark',
    'Straße',
    'STRASSE',
    'strasse',
    'STRAẞE',
    'İzmir',
    'K',
  ],
  ...[
    '\u212A',
    'Σίσυφος',
    'ΣΊΣΥΦΟΣ',
    'ﬃ',
    'ffi',
    'Ærø',
    'aero',
    'Ångström',
    'angstrom',
    'é',
    'E\u0323\u0302',
  ],
  ...['a.c', 'abc', 'a\nc', 'Oslo\n', ' Oslo', '$where', '^Oslo$', '(', 'a|b', '\\d', '😀', 'a*c', 'q\u0303'],
  ...['o', '.', 'ø', 'S', 'ss', 'ssss', 'ß', 'ßß', 'sßs', 'f', 'fi'],
);
const number = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(0.5, -0.5, 1e15, 2 ** 53, -0));
const day = fc.constantFrom(
  '2024-02-29',
  '2025-12-31',
  '2026-01-01',
  '2026-02-27',
  '2026-02-28',
  '2026-03-01',
  '2026-03-02',
  '1980-03-02',
  '1999-02-28',
);
const moment = fc.constantFrom(
  ...[
    '2026-02-27T22:59:59.999Z',
    '2026-02-27T23:00:00.000Z',
    '2026-02-28T00:00:00.000Z',
    '2026-02-28T05:00:00.000Z',
  ],
  ...[
    '2026-02-28T11:00:00.000Z',
    '2026-02-28T23:59:59.999Z',
    '2026-03-01T00:00:00.000Z',
    '2026-03-01T01:30:00.000Z',
  ],
  ...[
    '2025-12-31T23:30:00.000Z',
    '2026-01-01T04:30:00.000Z',
    '2025-03-30T01:30:00.000Z',
    '1972-02-29T12:00:00.000Z',
  ],
);
const date = fc.oneof(day, moment);
const relative = fc.constantFrom('today', 'today-1d', 'today+1d', 'today-2w', 'today-1m', 'today+1y');
const valueOf: Record<RuleField['type'], fc.Arbitrary<FieldValue>> = {
  text,
  number,
  date,
  boolean: fc.boolean(),
};

const subject: fc.Arbitrary<RuleSubject> = fc.record({
  fields: fc.record(
    // A value of another type can be there: the field's type was another one when it was imported.
    Object.fromEntries(
      fields.map(({ key, type }) => [
        key,
        fc
          .oneof({ weight: 9, arbitrary: valueOf[type] }, fc.oneof(text, number, fc.constant(null)))
          // As intake stores them.
          .map((value) => (typeof value === 'string' ? value.normalize('NFC') : value)),
      ]),
    ),
    { requiredKeys: [] },
  ) as fc.Arbitrary<Record<string, FieldValue>>,
  segments: fc.subarray([...segments.keys()]).map((ids) => new Set(ids)),
});

function valueFor(operator: RuleOperator, type: RuleField['type']): fc.Arbitrary<RuleCondition['value']> {
  const list = (of: fc.Arbitrary<FieldValue>) => fc.array(of, { minLength: 1, maxLength: 4 });
  switch (operandOf[operator]) {
    case 'none':
      return fc.constant(undefined);
    case 'values':
      return list(valueOf[type]);
    case 'pair':
      return fc
        .tuple(valueOf[type], valueOf[type])
        .map(([a, b]) => ((a as string) <= (b as string) ? [a, b] : [b, a]));
    case 'period':
      return fc.integer({ min: 1, max: 3 });
    case 'days':
      return fc.constantFrom(1, 2, 30, 366);
    case 'length':
      return fc.integer({ min: 1, max: 6 });
    case 'wildcards':
      return fc.constantFrom('*s*', 'o?lo', 'stra*', '?', '*ø', 'a*c', '*', 'S*S', 'b? *', 'ß*');
    case 'daysOfMonth':
      return list(fc.constantFrom(1, 2, 27, 28, 29, 31));
    case 'months':
      return list(fc.constantFrom(1, 2, 3, 12));
    case 'years':
      return list(fc.constantFrom(1980, 2024, 2025, 2026));
    case 'weekdays':
      return list(fc.integer({ min: 1, max: 7 }));
    case 'value':
      return type === 'date' ? fc.oneof(date, relative) : valueOf[type];
    case 'text':
      return text;
  }
}

const condition: fc.Arbitrary<RuleNode> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom(...fields).chain(({ key, type }) =>
      fc.constantFrom<RuleOperator>(...operatorsOfType[type]).chain((operator) =>
        fc
          .record({ value: valueFor(operator, type), unit: fc.constantFrom(...periodUnits), fold: fc.nat(2) })
          .map(({ value, unit, fold }): RuleCondition => ({
            field: key,
            operator,
            ...(value !== undefined && { value }),
            ...(operandOf[operator] === 'period' && { unit }),
            ...(type === 'text' && fold > 0 && { ignoreCase: true, ignoreAccents: fold > 1 }),
          })),
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      segment: fc.constantFrom(...segments.keys()),
      operator: fc.constantFrom('memberOf' as const, 'notMemberOf' as const),
    }),
  },
);

const { rule } = fc.letrec<{ rule: SegmentRule; node: RuleNode }>((tie) => ({
  node: fc.oneof({ depthSize: 'small', withCrossShrink: true }, condition, tie('rule')),
  rule: fc.record({
    match: fc.constantFrom(...groupMatches),
    conditions: fc.array(tie('node'), { minLength: 1, maxLength: 4 }),
  }),
}));

describe('a compiled rule on the database', () => {
  let connection: Connection;
  const subjects = fc.sample(subject, { numRuns: 400, seed: 20260301 });

  beforeAll(async () => {
    const uri = process.env['TEST_MONGODB_URI'];
    if (!uri) throw new Error('TEST_MONGODB_URI is not set: integration tests need a database (npm test).');
    connection = await createConnection(uri, { dbName: `test_rules_${process.pid}` }).asPromise();
    await connection.collection<{ _id: number }>('profiles').insertMany(
      subjects.map((each, _id) => ({
        _id,
        fields: each.fields,
        segments: [...each.segments].map((id) => segments.get(id)),
      })),
    );
  });

  afterAll(async () => {
    await connection.dropDatabase();
    await connection.close();
  });

  async function found(tried: SegmentRule, context: RuleContext): Promise<number[]> {
    const documents = await connection
      .collection<{ _id: number }>('profiles')
      .find(compileRule(tried, context) as never, { projection: { _id: 1 } })
      .sort({ _id: 1 })
      .toArray();
    return documents.map(({ _id }) => _id);
  }

  const matching = (tried: SegmentRule, context: RuleContext): number[] =>
    subjects.flatMap((each, id) => (matchesRule(tried, each, context) ? [id] : []));

  it('finds exactly those whom the evaluator finds, in every time zone', async () => {
    await fc.assert(
      fc.asyncProperty(rule, fc.constantFrom(...timeZones), async (tried, timeZone) => {
        const context = { fields, segments, now, timeZone };
        expect(validateRule(tried, context)).toEqual([]);
        expect(await found(tried, context)).toEqual(matching(tried, context));
      }),
      { numRuns: 150, endOnFailure: true },
    );
  });

  // Every operator by itself: in a random rule, its faults may be hidden by others.
  describe.each(timeZones)('in the time zone %s', (timeZone) => {
    // Only dates depend on the zone.
    const tried = ruleOperators.filter(
      (each) => timeZone === 'UTC' || (operatorsOfType.date as readonly string[]).includes(each),
    );
    it.each(tried)('agrees with an independent count: %s', async (operator) => {
      const context = { fields, segments, now, timeZone };
      const ofField = fields.filter(
        ({ type }) =>
          (operatorsOfType[type] as readonly string[]).includes(operator) &&
          (timeZone === 'UTC' || type === 'date'),
      );
      for (const { key, type } of ofField) {
        const samples = fc.sample(
          fc.record({
            value: valueFor(operator, type),
            unit: fc.constantFrom(...periodUnits),
            fold: fc.nat(2),
          }),
          { numRuns: 12, seed: 7 },
        );
        for (const { value, unit, fold } of samples) {
          const node: RuleCondition = {
            ...{ field: key, operator },
            ...(value !== undefined && { value }),
            ...(operandOf[operator] === 'period' && { unit }),
            ...(type === 'text' && fold > 0 && { ignoreCase: true, ignoreAccents: fold > 1 }),
          };
          const wrapped: SegmentRule = { match: 'all', conditions: [node] };
          const counted = subjects.flatMap((each, id) =>
            independently(node, type, each, timeZone) ? [id] : [],
          );
          const told = (ids: number[]) => ({
            node,
            ids: ids.filter((id) => isCountable(node, subjects[id])),
          });
          expect(told(matching(wrapped, context))).toEqual(told(counted));
          expect(told(await found(wrapped, context))).toEqual(told(matching(wrapped, context)));
        }
      }
    });
  });
});

/** With wildcards, the count below cannot say which part of a character that folds to several is meant. */
function isCountable({ operator, field, ignoreCase }: RuleCondition, of?: RuleSubject): boolean {
  const multiple = /[ßẞﬃæÆİ]/.test(String(of?.fields[field]));
  return !(ignoreCase && multiple && /atches$/.test(operator));
}

/**
 * The table of docs/segments.md a third time, by other means than the library's: wall clocks instead of moments, upper
 * case instead of folding, JavaScript's own expressions for wildcards.
 */
function independently(
  node: RuleNode,
  type: string,
  { fields: values }: RuleSubject,
  timeZone: string,
): boolean {
  if (isRuleGroup(node) || isSegmentCondition(node)) throw new Error('Only conditions');
  const { operator, value, unit } = node;
  const actual = values[node.field] ?? null;
  if (operator === 'isNull') return actual === null;
  if (operator === 'isNotNull') return actual !== null;
  const opposite = /^not([A-Z])(\w+)$/.exec(operator);
  if (opposite?.[1]) {
    const positive = `${opposite[1].toLowerCase()}${opposite[2]}` as RuleOperator;
    return !independently(
      { ...node, operator: positive },
      type,
      { fields: values, segments: new Set() },
      timeZone,
    );
  }
  const list = [value].flat();
  if (type === 'text') {
    if (typeof actual !== 'string') return false;
    const plain = (char: string): string =>
      ({ ø: 'o', Ø: 'O', æ: 'ae', Æ: 'AE' })[char] ?? char.normalize('NFD').replace(/\p{M}/gu, '');
    const seen = (each: unknown): string => {
      const normal = String(each).normalize('NFC');
      if (!node.ignoreCase) return normal;
      return [...(node.ignoreAccents ? [...normal].map(plain).join('') : normal).toLowerCase()]
        .join('')
        .toUpperCase();
    };
    switch (operator as string) {
      case 'equals':
      case 'in':
        return list.map(seen).includes(seen(actual));
      case 'contains':
        return seen(actual).split(seen(value)).length > 1 || seen(value) === '';
      case 'startsWith':
        return seen(actual).slice(0, seen(value).length) === seen(value);
      case 'endsWith':
        return seen(value) === '' || seen(actual).slice(-seen(value).length) === seen(value);
      case 'matches': {
        const source = seen(value)
          .replace(/[.+^${}()|[\]\\]/g, '\\$&')
          .replaceAll('*', '.*')
          .replaceAll('?', '.');
        return new RegExp(`^${source}$`, 'su').test(seen(actual));
      }
      case 'lengthAtLeast':
        return [...actual].length >= Number(value);
      default:
        return [...actual].length <= Number(value);
    }
  }
  if (type !== 'date') {
    if (operator === 'equals' || operator === 'in') return list.some((each) => each === actual);
    if (typeof actual !== 'number') return false;
    const [from, to] = list.map(Number) as [number, number];
    if (operator === 'between') return !(actual < from) && !(actual > to);
    const sign = Math.sign(actual - from);
    return { greaterThan: [1], greaterThanOrEqualTo: [0, 1], lessThan: [-1], lessThanOrEqualTo: [-1, 0] }[
      operator as 'greaterThan'
    ].includes(sign);
  }
  if (typeof actual !== 'string' || !/^\d{4}-\d\d-\d\d/.test(actual)) return false;
  /** What the wall clock of the zone shows: `2026-03-01 02:30:00.000`. */
  const wall = (date: string): string =>
    date.length === 10
      ? `${date} 00:00:00.000`
      : `${new Date(date).toLocaleString('sv-SE', { timeZone })}.${date.slice(20, 23)}`;
  const here = wall(actual);
  const today = wall(now.toISOString()).slice(0, 10);
  const shifted = (days: number, months = 0): string => {
    const [year = 0, month = 0, dayOfMonth = 0] = today.split('-').map(Number);
    const lastOf = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
    return new Date(
      Date.UTC(year, month - 1 + months, (months ? Math.min(dayOfMonth, lastOf) : dayOfMonth) + days),
    )
      .toISOString()
      .slice(0, 10);
  };
  const resolved = (each: unknown): string => {
    const known = { today: [0, 0], 'today-1d': [-1, 0], 'today+1d': [1, 0], 'today-2w': [-14, 0] } as const;
    const byMonth = { 'today-1m': -1, 'today+1y': 12 } as const;
    const text = String(each);
    if (text in known) return shifted(known[text as 'today'][0]);
    return text in byMonth ? shifted(0, byMonth[text as 'today-1m']) : text;
  };
  const first = (each: unknown): string => wall(resolved(each));
  const last = (each: unknown): string =>
    resolved(each).length === 10 ? `${resolved(each)} 23:59:59.999` : first(each);
  const months = { day: 0, week: 0, month: Number(value), year: 12 * Number(value) }[unit ?? 'day'];
  const days = { day: Number(value), week: 7 * Number(value), month: 0, year: 0 }[unit ?? 'day'];
  const [localYear = 0, localMonth = 0, localDay = 0] = here.slice(0, 10).split('-').map(Number);
  switch (operator as string) {
    case 'equals':
      return here >= first(value) && here <= last(value);
    case 'greaterThan':
      return here > last(value);
    case 'greaterThanOrEqualTo':
      return here >= first(value);
    case 'lessThan':
      return here < first(value);
    case 'lessThanOrEqualTo':
      return here <= last(value);
    case 'between':
      return here >= first(list[0]) && here <= last(list[1]);
    case 'withinLast': {
      const edge = shifted(-days, -months);
      return here.slice(0, 10) > edge && here.slice(0, 10) <= today;
    }
    case 'withinNext':
      return here.slice(0, 10) >= today && here.slice(0, 10) < shifted(days, months);
    case 'yearToDate':
      return here.slice(0, 4) === today.slice(0, 4) && here.slice(0, 10) <= today;
    case 'dayOf':
      return list.includes(localDay);
    case 'monthOf':
      return list.includes(localMonth);
    case 'yearOf':
      return list.includes(localYear);
    case 'dayOfWeek': {
      const names = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
      const name = new Date(Date.UTC(localYear, localMonth - 1, localDay)).toUTCString().slice(0, 3);
      return list.includes(names.indexOf(name) + 1);
    }
    default: {
      // The next anniversary on or after today, as a person would look for it in a calendar.
      for (let ahead = 0; ahead < Number(value); ahead += 1) {
        const [year = 0, month = 0, dayOfMonth = 0] = shifted(ahead).split('-').map(Number);
        const isLeap = new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1;
        const celebrated = localMonth === 2 && localDay === 29 && !isLeap ? 28 : localDay;
        if (month === localMonth && dayOfMonth === celebrated) return true;
      }
      return false;
    }
  }
}
