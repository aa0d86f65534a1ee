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

interface Operation {
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
