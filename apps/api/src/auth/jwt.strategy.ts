import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Types } from 'mongoose';
import { createSecretKey } from 'node:crypto';
import { ExtractJwt, Strategy } from 'passport-jwt';
import type { ApiConfig } from '../config/api-config';
import { InjectConfig } from '../config/config.module';
import type { AccessTokenClaims } from './access-token';
import { accessTokenOptions } from './access-token';
import { ActiveUsers } from '../users/active-users';
import type { SignedInPerson } from '../access/signed-in-user';

@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(
    @InjectConfig() config: ApiConfig,
    private readonly activeUsers: ActiveUsers,
  ) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKey: signingKey(config.jwtSecret),
      algorithms: [accessTokenOptions.algorithm],
      issuer: accessTokenOptions.issuer,
    });
  }

  /** The token says who; the database says whether the sign-in still lasts, and the role. */
  async validate(claims: AccessTokenClaims): Promise<SignedInPerson | null> {
    if (!Types.ObjectId.isValid(claims.sub) || !Types.ObjectId.isValid(claims.sid)) return null;
    return this.activeUsers.find(new Types.ObjectId(claims.sub), new Types.ObjectId(claims.sid));
  }
}

/**
 * A key is a key once: of a text, every check of a token would make one anew, after trying whether it is a public key.
 * jsonwebtoken takes such a key; only the types of passport-jwt do not know it.
 */
function signingKey(secret: string): Buffer {
  return createSecretKey(Buffer.from(secret)) as unknown as Buffer;
}
