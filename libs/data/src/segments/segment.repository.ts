import type { RunReason } from '@audience-relay/contracts';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, Types } from 'mongoose';
import { findPage, type ListRequest, type Page } from '../lists/list-page';
import type { SegmentRefreshRecord } from './segment-refresh.schema';
import type { SegmentRecord } from './segment.schema';
import { type WriteResult, writeResult } from '../write-result';

/** What a person decides about a segment. */
export type SegmentDefinition = Pick<SegmentRecord, 'name' | 'description' | 'rule' | 'state'>;

export const segmentSorts = {
  name: 'nameKey',
  state: 'state',
  status: 'status',
  memberCount: 'memberCount',
  refreshedAt: 'refreshedAt',
  updatedAt: 'updatedAt',
};

/** A refresh that nobody seems to work on, with the number of the request. */
export type OverdueRefresh = Pick<SegmentRecord, '_id' | 'dispatch'>;

/** What a refresh found. */
export type RefreshResult = Pick<SegmentRefreshRecord, 'count' | 'joined' | 'left' | 'durationMs'>;

@Injectable()
export class SegmentRepository {
  constructor(
    @InjectModel('Segment') private readonly segments: Model<SegmentRecord>,
    @InjectModel('SegmentRefresh') private readonly refreshes: Model<SegmentRefreshRecord>,
  ) {}

  findById(id: string | Types.ObjectId): Promise<SegmentRecord | null> {
    return this.segments.findById(id).lean<SegmentRecord>().exec();
  }

  /** Those that exist, in no particular order. */
  findByIds(ids: readonly Types.ObjectId[]): Promise<SegmentRecord[]> {
    return this.segments
      .find({ _id: { $in: ids } })
      .lean<SegmentRecord[]>()
      .exec();
  }

  async findIds(): Promise<Types.ObjectId[]> {
    const found = await this.segments.find({}, { _id: 1 }).lean<Pick<SegmentRecord, '_id'>[]>().exec();
    return found.map(({ _id }) => _id);
  }

  /** Names and rules of all: which segment stands on which. */
  findRules(): Promise<Pick<SegmentRecord, '_id' | 'name' | 'rule'>[]> {
    return this.segments
      .find({}, { name: 1, rule: 1 })
      .lean<Pick<SegmentRecord, '_id' | 'name' | 'rule'>[]>()
      .exec();
  }

  /** What a scheduled refresh goes over. */
  findActive(): Promise<SegmentRecord[]> {
    return this.segments.find({ state: 'active' }).sort({ nameKey: 1 }).lean<SegmentRecord[]>().exec();
  }

  findPage(request: ListRequest): Promise<Page<SegmentRecord>> {
    return findPage(this.segments, {}, request, {
      sorts: segmentSorts,
      defaultSort: 'name',
      searchIn: ['name', 'description'],
    });
  }

  /** Names are unique. */
  insert(definition: SegmentDefinition, by: Types.ObjectId | null): Promise<WriteResult<SegmentRecord>> {
    const now = new Date();
    const record: SegmentRecord = {
      _id: new Types.ObjectId(),
      ...definition,
      nameKey: definition.name.toLowerCase(),
      memberCount: null,
      status: 'none',
      reason: null,
      refreshedAt: null,
      statusAt: now,
      dispatch: 0,
      again: false,
      lease: null,
      createdAt: now,
      createdBy: by,
      updatedAt: now,
      updatedBy: by,
      version: 1,
    };
    return writeResult(async () => {
      await this.segments.collection.insertOne(record);
      return record;
    });
  }

  update(
    id: Types.ObjectId,
    version: number,
    changes: Partial<SegmentDefinition>,
    by: Types.ObjectId,
  ): Promise<WriteResult<SegmentRecord>> {
    const nameKey = changes.name === undefined ? {} : { nameKey: changes.name.toLowerCase() };
    // A draft is not refreshed, whatever it was waiting for.
    const idle = changes.state === 'draft' ? { status: 'none', reason: null } : {};
    return writeResult(() =>
      this.segments
        .findOneAndUpdate(
          { _id: id, version },
          {
            $set: { ...changes, ...nameKey, ...idle, updatedAt: new Date(), updatedBy: by },
            $inc: { version: 1 },
          },
          { returnDocument: 'after' },
        )
        .lean<SegmentRecord>()
        .exec(),
    );
  }

  /** The segment and its history; its members are taken out by `SegmentMembersRepository.clear`. */
  async remove(id: Types.ObjectId): Promise<boolean> {
    const { deletedCount } = await this.segments.deleteOne({ _id: id }).exec();
    await this.refreshes.deleteMany({ segmentId: id }).exec();
    return deletedCount === 1;
  }

