import { explainStartFailure } from '@audience-relay/observability';
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { Logger } from 'nestjs-pino';
import { readWorkerConfig } from './config/worker-config';
import { WorkerModule } from './worker.module';

async function start(): Promise<void> {
  const config = readWorkerConfig(process.env);
  const app = await NestFactory.createApplicationContext(WorkerModule.forRoot(config), {
    bufferLogs: true,
    // A start that fails is explained below, not by a dump of what was logged until then.
    autoFlushLogs: false,
    abortOnError: false,
  });
  app.useLogger(app.get(Logger));
  app.flushLogs();
  app.enableShutdownHooks();
}

start().catch((error: unknown) => {
  process.stderr.write(`${explainStartFailure('worker', error)}\n`);
  process.exit(1);
});
