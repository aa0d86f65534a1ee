import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { ApiProblem } from '../problems/api-problem.decorator';
import { IdempotencyInterceptor } from './idempotency.interceptor';

/** The endpoint starts work and takes an `Idempotency-Key`: the same request twice is one request. */
export const Idempotent = (): MethodDecorator =>
  applyDecorators(
    UseInterceptors(IdempotencyInterceptor),
    ApiHeader({
      name: 'Idempotency-Key',
      description:
        'Chosen by the caller, 1 to 200 characters. The same key with the same request within 24 hours is answered ' +
        'as before and starts nothing.',
      required: false,
    }),
    ApiProblem(
      'The key was used for another request, or its first request is still being answered.',
      'idempotency-key-reused',
    ),
  );
