import type { Request } from 'express';

/** How long a stream lives whose token does not say when it runs out, in milliseconds. */
const usualMs = 15 * 60_000;

/** When the access token of a request runs out, in milliseconds since 1970. The guard has checked the token already. */
export function expiryOf({ headers }: Pick<Request, 'headers'>): number {
  const claims = headers.authorization?.split('.')[1] ?? '';
  try {
    const { exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { exp?: unknown };
    if (typeof exp === 'number') return exp * 1000;
  } catch {
    // A token of another kind.
  }
  return Date.now() + usualMs;
}
