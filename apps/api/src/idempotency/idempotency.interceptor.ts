import { IdempotencyKeyRepository, type IdempotencyKeyRecord } from '@audience-relay/data';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Request, Response } from 'express';
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { from, lastValueFrom, type Observable } from 'rxjs';
import type { SignedInUser } from '../access/signed-in-user';
import { invalid, ProblemException } from '../problems/problem.exception';

const keyPattern = /^[\x21-\x7e]{1,200}$/;

/** A request that has taken longer died with its process. */
const diedAfterMs = 60_000;

/** How long the second of two requests waits for the answer to the first. */
const patienceMs = 10_000;

const pollMs = 50;

/** Answers a repeated request with the first one's answer. Only answers of success are kept. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly keys: IdempotencyKeyRepository) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<Request & { user: SignedInUser }>();
    const response = context.switchToHttp().getResponse<Response>();
    const key = request.header('Idempotency-Key');
    if (key === undefined) return next.handle();
    if (!keyPattern.test(key))
      throw invalid({ path: 'Idempotency-Key', message: 'Use 1 to 200 visible ASCII characters.' });

    const id = `${request.user.id.toHexString()}/${key}`;
    const known = await this.keys.take(id, hashOf(request));
    if (known) {
      const answer = await this.answerOf(known, hashOf(request));
      if (answer) {
        response.status(answer.status).setHeader('Idempotency-Replayed', 'true');
        return from([answer.body]);
      }
    }
    return from(this.work(id, next, response));
  }

  private async work(id: string, next: CallHandler, response: Response): Promise<unknown> {
    try {
      const body: unknown = await lastValueFrom(next.handle());
      await this.keys.keepAnswer(id, response.statusCode, body);
      return body;
    } catch (error) {
      await this.keys.letGo(id);
      throw error;
    }
  }

  /** @returns Null when this request is to be worked on after all: the first one died. */
  private async answerOf(
    { _id: id, ...first }: IdempotencyKeyRecord,
    requestHash: string,
  ): Promise<{ status: number; body: unknown } | null> {
    if (first.requestHash !== requestHash)
      throw new ProblemException(
        'idempotency-key-reused',
        'This Idempotency-Key was used for another request. Use a new one.',
      );
    const until = Date.now() + patienceMs;
    for (let known: typeof first | null = first; ; known = await this.keys.find(id)) {
      // Let go: the first one failed, and the caller may try anew.
      if (!known) {
        if ((await this.keys.take(id, requestHash)) === null) return null;
        continue;
      }
      if (known.status !== null) return { status: known.status, body: known.body };
      const died = Date.now() - known.startedAt.getTime() > diedAfterMs;
      if (died && (await this.keys.takeOver(id, known.startedAt))) return null;
      if (Date.now() > until)
        throw new ProblemException(
          'idempotency-key-reused',
          'The first request with this Idempotency-Key is still being worked on. Ask again in a moment.',
          { retryAfter: 2 },
        );
      await delay(pollMs);
    }
  }
}

function hashOf({ method, path, body }: Request): string {
  return createHash('sha256')
    .update(JSON.stringify([method, path, body ?? null]))
    .digest('base64url');
}
