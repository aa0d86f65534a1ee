/** What an access token says. */
export interface AccessTokenClaims {
  /** The user's id. */
  sub: string;
  /** The session's id. */
  sid: string;
}

export const accessTokenOptions = {
  algorithm: 'HS256',
  issuer: 'audience-relay',
  /** Seconds. */
  expiresIn: 15 * 60,
} as const;
