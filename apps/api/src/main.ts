import { EnvironmentError } from '@audience-relay/observability';
import 'reflect-metadata';
import { readApiConfig } from './config/api-config';
import { createApp } from './create-app';
import { writeOpenApi } from './openapi/write-openapi';

async function start(): Promise<void> {
  const [command, file] = process.argv.slice(2);
  if (command === '--openapi' && file) return writeOpenApi(file);

  const config = readApiConfig(process.env);
  const app = await createApp(config);
  await app.listen(config.port, config.host);
}

start().catch((error: unknown) => {
  const text =
    error instanceof EnvironmentError ? error.message : `The API could not start. ${(error as Error).stack}`;
  process.stderr.write(`${text}\n`);
  process.exit(1);
});
