import type { Role } from '@audience-relay/contracts';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, Types } from 'mongoose';
import { findPage, type ListRequest, type Page } from '../lists/list-page';
import type { UserRecord } from './user.schema';
import { type WriteResult, writeResult } from '../write-result';

export interface NewUser {
  email: string;
  name: string;
  role: Role;
  passwordHash: string;
}

export interface UserChanges {
  name?: string;
  role?: Role;
  disabled?: boolean;
  passwordHash?: string;
}

export const userSorts = { name: 'nameKey', email: 'email', role: 'role', lastSignInAt: 'lastSignInAt' };

/** One form of an address, so that a person cannot have two accounts by writing it differently. */
export function normalizeEmail(email: string): string {
  return email.trim().toLowerCase();
}

@Injectable()
export class UserRepository {
  constructor(@InjectModel('User') private readonly users: Model<UserRecord>) {}

  findById(id: string | Types.ObjectId): Promise<UserRecord | null> {
    return this.users.findById(id).lean<UserRecord>().exec();
  }

  findByEmail(email: string): Promise<UserRecord | null> {
    return this.users
      .findOne({ email: normalizeEmail(email) })
      .lean<UserRecord>()
      .exec();
  }

  /** Names of several users at once, for lists that show who did what. */
  async findNames(ids: readonly Types.ObjectId[]): Promise<Map<string, { name: string; disabled: boolean }>> {
    const found = await this.users
      .find({ _id: { $in: ids } }, { name: 1, disabled: 1 })
      .lean<Pick<UserRecord, '_id' | 'name' | 'disabled'>[]>()
      .exec();
    return new Map(found.map((user) => [String(user._id), { name: user.name, disabled: user.disabled }]));
  }

  findPage(request: ListRequest): Promise<Page<UserRecord>> {
    return findPage(this.users, {}, request, {
      sorts: userSorts,
      defaultSort: 'name',
      searchIn: ['name', 'email'],
    });
  }

  async isEmpty(): Promise<boolean> {
    return (await this.users.exists({}).exec()) === null;
  }

  countActiveAdministrators(): Promise<number> {
    return this.users.countDocuments({ role: 'administrator', disabled: false }).exec();
  }

  /** One account an e-mail address. */
  insert(user: NewUser, by: Types.ObjectId | null): Promise<WriteResult<UserRecord>> {
    const now = new Date();
    const record: UserRecord = {
      _id: new Types.ObjectId(),
      ...user,
      email: normalizeEmail(user.email),
      nameKey: user.name.toLowerCase(),
      disabled: false,
      lastSignInAt: null,
      createdAt: now,
      createdBy: by,
      updatedAt: now,
      updatedBy: by,
      version: 1,
    };
    return writeResult(async () => {
      await this.users.collection.insertOne(record);
      return record;
    });
  }

  update(
    id: Types.ObjectId,
    version: number,
    changes: UserChanges,
    by: Types.ObjectId,
  ): Promise<WriteResult<UserRecord>> {
    const nameKey = changes.name === undefined ? {} : { nameKey: changes.name.toLowerCase() };
    return writeResult(() =>
      this.users
        .findOneAndUpdate(
          { _id: id, version },
          { $set: { ...changes, ...nameKey, updatedAt: new Date(), updatedBy: by }, $inc: { version: 1 } },
          { returnDocument: 'after' },
        )
        .lean<UserRecord>()
        .exec(),
    );
  }

  async remove(id: Types.ObjectId): Promise<boolean> {
    return (await this.users.deleteOne({ _id: id }).exec()).deletedCount === 1;
  }

  async touchSignIn(id: Types.ObjectId, at: Date): Promise<void> {
    await this.users.updateOne({ _id: id }, { $set: { lastSignInAt: at } }).exec();
  }

  /** A hash made with better parameters than the stored one. Does not count as a change of the user. */
  async replaceHash(id: Types.ObjectId, from: string, to: string): Promise<void> {
    await this.users.updateOne({ _id: id, passwordHash: from }, { $set: { passwordHash: to } }).exec();
  }
}
