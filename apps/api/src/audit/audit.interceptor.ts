import { AuditRepository } from '@audience-relay/data';
import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  Logger,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { Types } from 'mongoose';
import { mergeMap, type Observable } from 'rxjs';
import type { SignedInUser } from '../access/signed-in-user';
import { notAuditedKey } from '../access/not-audited.decorator';

const reading = ['GET', 'HEAD', 'OPTIONS'];

/** A profile's id can be an e-mail address, and an erased profile leaves nothing behind. */
const people = 'profiles';

/** Longer lists of members come from no form. */
const maxMembers = 50;

/**
 * Writes down every request that changed something, once it has succeeded. Nothing has to be remembered for a new
 * endpoint: what changes nothing says so by `@NotAudited()`.
 */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  private readonly logger = new Logger(AuditInterceptor.name);

  constructor(
    private readonly reflector: Reflector,
    private readonly audit: AuditRepository,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<Request & { user?: SignedInUser }>();
    const exempt = this.reflector.get<boolean | undefined>(notAuditedKey, context.getHandler());
    if (exempt || reading.includes(request.method)) return next.handle();
    return next.handle().pipe(
      mergeMap(async (answer: unknown) => {
        await this.write(context, request, answer);
        return answer;
      }),
    );
  }

  private async write(
    context: ExecutionContext,
    request: Request & { user?: SignedInUser },
    answer: unknown,
  ): Promise<void> {
    const action = context.getHandler().name;
    const path = this.reflector.get<string | undefined>('path', context.getClass()) ?? '';
    const subject = ['', '/'].includes(path)
      ? handlerSubject(this.reflector.get<string>('path', context.getHandler()))
      : controllerSubject(path);
    try {
      await this.audit.append({
        at: new Date(),
        action,
        subject,
        subjectId: subject === people ? null : (idOf(request.params) ?? idOf(answer)),
        userId: request.user?.id ?? userOf(answer),
        members: membersOf(request.body),
      });
    } catch (error) {
      // The change has been made: telling the caller that it failed would be worse.
      this.logger.error(error, `${action} was not written to the audit`);
    }
  }
}

/** `profiles/imports` -> `imports` */
function controllerSubject(path: string): string {
  return path.split('/').at(-1) ?? '';
}

/** Of a handler whose controller serves several things: `settings/alerts/test` -> `alerts` */
function handlerSubject(path: string): string {
  return path.replace(/^settings\//, '').split('/', 1)[0] ?? '';
}

function idOf(object: unknown): string | null {
  const id = (object as { id?: unknown } | null | undefined)?.id;
  return typeof id === 'string' ? id : null;
}

/** Whom signing in has just made known. */
function userOf(answer: unknown): Types.ObjectId | null {
  const id = idOf((answer as { user?: unknown } | null | undefined)?.user);
  return id === null ? null : new Types.ObjectId(id);
}

function membersOf(body: unknown): string[] {
  if (typeof body !== 'object' || body === null) return [];
  return Object.keys(body)
    .filter((member) => member !== 'version')
    .slice(0, maxMembers);
}
