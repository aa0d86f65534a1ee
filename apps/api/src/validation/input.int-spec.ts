import type { ProblemFieldError } from '@audience-relay/contracts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestApi, type TestApi } from '../testing/test-api';

interface Schema {
  $ref?: string;
  allOf?: Schema[];
  oneOf?: Schema[];
  type?: string;
  nullable?: boolean;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
}

interface Parameter {
  name: string;
  in: string;
  schema: { type?: string; enum?: string[] };
}

interface Operation {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

const document = JSON.parse(readFileSync(join(__dirname, '../../openapi.json'), 'utf8')) as OpenApi;

function resolve(schema: Schema): Schema {
  const ref = schema.$ref ?? schema.allOf?.[0]?.$ref;
  const named = ref === undefined ? {} : (document.components.schemas[ref.split('/').at(-1) ?? ''] ?? {});
  return { ...named, ...schema };
}

interface NullPlace {
  /** Where the null is, as the answer must say it. */
  path: string;
  body: unknown;
  nullable: boolean;
}

/** A body for every place of a schema where a null may be put; what lies around it is left out. */
function nullPlaces(unresolved: Schema, seen: readonly Schema[] = []): NullPlace[] {
  const schema = resolve(unresolved);
  if (seen.some((other) => other.properties && other.properties === schema.properties)) return [];
  const inside = [...seen, schema];
  const at = (key: string, wrap: (value: unknown) => unknown, child: Schema): NullPlace[] => [
    { path: key, body: wrap(null), nullable: resolve(child).nullable === true },
    ...nullPlaces(child, inside).map(({ path, body, nullable }) => ({
      path: `${key}.${path}`,
      body: wrap(body),
      nullable,
    })),
  ];
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([key, child]) =>
      at(key, (value) => ({ [key]: value }), child),
    ),
    ...(schema.items ? at('0', (value) => [value], schema.items) : []),
  ];
}

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).flatMap(([method, { requestBody }]) => {
    const schema = requestBody?.content['application/json']?.schema;
    return schema ? [{ method: method.toUpperCase(), path, schema }] : [];
  }),
);

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const send = (method: string, path: string, body: unknown): Promise<Response> =>
  api.administrator.fetch(path.replace('/api/v1/', '').replace(/\{\w+\}/g, '0123456789abcdef01234567'), {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('Null', () => {
  it.each(operations)(
    '$method $path takes null only where the schema says so',
    async ({ method, path, schema }) => {
      // The inside of a rule is checked after everything around it is right: the preview, which takes only a rule, shows it.
      const places = nullPlaces(schema).filter(
        (place) => path.endsWith('/segments/preview') || !place.path.startsWith('rule.'),
      );
      for (const place of places) {
        const answer = await send(method, path, place.body);
        const { status, errors = [] } = (await answer.json()) as {
          status: number;
          errors?: ProblemFieldError[];
        };
        const refused = errors.some((error) => place.path === error.path || place.path === `${error.path}.0`);
        expect({ ...place, status, refused }).toEqual({
          ...place,
          status: place.nullable ? expect.any(Number) : 400,
          refused: !place.nullable,
        });
      }
    },
  );

  it.each(operations)('$method $path takes no list as its body', async ({ method, path }) => {
    for (const body of [[], [{}], [null]]) {
      const answer = await send(method, path, body);
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ code: 'malformed-request' });
    }
  });
});

const id = '0123456789abcdef01234567';
const concrete = (path: string): string => path.replace('/api/v1/', '').replace(/\{\w+\}/g, id);

const reads = Object.entries(document.paths).flatMap(([path, { get }]) => {
  const query = (get?.parameters ?? []).filter((parameter) => parameter.in === 'query');
  return query.length > 0 ? [{ path, query }] : [];
});

describe('Text that cannot be stored', () => {
  it.each(reads)('is refused in every parameter of $path', async ({ path, query }) => {
    for (const { name } of query) {
      const { status, body } = await api.administrator.get<{ errors?: ProblemFieldError[] }>(
        `${concrete(path)}?${name}=a%00b`,
      );
      expect({ name, status, paths: body.errors?.map((error) => error.path) }).toEqual({
        name,
        status: 400,
        paths: expect.arrayContaining([name]) as string[],
      });
    }
  });

  it.each(['\0', '\ud800', '\udc00x'])('is refused in names, keys and deep inside: %j', async (text) => {
    const cases: [string, unknown, string][] = [
      ['segments', { name: `a${text}`, rule: { match: 'all', conditions: [] } }, 'name'],
      [
        'segments',
        { name: 'a', rule: { match: 'all', conditions: [{ field: 'city', value: [text] }] } },
        'rule.conditions.0.value.0',
      ],
      ['exports', { settingsLabels: { list: text } }, 'settingsLabels.list'],
      ['exports', { mapping: { fields: { [`e${text}`]: 'email' } } }, 'mapping.fields.e'],
      ['api-keys', { name: text, role: 'viewer' }, 'name'],
      ['auth/login', { email: `${text}@example.com`, password: 'x' }, 'email'],
    ];
    for (const [path, body, place] of cases) {
      const answer = await api.administrator.post<{ errors: ProblemFieldError[] }>(path, body);
      expect(answer.status).toBe(400);
      expect(answer.body.errors[0]?.path).toContain(place);
    }
  });

  it('finds nothing in a path', async () => {
    expect(await api.administrator.get('profiles/a%00b')).toMatchObject({ status: 404 });
    expect((await api.administrator.patch('profiles/fields/a%00b', { label: 'x' })).status).toBe(404);
  });
});

