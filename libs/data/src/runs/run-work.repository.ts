import { activeRunStatuses, type RunCounts, type RunReason } from '@audience-relay/contracts';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, Types, type UpdateQuery } from 'mongoose';
import type { ExportRecord } from '../exports/export.schema';
import { endRun, type RunEnding } from './end-run';
import type { RunBatchRecord } from './run-batch.schema';
import { isDuplicateKey } from '../duplicate-key';
import { insertNew } from '../insert-new';
import type { RunIssueKind, RunIssueRecord } from './run-issue.schema';
import type {
  BatchAwaiting,
  BatchInFlight,
  IdRange,
  InterruptedBatch,
  RunRecord,
  StoredListing,
  StoredRemovals,
} from './run.schema';

/** Proof of being the run's present worker. */
export interface RunFence {
  runId: string;
  epoch: number;
}

/** What the holder of a run must know between two steps. */
export interface LeaseState {
  cancelRequested: boolean;
}

export type SettledRunBatch = Pick<
  RunBatchRecord,
  'seq' | 'phase' | 'records' | 'bytes' | 'requests' | 'rejected' | 'startedAt' | 'durationMs'
> & {
  /** Of its requests, how many `beginRequest` counted. */
  begunRequests: number;
};

export type FailedRunBatch = Pick<RunBatchRecord, 'seq' | 'phase' | 'startedAt' | 'durationMs'> & {
  /** Requests that were made besides those that `beginRequest` counted. */
  furtherRequests: number;
};

/** Where an export's deliveries are written down, and under which fence. */
export interface LedgerClaim {
  ledger: string | null;
  fence: number;
}

export interface NewRunIssue {
  profileId: string;
  kind: RunIssueKind;
  code: string;
  message: string;
  identity: string | null;
  field: string | null;
}

/**
 * Runs as their worker writes them. Every write is one conditional update on run and epoch: it answers false when a
 * later claim exists, and then nothing was written. History (batches, issues) is written before the update that
 * counts it, under ids that make a repeat harmless.
 */
@Injectable()
export class RunWorkRepository {
  constructor(
    @InjectModel('Run') private readonly runs: Model<RunRecord>,
    @InjectModel('RunBatch') private readonly batches: Model<RunBatchRecord>,
    @InjectModel('RunIssue') private readonly issues: Model<RunIssueRecord>,
    @InjectModel('Export') private readonly exports: Model<ExportRecord>,
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
          status: { $in: activeRunStatuses },
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
    const lost = await this.writeInterrupted(run);
    const returned = await this.update(
      { runId, epoch: run.epoch },
      {
        $set: { ranges, inFlight: [] },
        $push: { interrupted: { $each: interruptedOf(run) } },
        $inc: { failedRequests: lost },
      },
    );
    return returned ? this.find({ runId, epoch: run.epoch }) : null;
  }

  /** Prolongs the lease. @returns Null when the fence is lost. */
  async extendLease({ runId, epoch }: RunFence, leaseMs: number): Promise<LeaseState | null> {
    const now = new Date();
    const run = await this.runs
      .findOneAndUpdate(
        { _id: new Types.ObjectId(runId), epoch, status: { $in: activeRunStatuses } },
        { $set: { 'lease.until': new Date(now.getTime() + leaseMs) } },
        { returnDocument: 'after', projection: { cancelRequestedAt: 1 } },
      )
      .lean<Pick<RunRecord, 'cancelRequestedAt'>>();
    return run ? { cancelRequested: run.cancelRequestedAt !== null } : null;
  }

  /** The run as it is now, if the fence still holds. */
  find({ runId, epoch }: RunFence): Promise<RunRecord | null> {
    return this.runs
      .findOne({ _id: new Types.ObjectId(runId), epoch, status: { $in: activeRunStatuses } })
      .lean<RunRecord>();
  }

  setTotal(fence: RunFence, total: number): Promise<boolean> {
    return this.update(fence, { $set: { total } });
  }

  beginBatch(
    fence: RunFence,
    { from, to, seq, phase }: Omit<BatchInFlight, 'requests'>,
    ranges: readonly IdRange[],
  ): Promise<LeaseState | null> {
    return this.updateAndLook(fence, {
      $set: { ranges: [...ranges], nextSeq: seq + 1 },
      $push: { inFlight: { from, to, seq, phase, requests: 0 } },
    });
  }

