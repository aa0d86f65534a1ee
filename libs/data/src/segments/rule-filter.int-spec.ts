import {
  type FieldValue,
  groupMatches,
  operatorsOfType,
  type RuleCondition,
  type RuleGroup,
  type RuleOperator,
} from '@audience-relay/contracts';
import { compileRule, matchesRule, type RuleField, validateRule } from '@audience-relay/segments';
import fc from 'fast-check';
import { type Connection, createConnection } from 'mongoose';

const fields: RuleField[] = [
  { key: 'city', type: 'text' },
  { key: 'note', type: 'text' },
  { key: 'age', type: 'number' },
  { key: 'joined', type: 'date' },
  { key: 'member', type: 'boolean' },
];

const now = new Date('2026-03-01T12:00:00Z');

// Few and near values, so that rules hit; with what breaks patterns and comparisons elsewhere.
const texts = [
  'Oslo',
  'oslo',
  'OSLO',
  'Bø',
  'BØ',
  'bø i telemark',
  'Straße',
  'STRASSE',
  'İzmir',
  'K',
  '\u212A',
];
const odd = [
  'a.c',
  'abc',
  'a\nc',
  'Oslo\n',
  ' Oslo',
  '$where',
  '^Oslo$',
  '(',
  'a|b',
  '\\d',
  '😀',
  'e\u0301',
  'é',
];
const text = fc.constantFrom(...texts, ...odd, 'o', '.', 'ø', 'S');
const number = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(0.5, -0.5, 1e15, 2 ** 53, -0));
const date = fc.constantFrom(
  '2026-02-27',
  '2026-02-28',
  '2026-03-01',
  '2026-02-28T00:00:00.000Z',
  '2026-02-28T23:59:59.999Z',
  '2026-03-01T00:00:00.000Z',
  '2026-03-01T12:00:00.000Z',
  '2024-02-29',
);
const valueOf: Record<RuleField['type'], fc.Arbitrary<FieldValue>> = {
  text,
  number,
  date,
  boolean: fc.boolean(),
};

const profile = fc.record(
  // A value of another type can be there: the field's type was another one when it was imported.
  Object.fromEntries(
    fields.map(({ key, type }) => [
      key,
      fc.oneof({ weight: 9, arbitrary: valueOf[type] }, fc.oneof(text, number)),
    ]),
  ),
  { requiredKeys: [] },
) as fc.Arbitrary<Record<string, FieldValue>>;

function valueFor(operator: RuleOperator, type: RuleField['type']): fc.Arbitrary<RuleCondition['value']> {
  switch (operator) {
    case 'isNull':
    case 'isNotNull':
      return fc.constant(undefined);
    case 'in':
      return fc.array(valueOf[type], { minLength: 1, maxLength: 4 });
    case 'between':
    case 'notBetween':
      return fc
        .tuple(valueOf[type], valueOf[type])
        .map(([a, b]) => ((a as string) <= (b as string) ? [a, b] : [b, a]));
    case 'withinLastDays':
      return fc.nat(3);
    case 'equals':
    case 'notEquals':
    case 'contains':
    case 'startsWith':
    case 'endsWith':
    case 'greaterThan':
    case 'greaterThanOrEqualTo':
    case 'lessThan':
    case 'lessThanOrEqualTo':
      return valueOf[type];
  }
}

const condition: fc.Arbitrary<RuleCondition> = fc.constantFrom(...fields).chain(({ key, type }) =>
  fc.constantFrom<RuleOperator>(...operatorsOfType[type]).chain((operator) =>
    fc.record({
      field: fc.constant(key),
      operator: fc.constant(operator),
      value: valueFor(operator, type),
      ignoreCase: type === 'text' ? fc.boolean() : fc.constant(undefined),
    }),
  ),
);

const { rule } = fc.letrec<{ rule: RuleGroup; node: RuleCondition | RuleGroup }>((tie) => ({
  node: fc.oneof({ depthSize: 'small', withCrossShrink: true }, condition, tie('rule')),
  rule: fc.record({
    match: fc.constantFrom(...groupMatches),
    conditions: fc.array(tie('node'), { minLength: 1, maxLength: 4 }),
  }),
}));

describe('a compiled rule on the database', () => {
  let connection: Connection;

  beforeAll(async () => {
    const uri = process.env['TEST_MONGODB_URI'];
    if (!uri) throw new Error('TEST_MONGODB_URI is not set: integration tests need a database (npm test).');
    connection = await createConnection(uri, { dbName: `test_rules_${process.pid}` }).asPromise();
  });

  afterAll(async () => {
    await connection.dropDatabase();
    await connection.close();
  });

  it('finds exactly those whom the evaluator finds', async () => {
    const collection = connection.collection<{ _id: number; fields: Record<string, FieldValue> }>('profiles');
    const profiles = fc.sample(profile, { numRuns: 400, seed: 20260301 });
    await collection.insertMany(profiles.map((values, _id) => ({ _id, fields: values })));

    await fc.assert(
      fc.asyncProperty(rule, async (tried) => {
        expect(validateRule(tried, fields)).toEqual([]);
        const expected = profiles.flatMap((values, id) =>
          matchesRule(tried, values, fields, now) ? [id] : [],
        );
        const found = await collection
          .find(compileRule(tried, fields, now), { projection: { _id: 1 } })
          .sort({ _id: 1 })
          .toArray();
        expect(found.map(({ _id }) => _id)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });
});