  /** The last refreshes, newest first. */
  findHistory(id: Types.ObjectId, limit: number): Promise<SegmentRefreshRecord[]> {
    return this.refreshes
      .find({ segmentId: id })
      .sort({ at: -1 })
      .limit(limit)
      .lean<SegmentRefreshRecord[]>()
      .exec();
  }

  /**
   * Asks for a refresh. One that is under way goes on and is repeated, since it may have read the rule before.
   * @returns The segment with the number of this request in `dispatch`; null when it is gone or a draft.
   */
  async requestRefresh(id: Types.ObjectId): Promise<SegmentRecord | null> {
    const queued = await this.segments
      .findOneAndUpdate(
        { _id: id, state: { $ne: 'draft' }, status: { $ne: 'refreshing' } },
        { $set: { status: 'queued', statusAt: new Date(), again: false }, $inc: { dispatch: 1 } },
        { returnDocument: 'after' },
      )
      .lean<SegmentRecord>()
      .exec();
    if (queued) return queued;
    return this.segments
      .findOneAndUpdate(
        { _id: id, state: { $ne: 'draft' } },
        { $set: { again: true }, $inc: { dispatch: 1 } },
        { returnDocument: 'after' },
      )
      .lean<SegmentRecord>()
      .exec();
  }

  /** Takes a segment for refreshing, unless somebody holds it. */
  claimRefresh(id: Types.ObjectId, owner: string, leaseMs: number): Promise<SegmentRecord | null> {
    const now = new Date();
    return this.segments
      .findOneAndUpdate(
        { _id: id, state: { $ne: 'draft' }, $or: [{ lease: null }, { 'lease.until': { $lt: now } }] },
        {
          $set: {
            status: 'refreshing',
            statusAt: now,
            again: false,
            lease: { owner, until: new Date(now.getTime() + leaseMs) },
          },
        },
        { returnDocument: 'after' },
      )
      .lean<SegmentRecord>()
      .exec();
  }

  /** @returns Whether the lease is still held. */
  async extendLease(id: Types.ObjectId, owner: string, leaseMs: number): Promise<boolean> {
    const until = new Date(Date.now() + leaseMs);
    const { matchedCount } = await this.segments
      .updateOne({ _id: id, 'lease.owner': owner }, { $set: { 'lease.until': until } })
      .exec();
    return matchedCount === 1;
  }

  /** @returns null when the lease was lost: nothing was written. */
  async succeedRefresh(
    id: Types.ObjectId,
    owner: string,
    result: RefreshResult,
  ): Promise<SegmentRecord | null> {
    const now = new Date();
    const record = await this.endRefresh(id, owner, {
      status: 'succeeded',
      statusAt: now,
      reason: null,
      refreshedAt: now,
      memberCount: result.count,
    });
    if (record) {
      await this.refreshes.collection.insertOne({
        _id: new Types.ObjectId(),
        segmentId: id,
        at: now,
        ...result,
      });
    }
    return record;
  }

  /** Members and their count stay as they were. */
  failRefresh(id: Types.ObjectId, owner: string, reason: RunReason): Promise<SegmentRecord | null> {
    return this.endRefresh(id, owner, { status: 'failed', statusAt: new Date(), reason });
  }

  /** Asked for, or claimed, and not heard of since: their job was lost or their worker died. */
  findOverdue(queuedBefore: Date, now = new Date()): Promise<OverdueRefresh[]> {
    return this.segments
      .find(
        {
          $or: [
            { status: 'queued', statusAt: { $lt: queuedBefore } },
            { status: 'refreshing', 'lease.until': { $lt: now } },
          ],
        },
        { dispatch: 1 },
      )
      .lean<OverdueRefresh[]>()
      .exec();
  }

  /** Those that a person or a refresh changed after a moment: for live progress. */
  findChangedSince(since: Date, limit = 100): Promise<SegmentRecord[]> {
    return this.segments
      .find({ $or: [{ statusAt: { $gt: since } }, { updatedAt: { $gt: since } }] })
      .limit(limit)
      .lean<SegmentRecord[]>()
      .exec();
  }

  private endRefresh(
    id: Types.ObjectId,
    owner: string,
    changes: Partial<SegmentRecord>,
  ): Promise<SegmentRecord | null> {
    return this.segments
      .findOneAndUpdate(
        { _id: id, 'lease.owner': owner },
        { $set: { ...changes, lease: null } },
        { returnDocument: 'after' },
      )
      .lean<SegmentRecord>()
      .exec();
  }
}
