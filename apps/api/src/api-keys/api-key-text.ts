import { randomBytes } from 'node:crypto';
import { Types } from 'mongoose';

/** How every key begins: so that it is recognized beside access tokens, and found by secret scanners. */
const prefix = 'ar_';

/** `ar_<id>_<256 random bits>`; only its hash is stored. */
export function newApiKey(id: Types.ObjectId): string {
  return `${prefix}${id.toHexString()}_${randomBytes(32).toString('base64url')}`;
}

/** The id that a key claims to have; null when it cannot be a key. */
export function apiKeyIdOf(key: string): Types.ObjectId | null {
  const match = /^ar_([0-9a-f]{24})_[\w-]{43}$/.exec(key);
  return match?.[1] ? new Types.ObjectId(match[1]) : null;
}

/** The key in an Authorization header; undefined when there is none, or something else. */
export function apiKeyIn(authorization: string | undefined): string | undefined {
  const match = /^Bearer\s+(\S+)$/i.exec(authorization ?? '');
  return match?.[1]?.startsWith(prefix) ? match[1] : undefined;
}
