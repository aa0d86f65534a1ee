import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';
import { isDuplicateKey } from '../duplicate-key';
import type { LeaseRecord } from './lease.schema';

/** Elects one process for a task. Saves work; what the task does must be safe even when two believe they lead. */
@Injectable()
export class LeaseRepository {
  constructor(@InjectModel('Lease') private readonly leases: Model<LeaseRecord>) {}

  /** Takes or prolongs the lease, by one conditional update. @returns Whether `owner` has it now. */
  async hold(task: string, owner: string, forMs: number): Promise<boolean> {
    const now = new Date();
    try {
      const { matchedCount, upsertedCount } = await this.leases
        .updateOne(
          { _id: task, $or: [{ owner }, { until: { $lt: now } }] },
          { $set: { owner, until: new Date(now.getTime() + forMs) } },
          { upsert: true },
        )
        .exec();
      return matchedCount + upsertedCount === 1;
    } catch (error) {
      // Somebody else's lease matched nothing, so the upsert tried to insert a second one.
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  /** Lets go, so that another need not wait for the lease to run out. */
  async release(task: string, owner: string): Promise<void> {
    await this.leases.deleteOne({ _id: task, owner }).exec();
  }
}
