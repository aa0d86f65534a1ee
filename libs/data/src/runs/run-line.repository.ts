import { activeRunStatuses } from '@audience-relay/contracts';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, Types } from 'mongoose';
import type { RunRecord } from './run.schema';

/** Where runs stand in line for a worker, so that no connection keeps others from theirs. */
@Injectable()
export class RunLineRepository {
  constructor(@InjectModel('Run') private readonly runs: Model<RunRecord>) {}

  /**
   * The place of a run among those of its connection, from 1. The first runs of all connections go before the second
   * ones of any. Asking for a verdict takes a moment and goes first.
   */
  async placeOf(runId: string): Promise<number> {
    const run = await this.runs
      .findById(runId, { connectionId: 1, status: 1 })
      .lean<Pick<RunRecord, '_id' | 'connectionId' | 'status'>>()
      .exec();
    if (!run || run.status === 'confirming') return 1;
    const ahead = await this.runs
      .countDocuments({
        connectionId: run.connectionId,
        status: { $in: activeRunStatuses.filter((status) => status !== 'confirming') },
        _id: { $ne: new Types.ObjectId(runId) },
      })
      .exec();
    return ahead + 1;
  }
}