  /** Counts a request that is about to be made. */
  beginRequest(fence: RunFence, seq: number): Promise<boolean> {
    return this.update(fence, { $inc: { requests: 1, 'inFlight.$.requests': 1 } }, { 'inFlight.seq': seq });
  }

  /** Keeps for the history that a batch failed; it stays in flight until the next claim. */
  async failBatch(
    fence: RunFence,
    { seq, phase, furtherRequests, startedAt, durationMs }: FailedRunBatch,
  ): Promise<boolean> {
    const run = await this.find(fence);
    const begun = run?.inFlight.find((batch) => batch.seq === seq);
    if (!begun || begun.failed) return false;
    const requests = begun.requests + furtherRequests;
    const times = { startedAt, durationMs };
    if (
      !(await this.writeHistory(fence.runId, {
        seq,
        phase,
        ...unsettled(requests),
        ...times,
        status: 'failed',
      }))
    )
      return false;
    return this.update(
      fence,
      {
        $inc: { requests: furtherRequests, failedRequests: requests, 'inFlight.$.requests': furtherRequests },
        $set: { 'inFlight.$.failed': true },
      },
      { 'inFlight.seq': seq },
    );
  }

  async settleBatch(
    fence: RunFence,
    { begunRequests, ...batch }: SettledRunBatch,
    counts: Partial<RunCounts>,
    handles: readonly BatchAwaiting[],
  ): Promise<boolean> {
    const status =
      handles.length > 0 ? 'awaiting' : batch.rejected === batch.records ? 'rejected' : 'accepted';
    if (!(await this.writeHistory(fence.runId, { ...batch, failedRequests: 0, status }))) return false;
    return this.update(
      fence,
      {
        $pull: { inFlight: { seq: batch.seq } },
        $push: { awaiting: { $each: [...handles] } },
        $inc: { ...increments(counts), requests: batch.requests - begunRequests },
        $set: { attempts: 0 },
      },
      { 'inFlight.seq': batch.seq },
    );
  }

  advance(
    fence: RunFence,
    ranges: readonly IdRange[],
    counts: Partial<RunCounts>,
  ): Promise<LeaseState | null> {
    const inc = increments(counts);
    return this.updateAndLook(fence, {
      $set: { ranges: [...ranges] },
      ...(Object.keys(inc).length > 0 ? { $inc: inc } : {}),
    });
  }

  setListing(fence: RunFence, listing: StoredListing | null): Promise<boolean> {
    return this.update(fence, { $set: { listing } });
  }

  endListing(fence: RunFence, strangers: number): Promise<boolean> {
    return this.update(fence, { $set: { listing: null, strangers } });
  }

  beginRemoval(fence: RunFence, removals: StoredRemovals, ranges: readonly IdRange[]): Promise<boolean> {
    return this.update(fence, { $set: { phase: 'remove', removals, ranges: [...ranges] } });
  }

  holdRemovals(fence: RunFence, removals: StoredRemovals): Promise<boolean> {
    return this.update(fence, { $set: { removals } });
  }

  async settleHandle(fence: RunFence, handle: BatchAwaiting, counts: Partial<RunCounts>): Promise<boolean> {
    const inc = increments(counts);
    const settled = await this.update(
      fence,
      {
        $pull: { awaiting: { handle: handle.handle } },
        ...(Object.keys(inc).length > 0 ? { $inc: inc } : {}),
      },
      { 'awaiting.handle': handle.handle },
    );
    if (settled) {
      await this.batches.updateOne(
        { _id: `${fence.runId}/${handle.seq}` },
        { $set: { status: 'confirmed', confirmedAt: new Date() }, $inc: { rejected: counts.rejected ?? 0 } },
      );
    }
    return settled;
  }

  countPoll(fence: RunFence, handle: BatchAwaiting): Promise<boolean> {
    return this.update(fence, { $inc: { 'awaiting.$.polls': 1 } }, { 'awaiting.handle': handle.handle });
  }

