import { isAllowed, personsOnly } from '@audience-relay/contracts';
import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { Request } from 'express';
import { apiKeyIn } from '../api-keys/api-key-text';
import { ApiKeysService } from '../api-keys/api-keys.service';
import { ProblemException } from '../problems/problem.exception';
import { type Access, accessKey } from '../access/access.decorators';
import type { SignedInUser } from '../access/signed-in-user';

/**
 * Guards every endpoint: who is it (passport-jwt, or an API key), and may this role do it (the contracts' permission
 * table).
 */
@Injectable()
export class AccessGuard extends AuthGuard('jwt') {
  constructor(
    private readonly reflector: Reflector,
    private readonly apiKeys: ApiKeysService,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<Access | undefined>(accessKey, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (access === 'public') return true;

    const request = context.switchToHttp().getRequest<Request & { user: SignedInUser }>();
    const apiKey = apiKeyIn(request.headers.authorization);
    if (apiKey === undefined) await super.canActivate(context);
    else request.user = await this.authenticate(apiKey);

    const { role, isApiKey } = request.user;
    if (isApiKey && (access === 'signed-in' || (access !== undefined && personsOnly.includes(access))))
      throw new ProblemException('forbidden', 'This needs a person: sign in instead of using an API key.');
    if (access === 'signed-in') return true;
    if (access !== undefined && isAllowed(role, access)) return true;
    throw new ProblemException(
      'forbidden',
      `${isApiKey ? 'The role of this API key' : 'Your role'} (${role}) does not allow this.`,
    );
  }

  private async authenticate(apiKey: string): Promise<SignedInUser> {
    const user = await this.apiKeys.authenticate(apiKey);
    if (!user)
      throw new ProblemException(
        'unauthenticated',
        'This API key is not valid: it was revoked or has expired, or it is not a key of this system.',
      );
    return user;
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
