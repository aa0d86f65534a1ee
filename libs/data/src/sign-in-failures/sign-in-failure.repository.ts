import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';
import { isDuplicateKey } from '../duplicate-key';
import type { SignInFailureRecord } from './sign-in-failure.schema';

@Injectable()
export class SignInFailureRepository {
  constructor(@InjectModel('SignInFailure') private readonly failures: Model<SignInFailureRecord>) {}

  /**
   * Counts one try before its password is looked at, so that guesses made at once count too.
   * @param windowMs How long a first try is remembered, in milliseconds.
   * @returns How many tries there were in this window, and when it ends.
   */
  async count(key: string, windowMs: number): Promise<SignInFailureRecord> {
    const now = new Date();
    for (;;) {
      const counted = await this.failures
        .findOneAndUpdate(
          { _id: key, expiresAt: { $gt: now } },
          { $inc: { count: 1 } },
          { returnDocument: 'after' },
        )
        .lean<SignInFailureRecord>()
        .exec();
      if (counted) return counted;

      const first = { _id: key, count: 1, expiresAt: new Date(now.getTime() + windowMs) };
      try {
        await this.failures.deleteOne({ _id: key, expiresAt: { $lte: now } }).exec();
        await this.failures.insertOne(first);
        return first;
      } catch (error) {
        // Another try was quicker to be the first: count on top of it.
        if (!isDuplicateKey(error)) throw error;
      }
    }
  }

  /** Called after a right password. */
  async clear(key: string): Promise<void> {
    await this.failures.deleteOne({ _id: key }).exec();
  }
}