  /** A repeat writes the same ids, so what a worker wrote that then lost the run is what its successor writes. */
  async writeIssues(fence: RunFence, exportId: string, issues: readonly NewRunIssue[]): Promise<boolean> {
    if (!(await this.update(fence, {}))) return false;
    const { runId } = fence;
    const at = new Date();
    const ids = { runId: new Types.ObjectId(runId), exportId: new Types.ObjectId(exportId) };
    const rows = issues.map((issue) => ({
      _id: `${runId}/${issue.profileId}/${issue.code}`,
      ...ids,
      ...issue,
      at,
    }));
    await insertNew(this.issues.collection, rows);
    return true;
  }

  /** Lets go of a run that goes on later. @returns The number of the dispatch that will continue it, or null. */
  async suspend(
    fence: RunFence,
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
        { _id: new Types.ObjectId(fence.runId), epoch: fence.epoch, status: { $in: activeRunStatuses } },
        { $set: { ...next, lease: null, updatedAt: new Date() }, $inc: { dispatch: 1 } },
        { returnDocument: 'after', projection: { dispatch: 1 } },
      )
      .lean<Pick<RunRecord, 'dispatch'>>();
    return run?.dispatch ?? null;
  }

  /** Ends the run and frees its export. @returns False when the fence is lost. */
  async end({ runId, epoch }: RunFence, ending: RunEnding): Promise<boolean> {
    const { runs, exports } = this;
    const guard = { _id: new Types.ObjectId(runId), epoch };
    return (await endRun({ runs, exports }, guard, ending)) !== null;
  }

  /**
   * Takes the ledger of the run's export: its fence is higher than that of any claim before.
   * @returns Null when the run is not this worker's any more.
   */
  async claimLedger(fence: RunFence, exportId: Types.ObjectId): Promise<LedgerClaim | null> {
    const activeRunId = new Types.ObjectId(fence.runId);
    const target = await this.exports
      .findOneAndUpdate(
        { _id: exportId, activeRunId },
        { $inc: { ledgerFence: 1 } },
        { returnDocument: 'after', projection: { ledger: 1, ledgerFence: 1 } },
      )
      .lean<Pick<ExportRecord, 'ledger' | 'ledgerFence'>>();
    // Looked at afterwards: a worker that woke up late has raised a fence that it must not write under.
    if (!target || !(await this.find(fence))) return null;
    return { ledger: target.ledger, fence: target.ledgerFence };
  }

  /** Writes down which ledger the export uses, after the one before was removed. @returns False: another has claimed it. */
  async useLedger(exportId: Types.ObjectId, { fence }: LedgerClaim, ledger: string): Promise<boolean> {
    const { matchedCount } = await this.exports.updateOne(
      { _id: exportId, ledgerFence: fence },
      { $set: { ledger } },
    );
    return matchedCount === 1;
  }

  /** Ended runs of an export whose last batches nobody settled, or whose verdicts nobody awaits any more. */
  endedWithDoubt(exportId: Types.ObjectId): Promise<RunRecord[]> {
    return this.runs
      .find({
        exportId,
        status: { $nin: activeRunStatuses },
        $or: ['inFlight', 'awaiting', 'interrupted'].map((of) => ({ [`${of}.0`]: { $exists: true } })),
      })
      .lean<RunRecord[]>();
  }

  /** After the ledger rows of such a run were doubted. */
  async clearDoubt(run: RunRecord): Promise<void> {
    const lost = await this.writeInterrupted(run);
    const seqs = [...interruptedOf(run), ...(run.interrupted ?? [])].map(({ seq }) => seq);
    await this.runs.updateOne(
      { _id: run._id },
      {
        $set: { inFlight: [], awaiting: [], interrupted: [] },
        $addToSet: { distrusted: { $each: seqs } },
        $inc: { failedRequests: lost },
      },
    );
  }

  /** Batches of an export's runs whose ledger rows are not to be believed, whenever they were written: `<run>/<seq>`. */
  async distrustedBatches(exportId: Types.ObjectId): Promise<Set<string>> {
    const runs = await this.runs
      .find({ exportId, 'distrusted.0': { $exists: true } }, { distrusted: 1 })
      .lean<Pick<RunRecord, '_id' | 'distrusted'>[]>();
    return new Set(
      runs.flatMap(({ _id, distrusted }) => distrusted.map((seq) => `${_id.toHexString()}/${seq}`)),
    );
  }

  /** Rows that a run rejected, in the order of profile ids. */
  async rejectedProfileIds(runId: Types.ObjectId, range: IdRange, limit: number): Promise<string[]> {
    const rows = await this.issues
      .find({ runId, kind: 'rejected', ...within('profileId', range) }, { profileId: 1 })
      .sort({ profileId: 1 })
      .limit(limit)
      .lean<Pick<RunIssueRecord, 'profileId'>[]>();
    return [...new Set(rows.map(({ profileId }) => profileId))];
  }

  /**
   * Keeps for the history that batches in flight were interrupted, if they got as far as a request.
   * @returns How many requests of them nobody counted as failed.
   */
  private async writeInterrupted({ _id, inFlight }: RunRecord): Promise<number> {
    const open = inFlight.filter(({ requests, failed }) => requests > 0 && !failed);
    const now = new Date();
    for (const { seq, phase, requests } of open) {
      const row = { seq, phase, ...unsettled(requests), startedAt: now, durationMs: 0 };
      await this.writeHistory(_id.toHexString(), { ...row, status: 'interrupted' });
    }
    return open.reduce((total, { requests }) => total + requests, 0);
  }

  /** @returns False when a later claim has closed the batch: nothing was written. */
  private async writeHistory(
    runId: string,
    batch: Omit<RunBatchRecord, '_id' | 'runId' | 'confirmedAt'>,
  ): Promise<boolean> {
    const open = batch.status === 'interrupted' ? {} : { status: { $ne: 'interrupted' } as const };
    try {
      await this.batches.updateOne(
        { _id: `${runId}/${batch.seq}`, ...open },
        { $set: { ...batch, runId: new Types.ObjectId(runId), confirmedAt: null } },
        { upsert: true },
      );
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  /** An update that also brings news for the lease. @returns Null when the fence is lost. */
  private async updateAndLook(
    { runId, epoch }: RunFence,
    update: UpdateQuery<RunRecord>,
  ): Promise<LeaseState | null> {
    const run = await this.runs
      .findOneAndUpdate(
        { _id: new Types.ObjectId(runId), epoch, status: { $in: activeRunStatuses } },
        { ...update, $set: { ...update.$set, updatedAt: new Date() } },
        { returnDocument: 'after', projection: { cancelRequestedAt: 1 } },
      )
      .lean<Pick<RunRecord, 'cancelRequestedAt'>>();
    return run ? { cancelRequested: run.cancelRequestedAt !== null } : null;
  }

  private async update(
    { runId, epoch }: RunFence,
    update: UpdateQuery<RunRecord>,
    also: Record<string, unknown> = {},
  ): Promise<boolean> {
    const now = new Date();
    const { matchedCount } = await this.runs.updateOne(
      { _id: new Types.ObjectId(runId), epoch, status: { $in: activeRunStatuses }, ...also },
      { ...update, $set: { ...update.$set, updatedAt: now } },
    );
    return matchedCount === 1;
  }
}

/** What the history shows of a batch that was not settled. */
function unsettled(
  requests: number,
): Pick<RunBatchRecord, 'records' | 'bytes' | 'requests' | 'failedRequests' | 'rejected'> {
  return { records: 0, bytes: 0, requests, failedRequests: requests, rejected: 0 };
}

function interruptedOf({ inFlight }: RunRecord): InterruptedBatch[] {
  return inFlight.map(({ seq, from, to }) => ({ seq, from, to }));
}

/** A filter on ids after `from` and up to `to`. */
export function within(field: string, { from, to }: IdRange): Record<string, unknown> {
  if (from === null && to === null) return {};
  return { [field]: { ...(from === null ? {} : { $gt: from }), ...(to === null ? {} : { $lte: to }) } };
}

/** Puts parts of the id space in order and joins those that touch. */
export function mergeRanges(ranges: readonly IdRange[]): IdRange[] {
  const sorted = ranges
    .map(({ from, to }) => ({ from, to }))
    .sort((a, b) =>
      a.from === b.from ? 0 : a.from === null ? -1 : b.from === null ? 1 : byBytes(a.from, b.from),
    );
  const merged: IdRange[] = [];
  for (const range of sorted) {
    const last = merged.at(-1);
    if (last && last.to !== null && last.to === range.from) last.to = range.to;
    else merged.push(range);
  }
  return merged;
}

/** The order in which the database compares strings. */
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function increments(counts: Partial<RunCounts>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(counts)
      .filter(([, change]) => change !== 0)
      .map(([name, change]) => [`counts.${name}`, change]),
  );
}
