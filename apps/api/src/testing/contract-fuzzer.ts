import Ajv, { type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** As much of OpenAPI 3.0 as our document uses. */
interface Schema {
  $ref?: string;
  allOf?: Schema[];
  oneOf?: Schema[];
  type?: string;
  format?: string;
  enum?: unknown[];
  nullable?: boolean;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  items?: Schema;
  minimum?: number;
  maximum?: number;
  example?: unknown;
}

interface Content {
  content?: Record<string, { schema: Schema }>;
}

export interface Operation {
  operationId: string;
  parameters?: { name: string; in: 'path' | 'query' | 'header'; schema: Schema }[];
  requestBody?: Content;
  responses: Record<string, Content>;
}

interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

export const openApi = JSON.parse(readFileSync(join(__dirname, '../../openapi.json'), 'utf8')) as OpenApi;

/** The schema behind a reference, with what is said beside it. */
function resolve(schema: Schema): Schema {
  const ref = schema.$ref ?? schema.allOf?.[0]?.$ref;
  const named = ref === undefined ? {} : (openApi.components.schemas[ref.split('/').at(-1) ?? ''] ?? {});
  return { ...named, ...schema };
}

export interface FuzzRequest {
  method: string;
  /** Below /api/v1, with its query. */
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/** What a request is made of besides chance: ids that exist, by the path they stand in. */
type KnownIds = (path: string) => readonly string[];

const huge = 'x'.repeat(20_000);
const texts = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '\udc00',
  '\u202e',
  'ÆØÅ😀',
  huge,
  '../../etc/passwd',
  '%00',
  "' OR 1=1",
  '{{7*7}}',
  '$where',
  '__proto__',
  'constructor',
  '=1+1',
  'null',
  'NaN',
  '-1',
  '2026-02-30',
  '2026-05-17T08:00:00.000Z',
  'a@example.com',
  'http://127.0.0.1:9/',
];
const numbers = [0, -0, 1, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 53), 1e21, 1e308, Number.MIN_VALUE];
const ids = [
  '0123456789abcdef01234567',
  'ffffffffffffffffffffffff',
  'x',
  '0',
  '%00',
  '%ED%A0%80',
  'a'.repeat(5_000),
  '%F0%9F%98%80',
  'undefined',
  '[object%20Object]',
];
const cursors = [
  'x',
  '',
  '%00',
  Buffer.from('["name","\\u0000","x"]').toString('base64url'),
  Buffer.from('["name",{"$date":"x"},"x"]').toString('base64url'),
  Buffer.from('["-queuedAt",{"$numberDouble":"NaN"},null]').toString('base64url'),
  Buffer.from('[').toString('base64url'),
  '9:'.repeat(900),
];

/** Every request is chosen by this alone, so that a seed and a number name it. */
export class Chance {
  constructor(private state: number) {}

