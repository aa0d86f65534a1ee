import { EnvironmentError } from '@audience-relay/observability';
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { Logger } from 'nestjs-pino';
import { readWorkerConfig } from './worker-config';
import { WorkerModule } from './worker.module';

async function start(): Promise<void> {
  const config = readWorkerConfig(process.env);
  const app = await NestFactory.createApplicationContext(WorkerModule.forRoot(config), {
    bufferLogs: true,
    abortOnError: false,
  });
  app.useLogger(app.get(Logger));
  app.enableShutdownHooks();
}

start().catch((error: unknown) => {
  const text =
    error instanceof EnvironmentError
      ? error.message
      : `The worker could not start. ${(error as Error).stack}`;
  process.stderr.write(`${text}\n`);
  process.exit(1);
});
