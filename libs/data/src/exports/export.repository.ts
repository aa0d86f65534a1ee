import { activeRunStatuses } from '@audience-relay/contracts';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, type QueryFilter, Types } from 'mongoose';
import { containing, findPage, type ListRequest, type Page } from '../lists/list-page';
import type { ExportRecord, LastRun } from './export.schema';
import { type WriteResult, writeResult } from '../write-result';

/** What a person decides about an export. */
export type ExportDefinition = Pick<
  ExportRecord,
  | 'name'
  | 'connectionId'
  | 'destination'
  | 'settings'
  | 'settingsLabels'
  | 'mapping'
  | 'segmentIds'
  | 'mode'
  | 'removeStrangers'
  | 'scope'
  | 'hardLimit'
  | 'removalLimit'
  | 'rejectedLimit'
  | 'schedule'
>;

export interface ExportFilter {
  connectionId?: Types.ObjectId;
  segmentId?: Types.ObjectId;
}

/** What a search for a text finds besides names of exports. */
export interface ExportSearch {
  text: string;
  /** Connections whose name matches. */
  connectionIds: readonly Types.ObjectId[];
  /** Destinations whose name matches. */
  destinations: readonly string[];
}

export const exportSorts = {
  name: 'nameKey',
  destination: 'destination',
  mode: 'mode',
  status: 'lastRun.status',
  lastRunAt: 'lastRun.queuedAt',
  nextRunAt: 'schedule.nextAt',
  createdAt: 'createdAt',
  updatedAt: 'updatedAt',
};

export interface ExportName {
  id: Types.ObjectId;
  name: string;
}

/** How the exports fare, all together. */
export interface ExportHealth {
  exports: number;
  running: number;
  inTrouble: number;
  /** The latest of these. */
  trouble: (ExportName & { lastRun: LastRun })[];
  detachedCount: number;
  detached: ExportName[];
  followRefresh: number;
  /** Attached, and run by themselves. */
  scheduled: number;
}

@Injectable()
export class ExportRepository {
  constructor(@InjectModel('Export') private readonly exports: Model<ExportRecord>) {}

  findById(id: string | Types.ObjectId): Promise<ExportRecord | null> {
    return this.exports.findById(id).lean<ExportRecord>().exec();
  }

  /** Those that exist, in no particular order. */
  findByIds(ids: readonly Types.ObjectId[]): Promise<ExportRecord[]> {
    return this.exports
      .find({ _id: { $in: ids } })
      .lean<ExportRecord[]>()
      .exec();
  }

  findPage(
    request: Omit<ListRequest, 'search'>,
    { connectionId, segmentId }: ExportFilter = {},
    search?: ExportSearch,
  ): Promise<Page<ExportRecord>> {
    const filters: QueryFilter<ExportRecord>[] = [
      connectionId ? { connectionId } : {},
      segmentId ? { segmentIds: segmentId } : {},
      search
        ? {
            $or: [
              { name: containing(search.text) },
              { connectionId: { $in: search.connectionIds } },
              { destination: { $in: search.destinations } },
            ],
          }
        : {},
    ];
    return findPage(this.exports, { $and: filters } as QueryFilter<ExportRecord>, request, {
      sorts: exportSorts,
      defaultSort: 'name',
      searchIn: [],
    });
  }

  /** @param named How many of each kind are named. */
  async health(named: number): Promise<ExportHealth> {
    const trouble: QueryFilter<ExportRecord> = {
      $or: [
        {
          lastRun: { $ne: null },
          'lastRun.status': { $nin: ['succeeded', 'cancelled', ...activeRunStatuses] },
        },
        { 'lastRun.counts.rejected': { $gt: 0 } },
      ],
    };
    const detached: QueryFilter<ExportRecord> = { connectionId: null };
    const [exports, running, inTrouble, latest, detachedCount, detachedNames, followRefresh, scheduled] =
      await Promise.all([
        this.exports.countDocuments(),
        this.exports.countDocuments({ activeRunId: { $ne: null } }),
        this.exports.countDocuments(trouble),
        this.exports
          .find(trouble, { name: 1, lastRun: 1 })
          .sort({ 'lastRun.queuedAt': -1 })
          .limit(named)
          .lean<Pick<ExportRecord, '_id' | 'name' | 'lastRun'>[]>(),
        this.exports.countDocuments(detached),
        this.exports
          .find(detached, { name: 1 })
          .sort({ nameKey: 1 })
          .limit(named)
          .lean<Pick<ExportRecord, '_id' | 'name'>[]>(),
        this.exports.countDocuments({ connectionId: { $ne: null }, 'schedule.kind': 'follow' }),
        this.exports.countDocuments({
          connectionId: { $ne: null },
          'schedule.kind': { $in: ['follow', 'own'] },
        }),
      ]);
    return {
      exports,
      running,
      inTrouble,
      trouble: latest.flatMap(({ _id, name, lastRun }) => (lastRun ? [{ id: _id, name, lastRun }] : [])),
      detachedCount,
      detached: detachedNames.map(({ _id, name }) => ({ id: _id, name })),
      followRefresh,
      scheduled,
    };
  }

