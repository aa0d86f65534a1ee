import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import { Strategy } from 'passport';
import type { SignedInUser } from '../access/signed-in-user';
import { apiKeyIn } from './api-key-text';
import { ApiKeysService } from './api-keys.service';

type Done = (error: unknown, user: SignedInUser | null) => void;

/** The part of the strategy that passport calls: leaves requests without an API key to the other strategies. */
class BearerApiKey extends Strategy {
  constructor(private readonly verify: (key: string, done: Done) => void) {
    super();
  }

  override authenticate(request: Request): void {
    const key = apiKeyIn(request.headers.authorization);
    if (key === undefined) return this.fail(401);
    this.verify(key, (error, user) => {
      if (error) this.error(error);
      else if (user) this.success(user);
      else
        this.fail(
          'This API key is not valid: it was revoked or has expired, or it is not a key of this system.',
          401,
        );
    });
  }
}

@Injectable()
export class ApiKeyStrategy extends PassportStrategy(BearerApiKey, 'api-key') {
  constructor(private readonly apiKeys: ApiKeysService) {
    super();
  }

  validate(key: string): Promise<SignedInUser | null> {
    return this.apiKeys.authenticate(key);
  }
}
