import { writeFile } from 'node:fs/promises';
import type { ApiConfig } from './config/api-config';
import { createApp } from './create-app';
import { createOpenApiDocument } from './openapi/document';

/** Enough to describe the API; a preview makes no provider, so nothing connects anywhere. */
const describedConfig: ApiConfig = {
  host: '127.0.0.1',
  port: 0,
  mongodbUri: 'mongodb://127.0.0.1',
  redisUrl: 'redis://127.0.0.1',
  jwtSecret: '',
  secretKeys: '',
  firstAdministrator: null,
  logLevel: 'silent',
  consoleDir: '',
  trustProxy: 0,
  metricsToken: null,
  importMaxBytes: 1,
  runRetentionDays: 1,
  signInsPerMinute: 1,
};

/** `node main.js --openapi <file>`: writes the OpenAPI document without database, Redis or environment. */
export async function writeOpenApi(file: string): Promise<void> {
  const app = await createApp(describedConfig, { preview: true });
  await writeFile(file, `${JSON.stringify(createOpenApiDocument(app), null, 2)}\n`);
}
