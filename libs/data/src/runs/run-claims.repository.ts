import { activeRunStatuses, type RunReason, statusesBefore } from '@audience-relay/contracts';
import { type Fence, mergeRanges } from '@audience-relay/exports/ports';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, type QueryFilter, Types } from 'mongoose';
import type { ExportRecord } from '../exports/export.schema';
import { endRun, type RunEnding } from './end-run';
import { RunBatchesRepository } from './run-batches.repository';
import type { InterruptedBatch, RunRecord } from './run.schema';

/** What the holder of a run must know between two steps. */
export interface LeaseState {
  cancelRequested: boolean;
}

/** The run, as long as no later claim exists and it has not ended. */
export function held({ runId, epoch }: Fence): QueryFilter<RunRecord> {
  return { _id: new Types.ObjectId(runId), epoch, status: { $in: activeRunStatuses } };
}

/**
 * The run as a state machine. Its states, what brings it from one to the next, and who writes that:
 *
 * | from                                | to           | when                                                          | written by                  |
 * | ----------------------------------- | ------------ | ------------------------------------------------------------- | --------------------------- |
 * | -                                   | `queued`     | a person, a clock or a refresh starts it                      | `RunCommands.start`         |
 * | -                                   | `skipped`    | a clock could not start it                                    | `RunCommands.skip`          |
 * | `queued`, `waiting`, `running`      | `running`    | a worker claims it; from `running` after a lost lease         | `claim`                     |
 * | `confirming`                        | `confirming` | a worker claims it to ask for verdicts                        | `claim`                     |
 * | `running`                           | `running`    | its worker shuts down; another goes on at once                | `suspend`                   |
 * | `running`                           | `waiting`    | a failure that may pass, or the destination asked to wait     | `suspend`                   |
 * | `running`, `confirming`             | `confirming` | everything was sent; verdicts are owed                        | `suspend`                   |
 * | `running`, `confirming`             | `succeeded`, `partial`, `held` | everything is done; see `endingOf` in the worker | `end`                |
 * | `running`                           | `skipped`    | it must not run: a limit, an inactive segment, no export user | `end`                       |
 * | `queued`, `running`, `waiting`, `confirming` | `failed` | it cannot go on, or was tried too often               | `end`                       |
 * | `queued`, `running`, `waiting`, `confirming` | `cancelled` | a person asked for it                              | `end`, `RunCommands.endCancelled` |
 *
 * The table is `runTransitions` in contracts, and each of these writes is one conditional update on it: a state that may
 * not follow is not written. A claim raises `epoch`; every write of a worker is conditional on the epoch of its claim, so
 * a worker that lost its lease can write nothing. The reconciler only dispatches: it changes no state.
 */
@Injectable()
export class RunClaimsRepository {
  constructor(
    @InjectModel('Run') private readonly runs: Model<RunRecord>,
    @InjectModel('Export') private readonly exports: Model<ExportRecord>,
    private readonly batches: RunBatchesRepository,
  ) {}

  /**
   * Takes a run that nobody holds. What was in flight becomes work again.
   * @param dispatch Of the job: a job that was overtaken by a later one finds nothing.
   * @returns The run as it now is, or null: stale or duplicate job, or held by another worker.
   */
  async claim(runId: string, dispatch: number, owner: string, leaseMs: number): Promise<RunRecord | null> {
    if (!Types.ObjectId.isValid(runId)) return null;
    const now = new Date();
    const run = await this.runs
      .findOneAndUpdate(
        {
          _id: new Types.ObjectId(runId),
          dispatch,
          status: { $in: [...statusesBefore('running'), 'confirming'] },
          $or: [{ lease: null }, { 'lease.until': { $lt: now } }],
        },
        [
          {
            $set: {
              epoch: { $add: ['$epoch', 1] },
              lease: { owner, until: new Date(now.getTime() + leaseMs) },
              status: { $cond: [{ $eq: ['$status', 'confirming'] }, 'confirming', 'running'] },
              startedAt: { $ifNull: ['$startedAt', now] },
              nextActionAt: null,
              reason: null,
              updatedAt: now,
            },
          },
        ],
        { returnDocument: 'after', updatePipeline: true },
      )
      .lean<RunRecord>();
    if (!run || run.inFlight.length === 0) return run;
    const ranges = mergeRanges([...run.inFlight, ...run.ranges]);
    const lost = await this.batches.writeInterrupted(run);
    return this.runs
      .findOneAndUpdate(
        held({ runId, epoch: run.epoch }),
        {
          $set: { ranges, inFlight: [], updatedAt: new Date() },
          $push: { interrupted: { $each: interruptedOf(run) } },
          $inc: { failedRequests: lost },
        },
        { returnDocument: 'after' },
      )
      .lean<RunRecord>();
  }

  /** Prolongs the lease. @returns Null when the fence is lost. */
  async extendLease(fence: Fence, leaseMs: number): Promise<LeaseState | null> {
    const now = new Date();
    const run = await this.runs
      .findOneAndUpdate(
        held(fence),
        { $set: { 'lease.until': new Date(now.getTime() + leaseMs) } },
        { returnDocument: 'after', projection: { cancelRequestedAt: 1 } },
      )
      .lean<Pick<RunRecord, 'cancelRequestedAt'>>();
    return run ? { cancelRequested: run.cancelRequestedAt !== null } : null;
  }

  /** The run as it is now, if the fence still holds. */
  find(fence: Fence): Promise<RunRecord | null> {
    return this.runs.findOne(held(fence)).lean<RunRecord>();
  }

  /** Lets go of a run that goes on later. @returns The number of the dispatch that will continue it, or null. */
  async suspend(
    fence: Fence,
    next: {
      status: 'running' | 'waiting' | 'confirming';
      nextActionAt: Date;
      reason: RunReason | null;
      attempts?: number;
      sentAt?: Date;
    },
  ): Promise<number | null> {
    const run = await this.runs
      .findOneAndUpdate(
        { $and: [held(fence), { status: { $in: statusesBefore(next.status) } }] },
        { $set: { ...next, lease: null, updatedAt: new Date() }, $inc: { dispatch: 1 } },
        { returnDocument: 'after', projection: { dispatch: 1 } },
      )
      .lean<Pick<RunRecord, 'dispatch'>>();
    return run?.dispatch ?? null;
  }

  /** Ends the run and frees its export. @returns False when the fence is lost. */
  async end({ runId, epoch }: Fence, ending: RunEnding): Promise<boolean> {
    const { runs, exports } = this;
    const guard = { _id: new Types.ObjectId(runId), epoch };
    return (await endRun({ runs, exports }, guard, ending)) !== null;
  }
}

export function interruptedOf({ inFlight }: RunRecord): InterruptedBatch[] {
  return inFlight.map(({ seq, from, to }) => ({ seq, from, to }));
}
