import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(__dirname, '../../openapi');
const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const;
/** Of the account's own endpoints only reading is of use here; the rest changes passwords and the like. */
const LEFT_OUT = /^(put|patch) \/v3\/user\/|^get \/v3\/user\/credits$/;

type Json = Record<string, unknown>;

interface Document {
  paths: Record<string, Record<string, Json>>;
  components: Record<string, Json>;
}

/** Twilio's OpenAPI files as one document, because a validating proxy serves one. Component names get a prefix. */
export function mergedDocument(): Json & Document {
  const paths: Document['paths'] = {};
  const components: Document['components'] = {};
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.json'))) {
    const prefix = file.replace(/^tsg_(mc_)?|_v3\.json$/g, '');
    const text = readFileSync(join(FOLDER, file), 'utf8').replace(
      /"#\/components\/(\w+)\/(\w+)"/g,
      `"#/components/$1/${prefix}_$2"`,
    );
    const document = JSON.parse(text) as Document;
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const method of METHODS) {
        const operation = operations[method];
        if (!operation) continue;
        if (LEFT_OUT.test(`${method} ${path}`)) delete operations[method];
        else operation['operationId'] = `${prefix}_${String(operation['operationId'])}`;
      }
      paths[path] = operations;
    }
    for (const [kind, named] of Object.entries(document.components)) {
      if (kind === 'securitySchemes') continue;
      components[kind] ??= {};
      for (const [name, value] of Object.entries(named)) components[kind][`${prefix}_${name}`] = value;
    }
  }
  components['securitySchemes'] = { BearerAuth: { type: 'http', scheme: 'bearer' } };
  return {
    openapi: '3.1.0',
    info: { title: 'SendGrid Marketing Campaigns', version: '3' },
    security: [{ BearerAuth: [] }],
    paths,
    components,
  };
}

/** Every operation of the merged document: `PUT /v3/marketing/contacts`. */
export function operationsOf({ paths }: Document): string[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    METHODS.filter((method) => operations[method]).map((method) => `${method.toUpperCase()} ${path}`),
  );
}
