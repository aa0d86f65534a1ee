import { isAllowed, personsOnly } from '@audience-relay/contracts';
import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { Request } from 'express';
import { ProblemException } from '../problems/problem.exception';
import { type Access, accessKey } from '../access/access.decorators';
import type { SignedInUser } from '../access/signed-in-user';

/**
 * Guards every endpoint: who is it (an access token or an API key, each a passport strategy), and may this role do it (the contracts' permission
 * table).
 */
@Injectable()
export class AccessGuard extends AuthGuard(['jwt', 'api-key']) {
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
    const { user } = context.switchToHttp().getRequest<Request & { user: SignedInUser }>();
    const { role, isApiKey } = user;
    if (isApiKey && (access === 'signed-in' || (access !== undefined && personsOnly.includes(access))))
      throw new ProblemException('forbidden', 'This needs a person: sign in instead of using an API key.');
    if (access === 'signed-in') return true;
    if (access !== undefined && isAllowed(role, access)) return true;
    throw new ProblemException(
      'forbidden',
      `${isApiKey ? 'The role of this API key' : 'Your role'} (${role}) does not allow this.`,
    );
  }

  /**
   * Called by passport with what the strategies found.
   * @param refusals What each strategy says against the caller, in their order; a text is for the caller.
   */
  override handleRequest<User>(error: unknown, user: User | false, refusals: unknown): User {
    // The database may be unavailable: that is not the caller's fault.
    if (error) throw error;
    if (user) return user;
    const reason = [refusals].flat().find((refusal) => typeof refusal === 'string');
    throw new ProblemException(
      'unauthenticated',
      reason ?? 'You are not signed in, or your sign-in has expired. Sign in.',
    );
  }
}
