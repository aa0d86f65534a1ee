import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Request, Response } from 'express';
import { from, lastValueFrom, map, type Observable } from 'rxjs';
import type { SignedInUser } from '../access/signed-in-user';
import { SharedReads } from './shared-reads';

/** Answers requests that ask for the same at the same time by one read, made into JSON once. */
@Injectable()
export class SharedReadInterceptor implements NestInterceptor {
  constructor(private readonly shared: SharedReads) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<string> {
    const http = context.switchToHttp();
    const { originalUrl, user } = http.getRequest<Request & { user: SignedInUser }>();
    const response = http.getResponse<Response>();
    // What a role may see differs; what its holders see does not.
    const read = this.shared.read(
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