  /** All exports on a connection, by name: why it cannot be removed. */
  async findNamesOnConnection(connectionId: Types.ObjectId): Promise<ExportName[]> {
    return this.findNames({ connectionId });
  }

  /** All exports that use a segment, by name: why it cannot be removed. */
  async findNamesWithSegment(segmentId: Types.ObjectId): Promise<ExportName[]> {
    return this.findNames({ segmentIds: segmentId });
  }

  findOnConnection(connectionId: Types.ObjectId): Promise<ExportRecord[]> {
    return this.exports.find({ connectionId }).lean<ExportRecord[]>().exec();
  }

  /** How many exports are on each of these connections, by id. A connection without exports is absent. */
  async countByConnection(connectionIds: readonly Types.ObjectId[]): Promise<Map<string, number>> {
    const groups = await this.exports
      .aggregate<{ _id: Types.ObjectId; count: number }>([
        { $match: { connectionId: { $in: connectionIds } } },
        { $group: { _id: '$connectionId', count: { $sum: 1 } } },
      ])
      .exec();
    return new Map(groups.map(({ _id, count }) => [String(_id), count]));
  }

  /** How many exports use each of these segments, by id. A segment without exports is absent. */
  async countBySegment(segmentIds: readonly Types.ObjectId[]): Promise<Map<string, number>> {
    const groups = await this.exports
      .aggregate<{ _id: Types.ObjectId; count: number }>([
        { $match: { segmentIds: { $in: segmentIds } } },
        { $unwind: '$segmentIds' },
        { $match: { segmentIds: { $in: segmentIds } } },
        { $group: { _id: '$segmentIds', count: { $sum: 1 } } },
      ])
      .exec();
    return new Map(groups.map(({ _id, count }) => [String(_id), count]));
  }

  /** Attached exports whose schedule is active (follows the refresh or has its own): what "run all" starts. */
  findScheduled(): Promise<ExportRecord[]> {
    return this.exports
      .find({ connectionId: { $ne: null }, 'schedule.kind': { $in: ['follow', 'own'] } })
      .sort({ nameKey: 1, _id: 1 })
      .lean<ExportRecord[]>()
      .exec();
  }

  /** Attached exports whose own schedule is due, longest first. */
  findDue(now: Date): Promise<ExportRecord[]> {
    return this.exports
      .find({ connectionId: { $ne: null }, 'schedule.nextAt': { $ne: null, $lte: now } })
      .sort({ 'schedule.nextAt': 1 })
      .lean<ExportRecord[]>()
      .exec();
  }

  /** Attached exports that run with the system refresh. */
  findFollowing(): Promise<ExportRecord[]> {
    return this.exports
      .find({ connectionId: { $ne: null }, 'schedule.kind': 'follow' })
      .sort({ nameKey: 1, _id: 1 })
      .lean<ExportRecord[]>()
      .exec();
  }

  async insert(definition: ExportDefinition, by: Types.ObjectId): Promise<ExportRecord> {
    const now = new Date();
    const record: ExportRecord = {
      _id: new Types.ObjectId(),
      ...definition,
      nameKey: definition.name.toLowerCase(),
      alert: { state: 'fine', runId: null },
      activeRunId: null,
      lastRun: null,
      lastRefresh: null,
      ledger: null,
      ledgerFence: 0,
      createdAt: now,
      createdBy: by,
      updatedAt: now,
      updatedBy: by,
      version: 1,
    };
    await this.exports.collection.insertOne(record);
    return record;
  }

  update(
    id: Types.ObjectId,
    version: number,
    changes: Partial<ExportDefinition>,
    by: Types.ObjectId,
  ): Promise<WriteResult<ExportRecord>> {
    const nameKey = changes.name === undefined ? {} : { nameKey: changes.name.toLowerCase() };
    return writeResult(() =>
      this.exports
        .findOneAndUpdate(
          { _id: id, version },
          { $set: { ...changes, ...nameKey, updatedAt: new Date(), updatedBy: by }, $inc: { version: 1 } },
          { returnDocument: 'after' },
        )
        .lean<ExportRecord>()
        .exec(),
    );
  }

  /** @returns False when it has an active run or is gone: then nothing was removed. */
  async removeIdle(id: Types.ObjectId): Promise<boolean> {
    return (await this.exports.deleteOne({ _id: id, activeRunId: null }).exec()).deletedCount === 1;
  }

  private async findNames(filter: QueryFilter<ExportRecord>): Promise<ExportName[]> {
    const found = await this.exports
      .find(filter, { name: 1 })
      .sort({ nameKey: 1 })
      .lean<Pick<ExportRecord, '_id' | 'name'>[]>()
      .exec();
    return found.map(({ _id, name }) => ({ id: _id, name }));
  }
}
