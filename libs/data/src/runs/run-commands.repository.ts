import { activeRunStatuses, defaultRemovalLimit, noCounts, type RunReason } from '@audience-relay/contracts';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, type QueryFilter, Types } from 'mongoose';
import type { ExportRecord } from '../exports/export.schema';
import { endRun, lastRunOf } from './end-run';
import type { RemovalDecision, RunPlan, RunRecord, RunTrigger } from './run.schema';

/** How long a queued run may wait for a worker before somebody looks whether its job still exists, in milliseconds. */
export const dispatchGraceMs = 10_000;

export interface NewRun {
  /** When the claim has to name it. */
  id?: Types.ObjectId;
  trigger: RunTrigger;
  /** Instead of the export's own. */
  scope?: RunPlan['scope'];
  /** Only the rows that this run rejected. */
  retryOf?: Types.ObjectId;
  /** Makes exactly the removals that were approved. */
  approval?: RunPlan['approval'];
}

/** What must hold of the export besides being free, and what else the same update writes. */
export interface ClaimCondition {
  filter?: QueryFilter<ExportRecord>;
  set?: Partial<ExportRecord> & Record<string, unknown>;
}

/** No worker holds the run now: none ever did, it let go, or its lease ran out. */
export function unheld(now: Date): QueryFilter<RunRecord> {
  return { $or: [{ lease: null }, { 'lease.until': { $lt: now } }] };
}

/** Runs as people and clocks command them. What workers write is in run-work.repository. */
@Injectable()
export class RunCommandsRepository {
  constructor(
    @InjectModel('Run') private readonly runs: Model<RunRecord>,
    @InjectModel('Export') private readonly exports: Model<ExportRecord>,
  ) {}

  /**
   * Starts a run: inserts it, then claims its export by one conditional update. However many try at once, one wins.
   * A process that dies in between leaves a run that no export knows; the reconciler removes it.
   * @returns The run, to be dispatched; null when the export has an active run or the condition did not hold.
   */
  async start(
    target: ExportRecord,
    newRun: NewRun,
    { filter = {}, set = {} }: ClaimCondition = {},
  ): Promise<RunRecord | null> {
    // Known to be taken: no need to insert a run that has to go again.
    if (target.activeRunId) return null;
    const run = runOf(target, newRun);
    await this.runs.collection.insertOne(run);
    const claim: QueryFilter<ExportRecord> = { _id: target._id, activeRunId: null };
    const { modifiedCount } = await this.exports
      .updateOne({ $and: [claim, filter] }, { $set: { ...set, activeRunId: run._id } })
      .exec();
    if (modifiedCount === 1) return run;
    await this.runs.deleteOne({ _id: run._id, status: 'queued', epoch: 0 }).exec();
    return null;
  }

  /**
   * Keeps for the history that a due run did not take place. Claims the condition like a start, so that several
   * processes write it once; does not touch an active run.
   * @returns Whether this call was the one that wrote it.
   */
  async skip(
    target: ExportRecord,
    newRun: NewRun,
    reason: RunReason,
    { filter = {}, set = {} }: ClaimCondition,
  ): Promise<boolean> {
    const now = new Date();
    const run: RunRecord = {
      ...runOf(target, newRun),
      status: 'skipped',
      reason,
      finishedAt: now,
      nextActionAt: null,
    };
    await this.runs.collection.insertOne(run);
    const { modifiedCount } = await this.exports
      .updateOne({ $and: [{ _id: target._id }, filter] }, { $set: { ...set, lastRun: lastRunOf(run) } })
      .exec();
    if (modifiedCount === 1) return true;
    await this.runs.deleteOne({ _id: run._id }).exec();
    return false;
  }

  /** Asks the run's worker to stop. @param by Null: a clock. @returns False when the run is not active. */
  async requestCancel(id: Types.ObjectId, by: Types.ObjectId | null): Promise<boolean> {
    const now = new Date();
    const { matchedCount } = await this.runs
      .updateOne(
        { _id: id, status: { $in: activeRunStatuses } },
        [
          {
            $set: {
              cancelRequestedAt: { $ifNull: ['$cancelRequestedAt', now] },
              cancelRequestedBy: { $ifNull: ['$cancelRequestedBy', by] },
              updatedAt: now,
            },
          },
        ],
        { updatePipeline: true },
      )
      .exec();
    return matchedCount === 1;
  }

  /** Writes down what was decided about the removals of a held run, once. @returns Null: it was decided before. */
  decideRemovals(id: Types.ObjectId, decision: RemovalDecision): Promise<RunRecord | null> {
    return this.runs
      .findOneAndUpdate(
        { _id: id, status: 'held', removalDecision: null },
        { $set: { removalDecision: decision, updatedAt: new Date() } },
        { returnDocument: 'after' },
      )
      .lean<RunRecord>()
      .exec();
  }

  /** Takes back an approval whose run could not be started. */
  async undoApproval(id: Types.ObjectId, runId: Types.ObjectId): Promise<void> {
    const approved: QueryFilter<RunRecord> = { _id: id, 'removalDecision.runId': runId };
    await this.runs.updateOne(approved, { $set: { removalDecision: null, updatedAt: new Date() } }).exec();
  }

  /** Ends a run whose cancelling was asked for, if no worker holds it (a worker ends its own). */
  endCancelled(id: Types.ObjectId): Promise<RunRecord | null> {
    const guard: QueryFilter<RunRecord> = { _id: id, cancelRequestedAt: { $ne: null } };
    return endRun(
      { runs: this.runs, exports: this.exports },
      { $and: [guard, unheld(new Date())] },
      { status: 'cancelled', reason: { code: 'cancelled', message: 'The run was cancelled on request.' } },
    );
  }
}

/** A queued run as the export stands now. */
function runOf(target: ExportRecord, { id, trigger, scope, retryOf, approval }: NewRun): RunRecord {
  const now = new Date();
  return {
    _id: id ?? new Types.ObjectId(),
    exportId: target._id,
    exportName: target.name,
    connectionId: target.connectionId,
    destination: target.destination,
    status: 'queued',
    reason: null,
    trigger,
    plan: {
      settings: target.settings,
      mapping: target.mapping,
      segmentIds: target.segmentIds,
      mode: target.mode,
      strangers: target.removeStrangers ?? false,
      scope: scope ?? target.scope,
      hardLimit: target.hardLimit,
      removalLimit: target.removalLimit ?? defaultRemovalLimit,
      ...(approval && { approval }),
      retryOf: retryOf ?? null,
    },
    total: null,
    counts: { ...noCounts },
    requests: 0,
    failedRequests: 0,
    epoch: 0,
    lease: null,
    dispatch: 1,
    attempts: 0,
    nextActionAt: new Date(now.getTime() + dispatchGraceMs),
    phase: 'send',
    ranges: [{ from: null, to: null }],
    inFlight: [],
    awaiting: [],
    interrupted: [],
    distrusted: [],
    nextSeq: 1,
    listing: null,
    strangers: null,
    removals: null,
    removalDecision: null,
    cancelRequestedAt: null,
    cancelRequestedBy: null,
    queuedAt: now,
    startedAt: null,
    sentAt: null,
    finishedAt: null,
    updatedAt: now,
  };
}
