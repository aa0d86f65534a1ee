import { ApiKeyDto } from '@audience-relay/api-client';

export type ApiKeyState = 'active' | 'expired' | 'revoked';

/** @param now in milliseconds */
export function stateOf(
  { revokedAt, expiresAt }: Pick<ApiKeyDto, 'revokedAt' | 'expiresAt'>,
  now: number,
): ApiKeyState {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && Date.parse(expiresAt) <= now ? 'expired' : 'active';
}
