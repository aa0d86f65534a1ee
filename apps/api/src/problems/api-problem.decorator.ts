import { problemCodes, type ProblemCode } from '@audience-relay/contracts';
import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ProblemDto } from './problem.dto';

/**
 * Documents a problem that this endpoint answers besides the usual ones (400, 401, 403, 404 and 500 are documented
 * on every endpoint that can answer them, by openapi/document.ts). Several codes of one status go in one call.
 */
export function ApiProblem(description: string, ...codes: [ProblemCode, ...ProblemCode[]]): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(ProblemDto),
    ApiResponse({
      status: problemCodes[codes[0]],
      description: `${description} Code: ${codes.map((code) => `\`${code}\``).join(', ')}.`,
      content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDto) } } },
    }),
  );
}
