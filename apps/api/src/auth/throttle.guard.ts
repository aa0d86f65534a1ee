import { applyDecorators, type ExecutionContext, Injectable, UseGuards } from '@nestjs/common';
import { Throttle, ThrottlerGuard, type ThrottlerLimitDetail } from '@nestjs/throttler';
import { ApiProblem } from '../problems/api-problem.decorator';
import { ProblemException } from '../problems/problem.exception';

@Injectable()
class ThrottleGuard extends ThrottlerGuard {
  protected override throwThrottlingException(
    _context: ExecutionContext,
    { timeToBlockExpire }: ThrottlerLimitDetail,
  ): Promise<void> {
    const seconds = Math.max(1, timeToBlockExpire);
    throw new ProblemException(
      'too-many-requests',
      `Too many tries. Wait ${seconds} seconds and try again.`,
      {
        retryAfter: seconds,
      },
    );
  }
}

/** On endpoints that guess-work or a destination must be protected from; per address. Without a pace, as sign-ins. */
export const Throttled = (pace?: { limit: number; ttl: number }): MethodDecorator =>
  applyDecorators(
    UseGuards(ThrottleGuard),
    ...(pace ? [Throttle({ default: pace })] : []),
    ApiProblem(
      'Too many requests from this address: `Retry-After` says when to try again.',
      'too-many-requests',
    ),
  );
