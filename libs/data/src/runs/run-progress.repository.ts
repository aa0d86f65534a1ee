import type { RunCounts } from '@audience-relay/contracts';
import type {
  CountChange,
  FailedBatch,
  Fence,
  HandleAwaiting,
  IdRange,
  IssueWrite,
  Listing,
  RunPhase,
  RunProgress,
  RunRemovals,
  SettledBatch,
} from '@audience-relay/exports/ports';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, Types, type UpdateQuery } from 'mongoose';
import { insertNew } from '../insert-new';
import { RunBatchesRepository, unsettled } from './run-batches.repository';
import { held } from './run-claims.repository';
import type { RunIssueRecord } from './run-issue.schema';
import type { RunRecord } from './run.schema';

/** Opens the progress of runs for the engine. */
@Injectable()
export class RunProgressRepository {
  constructor(
    @InjectModel('Run') private readonly runs: Model<RunRecord>,
    @InjectModel('RunIssue') private readonly issues: Model<RunIssueRecord>,
    private readonly batches: RunBatchesRepository,
  ) {}

  /** @param onCancel Called when a write shows that a person asked for the run to be cancelled. */
  open(exportId: Types.ObjectId, onCancel: () => void): RunProgress {
    return new StoredProgress(this.runs, this.issues, this.batches, exportId, onCancel);
  }
}

/**
 * A run as its worker writes it. History (batches, issues) is written before the update that counts it, under ids that
 * make a repeat harmless.
 */
class StoredProgress implements RunProgress {
  constructor(
    private readonly runs: Model<RunRecord>,
    private readonly issues: Model<RunIssueRecord>,
    private readonly batches: RunBatchesRepository,
    private readonly exportId: Types.ObjectId,
    private readonly onCancel: () => void,
  ) {}

  setTotal(fence: Fence, total: number): Promise<boolean> {
    return this.update(fence, { $set: { total } });
  }

  beginBatch(
    fence: Fence,
    { from, to, seq, phase }: IdRange & { seq: number; phase: RunPhase },
    ranges: readonly IdRange[],
  ): Promise<boolean> {
    return this.updateAndCheckCancel(fence, {
      $set: { ranges: [...ranges], nextSeq: seq + 1 },
      $push: { inFlight: { from, to, seq, phase, requests: 0 } },
    });
  }

  /** Counts a request that is about to be made. */
  beginRequest(fence: Fence, seq: number): Promise<boolean> {
    return this.update(fence, { $inc: { requests: 1, 'inFlight.$.requests': 1 } }, { 'inFlight.seq': seq });
  }

  /** Keeps for the history that a batch failed; it stays in flight until the next claim. */
  async failBatch(
    fence: Fence,
    { seq, phase, furtherRequests, startedAt, durationMs }: FailedBatch,
  ): Promise<boolean> {
    const run = await this.runs.findOne(held(fence), { inFlight: 1 }).lean<Pick<RunRecord, 'inFlight'>>();
    const begun = run?.inFlight.find((batch) => batch.seq === seq);
    if (!begun || begun.failed) return false;
    const requests = begun.requests + furtherRequests;
    const times = { startedAt, durationMs };
    if (
      !(await this.batches.write(fence.runId, {
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
    fence: Fence,
    { begunRequests, ...batch }: SettledBatch,
    counts: CountChange,
    handles: readonly HandleAwaiting[],
  ): Promise<boolean> {
    const status =
      handles.length > 0 ? 'awaiting' : batch.rejected === batch.records ? 'rejected' : 'accepted';
    if (!(await this.batches.write(fence.runId, { ...batch, failedRequests: 0, status }))) return false;
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

  advance(fence: Fence, ranges: readonly IdRange[], counts: CountChange): Promise<boolean> {
    const inc = increments(counts);
    return this.updateAndCheckCancel(fence, {
      $set: { ranges: [...ranges] },
      ...(Object.keys(inc).length > 0 ? { $inc: inc } : {}),
    });
  }

  setListing(fence: Fence, listing: Listing | null): Promise<boolean> {
    return this.update(fence, { $set: { listing } });
  }

  endListing(fence: Fence, unmanaged: number): Promise<boolean> {
    return this.update(fence, { $set: { listing: null, strangers: unmanaged } });
  }

  beginRemoval(fence: Fence, removals: RunRemovals, ranges: readonly IdRange[]): Promise<boolean> {
    return this.update(fence, { $set: { phase: 'remove', removals, ranges: [...ranges] } });
  }

  holdRemovals(fence: Fence, removals: RunRemovals): Promise<boolean> {
    return this.update(fence, { $set: { removals } });
  }

  async settleHandle(fence: Fence, handle: HandleAwaiting, counts: CountChange): Promise<boolean> {
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
      await this.batches.confirm(fence.runId, handle.seq, counts.rejected ?? 0);
    }
    return settled;
  }

  countPoll(fence: Fence, handle: HandleAwaiting): Promise<boolean> {
    return this.update(fence, { $inc: { 'awaiting.$.polls': 1 } }, { 'awaiting.handle': handle.handle });
  }

  /** A repeat writes the same ids, so what a worker wrote that then lost the run is what its successor writes. */
  async writeIssues(fence: Fence, issues: readonly IssueWrite[]): Promise<boolean> {
    if (!(await this.update(fence, {}))) return false;
    const { runId } = fence;
    const at = new Date();
    const ids = { runId: new Types.ObjectId(runId), exportId: this.exportId };
    const rows = issues.map((issue) => ({
      _id: `${runId}/${issue.profileId}/${issue.code}`,
      ...ids,
      ...issue,
      at,
    }));
    await insertNew(this.issues.collection, rows);
    return true;
  }

  /** A cancel is seen with the next batch, not only with the next sign of life. */
  private async updateAndCheckCancel(fence: Fence, update: UpdateQuery<RunRecord>): Promise<boolean> {
    const run = await this.runs
      .findOneAndUpdate(
        held(fence),
        { ...update, $set: { ...update.$set, updatedAt: new Date() } },
        { returnDocument: 'after', projection: { cancelRequestedAt: 1 } },
      )
      .lean<Pick<RunRecord, 'cancelRequestedAt'>>();
    if (run?.cancelRequestedAt) this.onCancel();
    return run !== null;
  }

  private async update(
    fence: Fence,
    update: UpdateQuery<RunRecord>,
    also: Record<string, unknown> = {},
  ): Promise<boolean> {
    const { matchedCount } = await this.runs.updateOne(
      { ...held(fence), ...also },
      { ...update, $set: { ...update.$set, updatedAt: new Date() } },
    );
    return matchedCount === 1;
  }
}

function increments(counts: Partial<RunCounts>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(counts)
      .filter(([, change]) => change !== 0)
      .map(([name, change]) => [`counts.${name}`, change]),
  );
}
