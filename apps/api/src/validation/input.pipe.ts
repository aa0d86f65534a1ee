import type { ProblemFieldError } from '@audience-relay/contracts';
import { type ArgumentMetadata, Injectable, type ValidationError, ValidationPipe } from '@nestjs/common';
import { invalid, ProblemException } from '../problems/problem.exception';

/** One error for each wrong field, with its place: `mapping.custom.0.name`. Of several, the rule declared first. */
function fieldErrors(errors: readonly ValidationError[], parent = ''): ProblemFieldError[] {
  return errors.flatMap((error) => {
    const path = parent === '' ? error.property : `${parent}.${error.property}`;
    // Decorators run from the last to the first.
    const message = Object.values(error.constraints ?? {}).at(-1);
    return [
      ...(message === undefined ? [] : [{ path, message: `${message}.` }]),
      ...fieldErrors(error.children ?? [], path),
    ];
  });
}

/** Bodies and queries hold what their DTO declares and nothing else; all mistakes are reported at once. */
@Injectable()
export class InputPipe extends ValidationPipe {
  constructor() {
    super({
      whitelist: true,
      forbidNonWhitelisted: true,
      transform: true,
      validationError: { target: false, value: false },
      exceptionFactory: (errors) => invalid(...fieldErrors(errors)),
    });
  }

  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    // A list would be checked item by item: an empty one passes every rule, and its members are all absent.
    if (metadata.type === 'body' && Array.isArray(value))
      throw new ProblemException('malformed-request', 'The body must be one JSON object, not a list.');
    return super.transform(value, metadata);
  }
}
