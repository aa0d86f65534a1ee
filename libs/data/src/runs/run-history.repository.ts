import type { RunStatus } from '@audience-relay/contracts';
import type { IdRange } from '@audience-relay/exports/ports';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, type QueryFilter, Types } from 'mongoose';
import { findPage, type ListRequest, type Page } from '../lists/list-page';
import type { RunBatchRecord } from './run-batch.schema';
import type { RunIssueKind, RunIssueRecord } from './run-issue.schema';
import type { RunRecord } from './run.schema';

export interface RunFilter {
  exportId?: Types.ObjectId;
  connectionId?: Types.ObjectId;
  statuses?: readonly RunStatus[];
  /** Started at or after. */
  since?: Date;
}

export const runSorts = {
  queuedAt: '_id',
  finishedAt: 'finishedAt',
  status: 'status',
  export: 'exportName',
  sent: 'counts.sent',
  rejected: 'counts.rejected',
};

export interface DeliveredHour {
  /** Its begin, UTC. */
  hour: Date;
  destination: string;
  runs: number;
  delivered: number;
  rejected: number;
}

export type RunIssueCounts = Record<RunIssueKind, number>;

/** Runs as they are looked at. */
@Injectable()
export class RunHistoryRepository {
  constructor(
    @InjectModel('Run') private readonly runs: Model<RunRecord>,
    @InjectModel('RunBatch') private readonly batches: Model<RunBatchRecord>,
    @InjectModel('RunIssue') private readonly issues: Model<RunIssueRecord>,
  ) {}

  findById(id: Types.ObjectId): Promise<RunRecord | null> {
    return this.runs.findById(id).lean<RunRecord>().exec();
  }

  /** The last run of the same export before this one of which everything was delivered, removals too. */
  findDeliveredBefore({ _id, exportId }: Pick<RunRecord, '_id' | 'exportId'>): Promise<RunRecord | null> {
    return this.runs
      .findOne({ exportId, _id: { $lt: _id }, status: { $in: ['succeeded', 'partial'] } })
      .sort({ _id: -1 })
      .lean<RunRecord>()
      .exec();
  }

  async findByIds(ids: readonly Types.ObjectId[]): Promise<Map<string, RunRecord>> {
    if (ids.length === 0) return new Map();
    const found = await this.runs
      .find({ _id: { $in: ids } })
      .lean<RunRecord[]>()
      .exec();
    return new Map(found.map((run) => [String(run._id), run]));
  }

  findPage(request: ListRequest, filter: RunFilter = {}): Promise<Page<RunRecord>> {
    const { exportId, connectionId, statuses, since } = filter;
    const query: QueryFilter<RunRecord> = {
      ...(exportId && { exportId }),
      ...(connectionId && { connectionId }),
      ...(statuses && { status: { $in: statuses } }),
      ...(since && { queuedAt: { $gte: since } }),
    };
    return findPage(this.runs, query, request, {
      sorts: runSorts,
      defaultSort: '-queuedAt',
      searchIn: ['exportName'],
    });
  }

  /** What all runs since then delivered, by the hour that they were queued in. At most 24 rows a day and destination. */
  async deliveredByHour(since: Date): Promise<DeliveredHour[]> {
    const groups = await this.runs
      .aggregate<
        { _id: { hour: string; destination: string } } & Omit<DeliveredHour, 'hour' | 'destination'>
      >([
        // By the time in the id, which has an index.
        { $match: { _id: { $gte: Types.ObjectId.createFromTime(Math.floor(since.getTime() / 1000)) } } },
        {
          $group: {
            _id: {
              hour: { $dateToString: { date: '$queuedAt', format: '%Y-%m-%dT%H:00:00Z' } },
              destination: '$destination',
            },
            runs: { $sum: 1 },
            delivered: { $sum: { $subtract: ['$counts.sent', '$counts.rejected'] } },
            rejected: { $sum: '$counts.rejected' },
          },
        },
      ])
      .exec();
    return groups.map(({ _id: { hour, destination }, runs, delivered, rejected }) => ({
      ...{ hour: new Date(hour), destination, runs, delivered, rejected },
    }));
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

  findIssues(
    runId: Types.ObjectId,
    request: ListRequest,
    kind?: RunIssueKind,
  ): Promise<Page<RunIssueRecord>> {
    return findPage(this.issues, { runId, ...(kind && { kind }) }, request, {
      sorts: { profileId: '_id' },
      defaultSort: 'profileId',
      searchIn: ['profileId', 'code', 'message'],
    });
  }

  /** Reads all issues of a run, one after the other, in the order of profile ids: memory stays flat. */
  streamIssues(runId: Types.ObjectId, kind?: RunIssueKind): AsyncIterable<RunIssueRecord> {
    return this.issues
      .find({ runId, ...(kind && { kind }) })
      .sort({ _id: 1 })
      .lean<RunIssueRecord>()
      .cursor({ batchSize: 1_000 });
  }

  findBatches(runId: Types.ObjectId, request: ListRequest): Promise<Page<RunBatchRecord>> {
    return findPage(this.batches, { runId }, request, {
      sorts: { seq: 'seq', startedAt: 'startedAt' },
      defaultSort: 'seq',
      searchIn: [],
    });
  }
}

/** A filter on ids after `from` and up to `to`. */
export function within(field: string, { from, to }: IdRange): Record<string, unknown> {
  if (from === null && to === null) return {};
  return { [field]: { ...(from === null ? {} : { $gt: from }), ...(to === null ? {} : { $lte: to }) } };
}
