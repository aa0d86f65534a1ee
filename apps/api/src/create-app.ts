import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import cookieParser from 'cookie-parser';
import helmet from 'helmet';
import { Logger } from 'nestjs-pino';
import type { Server } from 'node:http';
import { AppModule } from './app.module';
import type { ApiConfig } from './config/api-config';
import { createOpenApiDocument } from './openapi/document';

/** The whole HTTP application, not yet listening: the same for the process, for tests and for the OpenAPI file. */
export async function createApp(
  config: ApiConfig,
  options: { preview?: boolean } = {},
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(config), {
    bodyParser: false,
    bufferLogs: true,
    abortOnError: false,
    preview: options.preview,
    ...(options.preview && { logger: ['error'] }),
  });
  app.setGlobalPrefix('api/v1');
  if (options.preview) return app;

  app.useLogger(app.get(Logger));
  app.enableShutdownHooks();
  app.set('trust proxy', config.trustProxy);
  app.use(helmet());
  app.use(cookieParser());
  // An upload may take long; headers still have to arrive within Node's own minute.
  (app.getHttpServer() as Server).requestTimeout = 60 * 60_000;
  // Only JSON is parsed; uploads are streamed by those who take them.
  app.useBodyParser('json', { limit: '1mb' });
  SwaggerModule.setup('api/docs', app, () => createOpenApiDocument(app), {
    jsonDocumentUrl: 'api/docs-json',
    swaggerOptions: { persistAuthorization: true },
  });
  return app;
}
