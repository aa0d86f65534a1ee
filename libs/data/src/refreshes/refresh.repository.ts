import type { RefreshStatus, RunReason } from '@audience-relay/contracts';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, type QueryFilter, Types } from 'mongoose';
import { findPage, type ListRequest, type Page } from '../lists/list-page';
import type { RefreshSettingsRecord } from './refresh-settings.schema';
import type { ExportTask, RefreshRecord, RefreshTrigger, SegmentTask } from './refresh.schema';

/** What the settings must hold besides that no refresh is under way, and what the same update writes. */
export interface RefreshClaim {
  filter?: QueryFilter<RefreshSettingsRecord>;
  set?: Partial<RefreshSettingsRecord>;
}

/** What one look at a refresh changed. */
export interface RefreshProgress {
  segments: SegmentTask[];
  exports: ExportTask[];
  /** Given when nothing is left to do. */
  ended?: { status: Exclude<RefreshStatus, 'running'>; reason: RunReason | null };
}

@Injectable()
export class RefreshRepository {
  constructor(
    @InjectModel('Refresh') private readonly refreshes: Model<RefreshRecord>,
    @InjectModel('RefreshSettings') private readonly settings: Model<RefreshSettingsRecord>,
  ) {}

  findById(id: Types.ObjectId): Promise<RefreshRecord | null> {
    return this.refreshes.findById(id).lean<RefreshRecord>().exec();
  }

  findPage(request: ListRequest): Promise<Page<RefreshRecord>> {
    return findPage(this.refreshes, {}, request, {
      sorts: { startedAt: '_id', status: 'status' },
      defaultSort: '-startedAt',
      searchIn: [],
    });
  }

  /**
   * Starts a refresh: inserts it, then claims the one place by one conditional update. However many try, one wins.
   * @returns null when a refresh is under way or the condition did not hold.
   */
  async start(
    trigger: RefreshTrigger,
    tasks: Pick<RefreshRecord, 'segments' | 'exports'>,
    { filter = {}, set = {} }: RefreshClaim = {},
  ): Promise<RefreshRecord | null> {
    const now = new Date();
    const refresh: RefreshRecord = {
      _id: new Types.ObjectId(),
      status: 'running',
      reason: null,
      trigger,
      step: 0,
      ...tasks,
      cancelRequestedAt: null,
      startedAt: now,
      finishedAt: null,
      updatedAt: now,
    };
    await this.refreshes.collection.insertOne(refresh);
    const free: QueryFilter<RefreshSettingsRecord> = { _id: 'refresh', activeRefreshId: null };
    const { modifiedCount } = await this.settings
      .updateOne({ $and: [free, filter] }, { $set: { ...set, activeRefreshId: refresh._id } })
      .exec();
    if (modifiedCount === 1) return refresh;
    await this.refreshes.deleteOne({ _id: refresh._id }).exec();
    return null;
  }

  /** Lets a due time pass because a refresh is under way. @returns Whether this call did it. */
  async passOver(dueAt: Date, nextAt: Date | null): Promise<boolean> {
    const { modifiedCount } = await this.settings
      .updateOne({ _id: 'refresh', nextAt: dueAt, activeRefreshId: { $ne: null } }, { $set: { nextAt } })
      .exec();
    return modifiedCount === 1;
  }

  /** Writes one step down. @returns False when another process took this step; then nothing was written. */
  async advance(
    { _id, step }: RefreshRecord,
    { segments, exports, ended }: RefreshProgress,
  ): Promise<boolean> {
    const now = new Date();
    const { modifiedCount } = await this.refreshes
      .updateOne(
        { _id, step, status: 'running' },
        {
          $set: { segments, exports, updatedAt: now, ...(ended && { ...ended, finishedAt: now }) },
          $inc: { step: 1 },
        },
      )
      .exec();
    if (modifiedCount === 1 && ended) await this.free(_id);
    return modifiedCount === 1;
  }

  /** @returns False when it is not running. */
  async requestCancel(id: Types.ObjectId): Promise<boolean> {
    const now = new Date();
    const { matchedCount } = await this.refreshes
      .updateOne(
        { _id: id, status: 'running' },
        // The step is raised, so that a step that does not know of this is not written over it.
        { $set: { cancelRequestedAt: now, updatedAt: now }, $inc: { step: 1 } },
      )
      .exec();
    return matchedCount === 1;
  }

  /** Gives the place free that an ended refresh, or one that is gone, still holds. */
  async free(id: Types.ObjectId): Promise<void> {
    await this.settings
      .updateOne({ _id: 'refresh', activeRefreshId: id }, { $set: { activeRefreshId: null } })
      .exec();
  }

  /** Removes refreshes that were begun before a moment and never got the place, and those that ended long ago. */
  async tidy(activeId: Types.ObjectId | null, begunBefore: Date, endedBefore: Date): Promise<void> {
    await this.refreshes
      .deleteMany({
        _id: { $ne: activeId },
        $or: [
          { status: 'running', step: 0, startedAt: { $lt: begunBefore } },
          { finishedAt: { $ne: null, $lt: endedBefore } },
        ],
      })
      .exec();
  }
}
