import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';
import { isDuplicateKey } from '../duplicate-key';
import type { IdempotencyKeyRecord } from './idempotency-key.schema';

@Injectable()
export class IdempotencyKeyRepository {
  constructor(@InjectModel('IdempotencyKey') private readonly keys: Model<IdempotencyKeyRecord>) {}

  /** Takes the key for a request. @returns What is known of it, if it was taken before; else null. */
  async take(id: string, requestHash: string): Promise<IdempotencyKeyRecord | null> {
    try {
      await this.keys.insertOne({ _id: id, requestHash, status: null, body: null, startedAt: new Date() });
      return null;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      // Expired or let go between the two: as good as taken by someone who is just beginning.
      return (await this.find(id)) ?? this.take(id, requestHash);
    }
  }

  find(id: string): Promise<IdempotencyKeyRecord | null> {
    return this.keys.findById(id).lean<IdempotencyKeyRecord>().exec();
  }

  /** Takes over from a process that died with the request. @returns Whether this caller has it now. */
  async takeOver(id: string, startedAt: Date): Promise<boolean> {
    const { modifiedCount } = await this.keys
      .updateOne({ _id: id, startedAt, status: null }, { $set: { startedAt: new Date() } })
      .exec();
    return modifiedCount === 1;
  }

  async keepAnswer(id: string, status: number, body: unknown): Promise<void> {
    await this.keys.updateOne({ _id: id }, { $set: { status, body } }).exec();
  }

  /** Forgets a request that failed: the next one with the key is worked on again. */
  async letGo(id: string): Promise<void> {
    await this.keys.deleteOne({ _id: id, status: null }).exec();
  }
}
