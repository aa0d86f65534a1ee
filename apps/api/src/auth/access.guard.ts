import { isAllowed } from '@audience-relay/contracts';
import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { ProblemException } from '../problems/problem.exception';
import { type Access, accessKey } from './access.decorators';
import type { SignedInUser } from './signed-in-user';

/** Guards every endpoint: who is it (passport-jwt), and may this role do it (the contracts' permission table). */
@Injectable()
export class AccessGuard extends AuthGuard('jwt') {
  constructor(private readonly reflector: Reflector) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<Access | undefined>(accessKey, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (access === 'public') return true;

    await super.canActivate(context);
    if (access === 'signed-in') return true;

    const { role } = context.switchToHttp().getRequest<{ user: SignedInUser }>().user;
    if (access !== undefined && isAllowed(role, access)) return true;
    throw new ProblemException('forbidden', `Your role (${role}) does not allow this.`);
  }

  /** Called by passport with what the strategy found. */
  override handleRequest<User>(error: unknown, user: User | false): User {
    // The database may be away: that is not the caller's fault.
    if (error) throw error;
    if (!user)
      throw new ProblemException(
        'unauthenticated',
        'You are not signed in, or your sign-in has expired. Sign in.',
      );
    return user;
  }
}
