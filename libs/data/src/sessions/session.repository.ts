import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, Types } from 'mongoose';
import type { SessionRecord } from './session.schema';

export interface NewSession {
  _id: Types.ObjectId;
  userId: Types.ObjectId;
  tokenHash: string;
  userAgent: string | null;
  expiresAt: Date;
  endsAt: Date;
}

@Injectable()
export class SessionRepository {
  constructor(@InjectModel('Session') private readonly sessions: Model<SessionRecord>) {}

  async insert(session: NewSession): Promise<void> {
    const now = new Date();
    await this.sessions.collection.insertOne({
      ...session,
      previousHash: null,
      rotatedAt: now,
      createdAt: now,
    });
  }

  findById(id: Types.ObjectId): Promise<SessionRecord | null> {
    return this.sessions.findById(id).lean<SessionRecord>().exec();
  }

  /** Of one user, the one refreshed last first. */
  findLasting(userId: Types.ObjectId): Promise<SessionRecord[]> {
    return this.sessions
      .find({ userId, expiresAt: { $gt: new Date() } })
      .sort({ rotatedAt: -1 })
      .limit(100)
      .lean<SessionRecord[]>()
      .exec();
  }

  /**
   * Replaces the valid token, once: of several callers with the same token one wins.
   * @returns null when `from` is not the valid token (any more) or the session has expired.
   */
  rotate(id: Types.ObjectId, from: string, to: string, expiresAt: Date): Promise<SessionRecord | null> {
    const now = new Date();
    return this.sessions
      .findOneAndUpdate(
        { _id: id, tokenHash: from, expiresAt: { $gt: now } },
        { $set: { tokenHash: to, previousHash: from, rotatedAt: now, expiresAt } },
        { returnDocument: 'after' },
      )
      .lean<SessionRecord>()
      .exec();
  }

  async end(id: Types.ObjectId): Promise<void> {
    await this.sessions.deleteOne({ _id: id }).exec();
  }

  /** Called when a password changes, or a user is disabled or removed. @param kept The session that goes on. */
  async endAllOf(userId: Types.ObjectId, kept?: Types.ObjectId): Promise<void> {
    await this.sessions.deleteMany({ userId, ...(kept && { _id: { $ne: kept } }) }).exec();
  }
}
