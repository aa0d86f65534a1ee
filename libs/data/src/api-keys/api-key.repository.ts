import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model, Types } from 'mongoose';
import { findPage, type ListRequest, type Page } from '../lists/list-page';
import type { ApiKeyRecord } from './api-key.schema';

export type NewApiKey = Pick<
  ApiKeyRecord,
  '_id' | 'name' | 'role' | 'hash' | 'hint' | 'expiresAt' | 'createdBy'
>;

export const apiKeySorts = {
  name: 'nameKey',
  role: 'role',
  createdAt: 'createdAt',
  lastUsedAt: 'lastUsedAt',
  expiresAt: 'expiresAt',
};

@Injectable()
export class ApiKeyRepository {
  constructor(@InjectModel('ApiKey') private readonly apiKeys: Model<ApiKeyRecord>) {}

  findById(id: Types.ObjectId): Promise<ApiKeyRecord | null> {
    return this.apiKeys.findById(id).lean<ApiKeyRecord>().exec();
  }

  findPage(request: ListRequest): Promise<Page<ApiKeyRecord>> {
    return findPage(this.apiKeys, {}, request, {
      sorts: apiKeySorts,
      defaultSort: 'name',
      searchIn: ['name'],
    });
  }

  /** Names of several keys at once, revoked ones too. */
  async findNames(ids: readonly Types.ObjectId[]): Promise<Map<string, string>> {
    const found = await this.apiKeys
      .find({ _id: { $in: ids } }, { name: 1 })
      .lean<Pick<ApiKeyRecord, '_id' | 'name'>[]>()
      .exec();
    return new Map(found.map(({ _id, name }) => [String(_id), name]));
  }

  async insert(key: NewApiKey): Promise<ApiKeyRecord> {
    const record: ApiKeyRecord = {
      ...key,
      nameKey: key.name.toLowerCase(),
      lastUsedAt: null,
      createdAt: new Date(),
      revokedAt: null,
      revokedBy: null,
    };
    await this.apiKeys.collection.insertOne(record);
    return record;
  }

  /** Once: a second revocation changes nothing. */
  async revoke(id: Types.ObjectId, by: Types.ObjectId): Promise<void> {
    await this.apiKeys
      .updateOne({ _id: id, revokedAt: null }, { $set: { revokedAt: new Date(), revokedBy: by } })
      .exec();
  }

  async touch(id: Types.ObjectId, at: Date): Promise<void> {
    await this.apiKeys.updateOne({ _id: id }, { $set: { lastUsedAt: at } }).exec();
  }
}
