import { explainStartFailure } from '@audience-relay/observability';
import 'reflect-metadata';
import { readApiConfig } from './config/api-config';
import { createApp } from './create-app';
import { migrate } from './migrate';
import { writeOpenApi } from './write-openapi';

async function start(): Promise<void> {
  const [command, file] = process.argv.slice(2);
  if (command === '--openapi' && file) return writeOpenApi(file);
  if (command === '--migrate') return migrate(process.env, file === '--status');

  const config = readApiConfig(process.env);
  const app = await createApp(config);
  await app.listen(config.port, config.host);
}

start().catch((error: unknown) => {
  process.stderr.write(`${explainStartFailure('API', error)}\n`);
  process.exit(1);
});
