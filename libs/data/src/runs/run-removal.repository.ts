import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model, QueryFilter, Types } from 'mongoose';
import type { ExportRecord } from '../exports/export.schema';
import type { RunBatchRecord } from './run-batch.schema';
import type { RunIssueRecord } from './run-issue.schema';
import type { RunRecord } from './run.schema';

/** Runs whose history is deleted in one go. */
const batchSize = 100;

/** Removes runs with their issues and batches. Runs go last, so that a repeat finds what a process left behind. */
@Injectable()
export class RunRemovalRepository {
  constructor(
    @InjectModel('Run') private readonly runs: Model<RunRecord>,
    @InjectModel('RunBatch') private readonly batches: Model<RunBatchRecord>,
    @InjectModel('RunIssue') private readonly issues: Model<RunIssueRecord>,
    @InjectModel('Export') private readonly exports: Model<ExportRecord>,
  ) {}

  /** @returns How many. */
  removeOfExport(exportId: Types.ObjectId): Promise<number> {
    return this.removeAll({ exportId });
  }

  /**
   * Removes history that nobody needs any more. Stay: the last run of each export, and runs whose deliveries are in
   * doubt until the next run has cleared that up.
   * @returns How many.
   */
  async removeEndedBefore(before: Date): Promise<number> {
    const last = await this.exports.distinct('lastRun.id').exec();
    return this.removeAll({
      finishedAt: { $ne: null, $lt: before },
      _id: { $nin: last as Types.ObjectId[] },
      'inFlight.0': { $exists: false },
      'awaiting.0': { $exists: false },
      'interrupted.0': { $exists: false },
    });
  }

  private async removeAll(filter: QueryFilter<RunRecord>): Promise<number> {
    let removed = 0;
    for (;;) {
      const runs = await this.runs
        .find(filter, { _id: 1 })
        .limit(batchSize)
        .lean<Pick<RunRecord, '_id'>[]>()
        .exec();
      if (runs.length === 0) return removed;
      const ids = runs.map(({ _id }) => _id);
      await this.issues.deleteMany({ runId: { $in: ids } }).exec();
      await this.batches.deleteMany({ runId: { $in: ids } }).exec();
      await this.runs.deleteMany({ _id: { $in: ids } }).exec();
      removed += ids.length;
    }
  }
}
