import { identifyRequest } from '@audience-relay/observability';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import cookieParser from 'cookie-parser';
import type { NextFunction, Request, Response } from 'express';
import helmet, { type HelmetOptions } from 'helmet';
import { Logger } from 'nestjs-pino';
import type { Server } from 'node:http';
import { AppModule } from './app.module';
import type { ApiConfig } from './config/api-config';
import { serveConsole } from './console/serve-console';
import { createOpenApiDocument } from './openapi/document';
import { jsonBody } from './validation/json-body';

/** Enough for the console and for Swagger UI, and nothing from anywhere else. */
const securityHeaders: HelmetOptions = {
  contentSecurityPolicy: {
    directives: {
      'default-src': ["'self'"],
      'base-uri': ["'self'"],
      'connect-src': ["'self'"],
      'font-src': ["'self'", 'data:'],
      'form-action': ["'self'"],
      'frame-ancestors': ["'none'"],
      'img-src': ["'self'", 'data:'],
      'object-src': ["'none'"],
      'script-src': ["'self'"],
      'script-src-attr': ["'none'"],
      // Angular adds the styles of components as style elements.
      'style-src': ["'self'", "'unsafe-inline'"],
    },
    useDefaults: false,
  },
};

/** Answers hold personal data, or what may be seen only by who asked: nothing on the way, nor the browser, keeps them. */
function notStored(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Cache-Control', 'no-store');
  next();
}

/** The whole HTTP application, not yet listening: the same for the process, for tests and for the OpenAPI file. */
export async function createApp(
  config: ApiConfig,
  options: { preview?: boolean } = {},
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(config), {
    bodyParser: false,
    bufferLogs: true,
    // A start that fails is explained by main.ts, not by a dump of what was logged until then.
    autoFlushLogs: false,
    abortOnError: false,
    preview: options.preview,
    ...(options.preview && { logger: ['error'] }),
  });
  app.setGlobalPrefix('api/v1');
  if (options.preview) return app;

  app.useLogger(app.get(Logger));
  app.flushLogs();
  app.enableShutdownHooks();
  app.set('trust proxy', config.trustProxy);
  app.disable('x-powered-by');
  app.use(identifyRequest);
  app.use(helmet(securityHeaders));
  app.use('/api/v1', notStored);
  app.use(serveConsole(config.consoleDir));
  app.use(cookieParser());
  // An upload may take long; headers still have to arrive within Node's own minute.
  (app.getHttpServer() as Server).requestTimeout = 60 * 60_000;
  // Only JSON is parsed; uploads are streamed by those who take them.
  app.useBodyParser('json', jsonBody);
  SwaggerModule.setup('api/docs', app, () => createOpenApiDocument(app), {
    jsonDocumentUrl: 'api/docs-json',
  });
  return app;
}
