import { type ExecutionContext, Injectable } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerLimitDetail } from '@nestjs/throttler';
import { ProblemException } from '../problems/problem.exception';

/** `@UseGuards(ThrottleGuard)` on endpoints that guess-work or a destination must be protected from; per address. */
@Injectable()
export class ThrottleGuard extends ThrottlerGuard {
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
