import { problemCodes, type ProblemCode } from '@audience-relay/contracts';
import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ProblemDto } from './problem.dto';

/**
 * Documents a problem that this endpoint answers besides the usual ones (400, 401, 403, 404, 413, 415 and 500 are
 * documented on every endpoint that can answer them, by openapi/document.ts). Several of one status are joined.
 */
export function ApiProblem(description: string, ...codes: [ProblemCode, ...ProblemCode[]]): MethodDecorator {
  return (target, key, descriptor) => {
    const status = problemCodes[codes[0]];
    // The key under which Swagger's decorator keeps what stands below this one.
    const known = Reflect.getMetadata('swagger/apiResponse', descriptor.value as object) as
      Partial<Record<number, { description: string }>> | undefined;
    const text = `${description} Code: ${codes.map((code) => `\`${code}\``).join(', ')}.`;
    const decorate = applyDecorators(
      ApiExtraModels(ProblemDto),
      ApiResponse({
        status,
        description: [text, known?.[status]?.description].filter(Boolean).join(' '),
        content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDto) } } },
      }),
    );
    decorate(target, key, descriptor);
  };
}
