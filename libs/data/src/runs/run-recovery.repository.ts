import { activeRunStatuses, isActive } from '@audience-relay/contracts';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model, QueryFilter, Types } from 'mongoose';
import type { ExportRecord } from '../exports/export.schema';
import { freeExport } from './end-run';
import { dispatchGraceMs, unheld } from './run-commands.repository';
import type { RunRecord } from './run.schema';

export type DueRun = Pick<RunRecord, '_id' | 'exportId' | 'status' | 'dispatch' | 'epoch' | 'nextActionAt'>;

const dueRunMembers = {
  exportId: 1,
  status: 1,
  dispatch: 1,
  epoch: 1,
  nextActionAt: 1,
} as const satisfies Partial<Record<keyof DueRun, 1>>;

/** Active runs looked at in one go. */
const batchSize = 500;

const active: QueryFilter<RunRecord> = { status: { $in: activeRunStatuses } };

/** What the reconciler reads and writes: runs that should go on and do not. Every write is conditional. */
@Injectable()
export class RunRecoveryRepository {
  constructor(
    @InjectModel('Run') private readonly runs: Model<RunRecord>,
    @InjectModel('Export') private readonly exports: Model<ExportRecord>,
  ) {}

  /**
   * Active runs that nobody holds and whose time has come, or whose holder's lease ran out.
   * @param patienceMs A run is due only so long after its time: its own job may be on its way.
   */
  findDue(now: Date, patienceMs: number): Promise<DueRun[]> {
    const before = new Date(now.getTime() - patienceMs);
    const lost: QueryFilter<RunRecord> = { nextActionAt: null, 'lease.until': { $lt: now } };
    const due: QueryFilter<RunRecord> = { $and: [{ nextActionAt: { $lte: before } }, unheld(now)] };
    return this.runs
      .find({ $and: [active, { $or: [due, lost] }] }, dueRunMembers)
      .limit(batchSize)
      .lean<DueRun[]>()
      .exec();
  }

  /** Active runs that should end, and that nobody holds who could end them. */
  async findCancelled(now: Date): Promise<Types.ObjectId[]> {
    const found = await this.runs
      .find({ $and: [active, { cancelRequestedAt: { $ne: null } }, unheld(now)] }, { _id: 1 })
      .limit(batchSize)
      .lean<Pick<RunRecord, '_id'>[]>()
      .exec();
    return found.map(({ _id }) => _id);
  }

  /** Whether the export was claimed for this run. */
  async isClaimed({ _id, exportId }: DueRun): Promise<boolean> {
    return (await this.exports.exists({ _id: exportId, activeRunId: _id }).exec()) !== null;
  }

  /** Removes a run that no export was ever claimed for. */
  async removeUnclaimed({ _id }: DueRun): Promise<void> {
    await this.runs.deleteOne({ _id, status: 'queued', epoch: 0 }).exec();
  }

  /** Looks again later: its job waits in the queue. */
  async postpone({ _id, dispatch, nextActionAt }: DueRun, until: Date): Promise<void> {
    await this.runs
      .updateOne({ _id, dispatch, nextActionAt, ...active }, { $set: { nextActionAt: until } })
      .exec();
  }

  /**
   * Makes a new dispatch of a run that nobody holds; jobs of earlier dispatches become powerless.
   * @returns Its number; null when the run moved on by itself in the meantime.
   */
  async redispatch({ _id, dispatch, epoch }: DueRun): Promise<number | null> {
    const now = new Date();
    const run = await this.runs
      .findOneAndUpdate(
        { $and: [{ _id, dispatch, epoch }, active, unheld(now)] },
        {
          $inc: { dispatch: 1 },
          $set: { nextActionAt: new Date(now.getTime() + dispatchGraceMs), updatedAt: now },
        },
        { returnDocument: 'after', projection: { dispatch: 1 } },
      )
      .lean<Pick<RunRecord, 'dispatch'>>()
      .exec();
    return run?.dispatch ?? null;
  }

  /** Frees exports that are held by a run that ended or is gone. @returns How many. */
  async freeExports(): Promise<number> {
    const held = await this.exports
      .find({ activeRunId: { $ne: null } }, { activeRunId: 1 })
      .lean<Pick<ExportRecord, '_id' | 'activeRunId'>[]>()
      .exec();
    if (held.length === 0) return 0;
    const runs = await this.runs
      .find({ _id: { $in: held.map(({ activeRunId }) => activeRunId) } })
      .lean<RunRecord[]>()
      .exec();
    const byId = new Map(runs.map((run) => [String(run._id), run]));

    let freed = 0;
    for (const { _id, activeRunId } of held) {
      const run = byId.get(String(activeRunId));
      if (run && isActive(run.status)) continue;
      const done = run
        ? await freeExport(this.exports, run)
        : (await this.exports.updateOne({ _id, activeRunId }, { $set: { activeRunId: null } }).exec())
            .modifiedCount === 1;
      if (done) freed += 1;
    }
    return freed;
  }
}
