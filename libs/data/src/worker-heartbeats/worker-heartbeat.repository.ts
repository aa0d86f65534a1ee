import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';
import type { WorkerHeartbeatRecord } from './worker-heartbeat.schema';

/** Workers say every 5 s that they live; the API's readiness looks at the latest word. */
@Injectable()
export class WorkerHeartbeatRepository {
  constructor(@InjectModel('WorkerHeartbeat') private readonly heartbeats: Model<WorkerHeartbeatRecord>) {}

  /** Called by each worker every 5 s. @param worker Its own name, unique among living workers. */
  async beat(worker: string): Promise<void> {
    await this.heartbeats.updateOne({ _id: worker }, { $set: { at: new Date() } }, { upsert: true }).exec();
  }

  /** Called by a worker that ends in order. */
  async leave(worker: string): Promise<void> {
    await this.heartbeats.deleteOne({ _id: worker }).exec();
  }

  async findLatest(): Promise<Date | null> {
    const latest = await this.heartbeats.findOne().sort({ at: -1 }).lean<WorkerHeartbeatRecord>().exec();
    return latest?.at ?? null;
  }
}