  /** At least 0, below 1 (mulberry32). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  is(probability: number): boolean {
    return this.next() < probability;
  }

  one<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }
}

/** Any JSON there is. */
function anything(chance: Chance, depth = 0): unknown {
  const kinds = [
    () => null,
    () => chance.one(texts),
    () => chance.one(numbers),
    () => chance.is(0.5),
    () => Array.from({ length: chance.below(4) }, () => (depth > 3 ? 0 : anything(chance, depth + 1))),
    () =>
      Object.fromEntries(
        Array.from({ length: chance.below(4) }, () => [
          chance.one(texts),
          depth > 3 ? 0 : anything(chance, depth + 1),
        ]),
      ),
    () => JSON.parse('['.repeat(60) + ']'.repeat(60)) as unknown,
  ];
  return chance.one(kinds)();
}

/** A value that fits the schema, except where chance breaks it. */
function valueOf(
  schema: Schema,
  chance: Chance,
  breaking: number,
  known: readonly string[],
  name = '',
): unknown {
  const {
    type,
    enum: values,
    nullable,
    properties,
    required = [],
    additionalProperties,
    items,
    oneOf,
    example,
    format,
    minimum = 0,
    maximum,
  } = resolve(schema);
  if (chance.is(breaking)) return anything(chance);
  if (nullable && chance.is(0.2)) return null;
  if (values) return chance.one(values);
  const inside = (child: Schema, key: string): unknown => valueOf(child, chance, breaking, known, key);
  if (oneOf) return inside(chance.one(oneOf), name);
  if (properties) {
    const entries = Object.entries(properties)
      .filter(([key]) => (required.includes(key) ? !chance.is(breaking) : chance.is(0.7)))
      .map(([key, child]) => [key, inside(child, key)] as [string, unknown]);
    if (chance.is(breaking)) entries.push([chance.one([...texts, 'unknown']), anything(chance)]);
    return Object.fromEntries(entries);
  }
  if (example !== undefined && chance.is(0.8)) return example;
  if (typeof additionalProperties === 'object')
    return { [chance.one(['list', 'email', 'apiKey', 'x'])]: inside(additionalProperties, '') };
  switch (type ?? 'string') {
    case 'array':
      return Array.from({ length: 1 + chance.below(2) }, () => inside(items ?? {}, name));
    case 'number':
    case 'integer':
      return Math.min(maximum ?? 10, minimum + chance.below(5));
    case 'boolean':
      return chance.is(0.5);
    case 'object':
      return {};
    default:
      if (/ids?$/i.test(name)) return chance.one(known);
      if (format === 'date-time') return '2026-05-17T08:00:00.000Z';
      return chance.one([
        'Kari',
        'kari@example.com',
        'orange bicycle 47 rain',
        'Europe/Oslo',
        '08:00',
        'city',
        `n${chance.below(1e6)}`,
      ]);
  }
}

function parametersOf(
  operation: Operation,
  chance: Chance,
  breaking: number,
  known: readonly string[],
): string {
  const query = (operation.parameters ?? []).flatMap(({ name, in: place, schema }) => {
    if (place !== 'query' || !chance.is(0.4)) return [];
    if (name === 'cursor') return [`cursor=${chance.one(cursors)}`];
    if (chance.is(breaking))
      return [
        `${name}=${chance.one(['%00', '%ED%A0%80', '', '[]', '1e400', '-1', encodeURIComponent(huge.slice(0, 3_000))])}`,
      ];
    return [`${name}=${encodeURIComponent(String(valueOf(schema, chance, 0, known, name)))}`];
  });
  if (chance.is(breaking))
    query.push(chance.one(['unknown=1', '__proto__[x]=1', 'limit[]=1', 'search[$gt]=', '%00=1']));
  return query.length > 0 ? `?${query.join('&')}` : '';
}

const otherKinds = [
  'application/xml',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/json; charset=utf-16',
];

/** One request to an operation: as it should be, or broken in one or several places. */
export function requestTo(
  path: string,
  method: string,
  operation: Operation,
  chance: Chance,
  known: KnownIds,
): FuzzRequest {
  const breaking = chance.one([0, 0.05, 0.3]);
  const existing = known(path);
  const id = (): string => (chance.is(0.7) && existing.length > 0 ? chance.one(existing) : chance.one(ids));
  const address = path.replace('/api/v1/', '').replace(/\{\w+\}/g, id);
  const headers: Record<string, string> = {};
  if (chance.is(0.1))
    headers['Idempotency-Key'] = chance.one(['a', 'a b', 'x'.repeat(300), `k${chance.below(1e6)}`]);
  const [[type, media] = []] = Object.entries(operation.requestBody?.content ?? {});
  let body: string | undefined;
  if (type !== undefined && !chance.is(breaking / 3)) {
    headers['Content-Type'] = chance.is(breaking / 4) ? chance.one(otherKinds) : type;
    const value = valueOf(media?.schema ?? {}, chance, breaking, [...existing, ...known('')]);
    const json = JSON.stringify(value) ?? 'null';
    body =
      type === 'application/json'
        ? json
        : chance.one([
            'email\nkari@example.com\n',
            'email\n"',
            '\0\0',
            '{"email":"a@example.com"}\n',
            '\uFEFFid;email\n1;x\n',
          ]);
    if (chance.is(breaking / 6))
      body = chance.one([body.slice(0, -1), `${body}}`, '', 'null', '"x"', '7', '['.repeat(5_000)]);
  }
  return {
    method: method.toUpperCase(),
    path: `${address}${parametersOf(operation, chance, breaking, existing)}`,
    headers,
    body,
  };
}

/** JSON Schema for a schema of OpenAPI 3.0: null where it says so, and no member that it does not name. */
function toJsonSchema(schema: Schema): object {
  const { nullable, properties, items, additionalProperties, allOf, oneOf, $ref, ...rest } = schema;
  delete rest.example;
  const converted = {
    ...rest,
    ...($ref && { $ref: $ref.replace('#/components/schemas/', 'contract#/$defs/') }),
    ...(allOf && { allOf: allOf.map(toJsonSchema) }),
    ...(oneOf && { anyOf: oneOf.map(toJsonSchema) }),
    ...(items && { items: toJsonSchema(items) }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([key, child]) => [key, toJsonSchema(child)]),
      ),
    }),
    ...(typeof additionalProperties === 'object' && {
      additionalProperties: toJsonSchema(additionalProperties),
    }),
  };
  return nullable ? { anyOf: [converted, { type: 'null' }] } : converted;
}

const ajv = addFormats(new Ajv({ strict: false, allErrors: false }));
ajv.addSchema({
  $id: 'contract',
  $defs: Object.fromEntries(
    Object.entries(openApi.components.schemas).map(([name, schema]) => [
      name,
      // Answers to a problem may carry further members, as their code says.
      {
        ...toJsonSchema(schema),
        ...(schema.properties && name !== 'ProblemDto' && { additionalProperties: false }),
      },
    ]),
  ),
});
const validators = new Map<Schema, ValidateFunction>();

function validatorOf(schema: Schema): ValidateFunction {
  const known = validators.get(schema);
  if (known) return known;
  const validator = ajv.compile(toJsonSchema(schema));
  validators.set(schema, validator);
  return validator;
}

/** What is wrong with an answer, by the contract; null when nothing is. */
export async function breachOf(operation: Operation, answer: Response): Promise<string | null> {
  const { status } = answer;
  const type = answer.headers.get('Content-Type')?.split(';', 1)[0] ?? '';
  if (type === 'text/event-stream') return answer.body?.cancel().then(() => null) ?? null;
  const text = await answer.text();
  if (status === 500) return `${status}: ${text.slice(0, 300)}`;
  const declared = operation.responses[status];
  if (!declared) return `undeclared status ${status}: ${text.slice(0, 300)}`;
  const content = declared.content ?? {};
  if (text === '' && Object.keys(content).length === 0) return null;
  const media = content[type];
  if (!media) return `undeclared content ${type} with ${status}`;
  if (!type.endsWith('json')) return null;
  const validate = validatorOf(media.schema);
  if (validate(JSON.parse(text))) return null;
  const [error] = validate.errors ?? [];
  return `body of ${status}: ${error?.instancePath} ${error?.message} ${JSON.stringify(error?.params)}`;
}
