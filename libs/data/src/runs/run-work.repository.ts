import { activeRunStatuses, type RunCounts, type RunReason } from '@audience-relay/contracts';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, Types, type UpdateQuery } from 'mongoose';
import type { ExportRecord } from '../exports/export.schema';
import { endRun, type RunEnding } from './end-run';
import type { RunBatchRecord } from './run-batch.schema';
import type { RunIssueKind, RunIssueRecord } from './run-issue.schema';
import type { BatchAwaiting, BatchInFlight, IdRange, RunPhase, RunRecord } from './run.schema';

/** Proof of being the run's present worker. */
export interface RunFence {
  runId: string;
  epoch: number;
}

/** What the holder of a run must know between two steps. */
export interface LeaseState {
  cancelRequested: boolean;
}

export type SettledRunBatch = Omit<RunBatchRecord, '_id' | 'runId' | 'status' | 'confirmedAt'>;

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
    const returned = await this.update({ runId, epoch: run.epoch }, { $set: { ranges, inFlight: [] } });
    return returned ? { ...run, ranges, inFlight: [] } : null;
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
    { from, to, seq, phase }: BatchInFlight,
    ranges: readonly IdRange[],
  ): Promise<boolean> {
    return this.update(fence, {
      $set: { ranges: [...ranges], nextSeq: seq + 1 },
      $push: { inFlight: { from, to, seq, phase } },
    });
  }

  async settleBatch(
    fence: RunFence,
    batch: SettledRunBatch,
    counts: Partial<RunCounts>,
    handles: readonly BatchAwaiting[],
  ): Promise<boolean> {
    const runId = new Types.ObjectId(fence.runId);
    const status =
      handles.length > 0 ? 'awaiting' : batch.rejected === batch.records ? 'rejected' : 'accepted';
    await this.batches.updateOne(
      { _id: `${fence.runId}/${batch.seq}` },
      { $set: { ...batch, runId, status, confirmedAt: null } },
      { upsert: true },
    );
    return this.update(
      fence,
      {
        $pull: { inFlight: { seq: batch.seq } },
        $push: { awaiting: { $each: [...handles] } },
        $inc: { ...increments(counts), requests: batch.requests },
        $set: { attempts: 0 },
      },
      { 'inFlight.seq': batch.seq },
    );
  }

  advance(fence: RunFence, ranges: readonly IdRange[], counts: Partial<RunCounts>): Promise<boolean> {
    const inc = increments(counts);
    return this.update(fence, {
      $set: { ranges: [...ranges] },
      ...(Object.keys(inc).length > 0 ? { $inc: inc } : {}),
    });
  }

  beginPhase(fence: RunFence, phase: RunPhase, ranges: readonly IdRange[]): Promise<boolean> {
    return this.update(fence, { $set: { phase, ranges: [...ranges] } });
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

  async writeIssues({ runId }: RunFence, exportId: string, issues: readonly NewRunIssue[]): Promise<void> {
    const at = new Date();
    const ids = { runId: new Types.ObjectId(runId), exportId: new Types.ObjectId(exportId) };
    const rows = issues.map((issue) => ({
      _id: `${runId}/${issue.profileId}/${issue.code}`,
      ...ids,
      ...issue,
      at,
    }));
    await insertNew(this.issues.collection, rows);
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

  /** Writes down which ledger the export uses. @returns The one before, if it was another. */
  async useLedger(exportId: Types.ObjectId, ledger: string): Promise<string | null> {
    const before = await this.exports
      .findOneAndUpdate({ _id: exportId }, { $set: { ledger } }, { projection: { ledger: 1 } })
      .lean<Pick<ExportRecord, 'ledger'>>();
    return before?.ledger && before.ledger !== ledger ? before.ledger : null;
  }

  /** Ended runs of an export whose last batches nobody settled, or whose verdicts nobody awaits any more. */
  endedWithDoubt(exportId: Types.ObjectId): Promise<RunRecord[]> {
    return this.runs
      .find({
        exportId,
        status: { $nin: activeRunStatuses },
        $or: [{ 'inFlight.0': { $exists: true } }, { 'awaiting.0': { $exists: true } }],
      })
      .lean<RunRecord[]>();
  }

  /** After the ledger rows of such a run were doubted. */
  async clearDoubt(runId: Types.ObjectId): Promise<void> {
    await this.runs.updateOne({ _id: runId }, { $set: { inFlight: [], awaiting: [] } });
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

const duplicateKey = 11000;

/** Inserts rows, leaving alone those that are there already. */
export async function insertNew<Row extends { _id: string }>(
  collection: Model<Row>['collection'],
  rows: readonly Row[],
): Promise<Row[]> {
  const size = 10_000;
  const present: Row[] = [];
  for (let start = 0; start < rows.length; start += size) {
    const part = rows.slice(start, start + size);
    try {
      await collection.insertMany(part as never, { ordered: false });
    } catch (error) {
      const errors = (
        error as { writeErrors?: { code: number; index: number }[] | { code: number; index: number } }
      ).writeErrors;
      const list = Array.isArray(errors) ? errors : errors ? [errors] : [];
      if (list.length === 0 || list.some(({ code }) => code !== duplicateKey)) throw error;
      for (const { index } of list) present.push(part[index] as Row);
    }
  }
  return present;
}