describe('A forged cursor', () => {
  const lists = reads.flatMap(({ path, query }) =>
    query.some(({ name }) => name === 'cursor') && !path.includes('/targets')
      ? [{ path, sorts: query.find(({ name }) => name === 'sort')?.schema.enum ?? [] }]
      : [],
  );
  const values = [
    '\0',
    'x',
    '',
    0,
    -1,
    1e300,
    true,
    null,
    [],
    ['x'],
    {},
    { $gt: '' },
    { $oid: id },
    { $date: 'never' },
    { $date: { $numberLong: '99999999999999999' } },
    { $numberDouble: 'NaN' },
    { $numberDouble: 'Infinity' },
    { $numberDecimal: '1' },
    { $regularExpression: { pattern: 'x', options: '' } },
    { $undefined: true },
    { $minKey: 1 },
    { $binary: { base64: 'AAAA', subType: '00' } },
    { $timestamp: { t: 1, i: 1 } },
    { $symbol: 'x' },
  ];

  it.each(lists)('of $path is refused or finds nothing that it should not', async ({ path, sorts }) => {
    expect(sorts.length).toBeGreaterThan(0);
    for (const sort of sorts.filter((one) => !one.startsWith('-'))) {
      const answers = values.flatMap((value) =>
        [value, { $oid: id }].map(async (last) => {
          const cursor = Buffer.from(JSON.stringify([sort, value, last])).toString('base64url');
          const { status } = await api.administrator.get(`${concrete(path)}?sort=${sort}&cursor=${cursor}`);
          return { sort, value, status };
        }),
      );
      for (const { status, ...cursor } of await Promise.all(answers))
        expect({ ...cursor, status, fine: [200, 400, 404].includes(status) }).toMatchObject({ fine: true });
    }
  });
});

describe('A body', () => {
  it.each([
    ['lists', '['.repeat(50_000) + ']'.repeat(50_000)],
    ['objects', '{"a":'.repeat(50_000) + '1' + '}'.repeat(50_000)],
    ['lists that never end', '['.repeat(500_000)],
  ])('of deep %s is refused before it is parsed, without signing in', async (_, body) => {
    const began = performance.now();
    const answer = await api.nobody.fetch('auth/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      code: 'malformed-request',
      detail: expect.stringContaining('nested') as string,
    });
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('may hold brackets in its texts', async () => {
    const answer = await api.administrator.post('api-keys', { name: '[{"\\'.repeat(10), role: 'viewer' });
    expect(answer.status).toBe(201);
  });

  const kinds = [
    ['application/x-www-form-urlencoded', 'email=a'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['application/xml', '<a/>'],
    ['text/plain', '{}'],
    ['application/json; charset=utf-16', Buffer.from('{}', 'utf16le')],
  ] as const;

  it.each(operations)('$method $path is refused as another kind of content', async ({ method, path }) => {
    for (const [type, body] of kinds) {
      const answer = await api.administrator.fetch(concrete(path), {
        method,
        headers: { 'Content-Type': type },
        body,
      });
      expect({ type, status: answer.status }).toEqual({ type, status: 415 });
      expect(await answer.json()).toMatchObject({
        code: 'unsupported-media-type',
        detail: expect.stringContaining('Send') as string,
      });
    }
  });

  it.each(['profiles/imports', 'profiles/imports/preview'])('of %s is a file, not a form', async (path) => {
    for (const [type, body] of kinds.slice(0, 3)) {
      const answer = await api.administrator.fetch(path, {
        method: 'POST',
        headers: { 'Content-Type': type },
        body,
      });
      expect({ type, status: answer.status }).toEqual({ type, status: 415 });
    }
  });
});

describe('Another method', () => {
  it.each(Object.entries(document.paths).map(([path, methods]) => ({ path, methods: Object.keys(methods) })))(
    'of $path is answered by those that there are',
    async ({ path, methods }) => {
      const known = methods.map((method) => method.toUpperCase());
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'].filter(
        (one) => !known.includes(one),
      )) {
        const answer = await api.administrator.fetch(concrete(path), { method });
        // `runs/{id}` also answers to what is beside it: `exports/totals` is no export.
        if (answer.status !== 405) {
          expect({
            path,
            method,
            status: answer.status,
            fine: [400, 404].includes(answer.status),
          }).toMatchObject({ fine: true });
          continue;
        }
        expect(await answer.json()).toMatchObject({ code: 'method-not-allowed' });
        const allowed = answer.headers.get('Allow')?.split(', ') ?? [];
        expect(allowed).toEqual(expect.arrayContaining(known));
        expect(allowed).not.toContain(method);
      }
    },
  );

  it('of an address that is none is still not found', async () => {
    expect((await api.administrator.delete('nothing/here')).status).toBe(404);
  });
});
