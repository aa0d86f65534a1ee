import { createHash, randomBytes } from 'node:crypto';
import { Types } from 'mongoose';

/** `<session id>.<256 random bits>`; only its hash is stored. */
export function newRefreshToken(sessionId: Types.ObjectId): string {
  return `${sessionId.toHexString()}.${randomBytes(32).toString('base64url')}`;
}

/** The session a token claims to be of; null when it is no token at all. */
export function sessionIdOf(token: string): Types.ObjectId | null {
  const match = /^([0-9a-f]{24})\.[\w-]{43}$/.exec(token);
  return match?.[1] ? new Types.ObjectId(match[1]) : null;
}

/** Of a refresh token or an API key. It has full entropy, so one round of SHA-256 is enough. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
