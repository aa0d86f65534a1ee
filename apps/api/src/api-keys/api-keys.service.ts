import { type ApiKeyRecord, ApiKeyRepository } from '@audience-relay/data';
import { Injectable } from '@nestjs/common';
import { Types } from 'mongoose';
import { timingSafeEqual } from 'node:crypto';
import { hashToken } from '../auth/refresh-token';
import type { SignedInUser } from '../access/signed-in-user';
import { apiKeyName } from '../users/user-names';
import { invalid, notFound } from '../problems/problem.exception';
import type { CreateApiKeyDto } from './api-key.dto';
import { apiKeyIdOf, newApiKey } from './api-key-text';

/** How exactly the last use is known, in milliseconds: not every request is worth a write. */
const touchEveryMs = 60_000;

@Injectable()
export class ApiKeysService {
  constructor(private readonly apiKeys: ApiKeyRepository) {}

  /** @returns The record, and the key itself: it is not stored, so this is the only time it can be shown. */
  async create(
    { name, role, expiresAt }: CreateApiKeyDto,
    by: Types.ObjectId,
  ): Promise<{ record: ApiKeyRecord; key: string }> {
    const end = expiresAt ? new Date(expiresAt) : null;
    if (end && end.getTime() <= Date.now())
      throw invalid({
        path: 'expiresAt',
        message: 'The key would have expired already: choose a later time.',
      });
    const id = new Types.ObjectId();
    const key = newApiKey(id);
    const record = await this.apiKeys.insert({
      ...{ _id: id, name, role, expiresAt: end, createdBy: by },
      ...{ hash: hashToken(key), hint: key.slice(-4) },
    });
    return { record, key };
  }

  /** Takes effect with the next request, in every API process. */
  async revoke(id: Types.ObjectId, by: Types.ObjectId): Promise<void> {
    if (!(await this.apiKeys.findById(id))) throw notFound('This API key');
    await this.apiKeys.revoke(id, by);
  }

  /** @returns Whom the key stands for; null when it is unknown, revoked or expired. */
  async authenticate(key: string): Promise<SignedInUser | null> {
    const id = apiKeyIdOf(key);
    const record = id && (await this.apiKeys.findById(id));
    if (!record || !sameHash(record.hash, hashToken(key))) return null;
    const now = new Date();
    if (record.revokedAt || (record.expiresAt && record.expiresAt <= now)) return null;
    if (!record.lastUsedAt || now.getTime() - record.lastUsedAt.getTime() > touchEveryMs)
      await this.apiKeys.touch(record._id, now);
    return { id: record._id, name: apiKeyName(record.name), role: record.role, isApiKey: true };
  }
}

function sameHash(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
