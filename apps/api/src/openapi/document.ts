import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { ProblemDto, ProblemFieldErrorDto } from '../problems/problem.dto';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

const description = `Sends segments of unified customer profiles to marketing tools.

Sign in by \`POST /api/v1/auth/login\` and press **Authorize** with the access token, or with an API key. Every error is
\`application/problem+json\` with a stable \`code\`. Lists take \`limit\`, \`cursor\`, \`search\` and \`sort\`. An update
carries the \`version\` it was made on and is refused with 409 when someone else was quicker.`;

/** Problems that follow from what an operation takes and who may call it: documented here once, not on each. */
function usualProblems(operation: Operation): Record<string, string> {
  const parameters = operation.parameters ?? [];
  const inPath = parameters.some((parameter) => 'in' in parameter && parameter.in === 'path');
  const takesInput = operation.requestBody !== undefined || parameters.length > 0;
  const access = (operation as { 'x-access'?: string })['x-access'];
  return {
    ...(takesInput && { 400: 'The request is not valid. Code: `validation-failed`, `malformed-request`.' }),
    ...(access && { 401: 'Not signed in. Code: `unauthenticated`.' }),
    ...(access && access !== 'signed-in' && { 403: 'The role does not allow it. Code: `forbidden`.' }),
    ...(inPath && { 404: 'Does not exist. Code: `not-found`.' }),
    ...(operation.requestBody !== undefined && {
      413: 'The body is too large. Code: `payload-too-large`.',
      415: 'Another kind of content than is declared. Code: `unsupported-media-type`.',
    }),
    500: 'Our fault. Code: `internal-error`.',
  };
}

/** What stands in braces in a path is text for whoever calls, whatever a pipe makes of it. Said here once, not on each. */
function completePathParameters(path: string, operation: Operation): void {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    ...{ name, in: 'path' as const, required: true },
    description: name === 'id' ? 'The id.' : 'The key.',
    schema: { type: 'string' as const },
  }));
  const others = (operation.parameters ?? []).filter(
    (parameter) => !('in' in parameter) || parameter.in !== 'path',
  );
  operation.parameters = [...inPath, ...others];
}

function completeOperation(path: string, operation: Operation): void {
  completePathParameters(path, operation);
  for (const [status, text] of Object.entries(usualProblems(operation)))
    operation.responses[status] ??= {
      description: text,
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemDto' } } },
    };
  const access = (operation as { 'x-access'?: string })['x-access'];
  if (access && access !== 'signed-in')
    operation.description = [operation.description, `Needs the permission \`${access}\`.`]
      .filter(Boolean)
      .join('\n\n');
}

/** The OpenAPI document: what Swagger UI shows, what apps/api/openapi.json holds, what the client is made from. */
export function createOpenApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Audience Relay')
    .setDescription(description)
    .setVersion('1')
    .addBearerAuth()
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (_controller, method) => method,
    extraModels: [ProblemDto, ProblemFieldErrorDto],
  });
  for (const [path, operations] of Object.entries(document.paths))
    for (const method of methods) if (operations[method]) completeOperation(path, operations[method]);
  // Seen by Swagger behind the pipe of ids; nothing that is sent or answered has its form.
  delete document.components?.schemas?.['ObjectId'];
  return document;
}
