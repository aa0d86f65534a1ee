import type { ProblemFieldError } from '@audience-relay/contracts';
import { type ValidationError, ValidationPipe } from '@nestjs/common';
import { invalid } from './problem.exception';

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

/** Bodies and queries hold what their DTO declares and nothing else; all mistakes are told at once. */
export function createValidationPipe(): ValidationPipe {
  return new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    transform: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => invalid(...fieldErrors(errors)),
  });
}
