import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { from, lastValueFrom, map, type Observable } from 'rxjs';
import type { SignedInUser } from '../access/signed-in-user';
import { RequestCoalescing } from './request-coalescing';

/** Answers requests that ask for the same at the same time by one read, serialized once. */
@Injectable()
class CoalescingInterceptor implements NestInterceptor {
  constructor(private readonly coalescing: RequestCoalescing) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<string> {
    const http = context.switchToHttp();
    const { originalUrl, user } = http.getRequest<Request & { user: SignedInUser }>();
    const response = http.getResponse<Response>();
    // What a role may see differs; what its holders see does not.
    const read = this.coalescing.read(
      `${user.role} ${user.isApiKey ? 'key' : 'person'} ${originalUrl}`,
      async () => JSON.stringify(await lastValueFrom(next.handle())),
    );
    return from(read).pipe(
      map((json) => {
        response.type('json');
        return json;
      }),
    );
  }
}

/**
 * For lists with many simultaneous readers: requests that ask for the same are answered by one read. The answer must
 * depend on the address, the caller's role, and whether the caller is an API key, only.
 */
export const Coalesced = (): MethodDecorator => UseInterceptors(CoalescingInterceptor);
