import type { RuleFilter } from '@audience-relay/segments';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model, QueryFilter, Types } from 'mongoose';
import { findPage, type ListRequest, type Page } from '../lists/list-page';
import type { ProfileRecord } from '../profiles/profile.schema';

/** How long a preview may take, in milliseconds. */
const previewMs = 20_000;

/** Who is in which segment: an array of segment ids on each profile, written by refreshes only. */
@Injectable()
export class SegmentMembersRepository {
  constructor(@InjectModel('Profile') private readonly profiles: Model<ProfileRecord>) {}

  /** Takes in everyone who matches and is not in yet. The database does it; nobody's row travels. */
  async addMatching(segmentId: Types.ObjectId, filter: RuleFilter): Promise<number> {
    const joiners = { $and: [filter, { segments: { $ne: segmentId } }] };
    const { modifiedCount } = await this.profiles.collection.updateMany(joiners as never, {
      $addToSet: { segments: segmentId } as never,
    });
    return modifiedCount;
  }

  /** Takes out every member who does not match any more. */
  async removeNotMatching(segmentId: Types.ObjectId, filter: RuleFilter): Promise<number> {
    const leavers = { segments: segmentId, $nor: [filter] };
    const { modifiedCount } = await this.profiles.collection.updateMany(leavers as never, {
      $pull: { segments: segmentId } as never,
    });
    return modifiedCount;
  }

  /** Takes everyone out. */
  async clear(segmentId: Types.ObjectId): Promise<void> {
    await this.profiles.collection.updateMany({ segments: segmentId } as never, {
      $pull: { segments: segmentId } as never,
    });
  }

  count(segmentId: Types.ObjectId): Promise<number> {
    return this.profiles.countDocuments({ segments: segmentId }).exec();
  }

  /** How many people are in at least one of the segments, each counted once. */
  countUnion(segmentIds: readonly Types.ObjectId[]): Promise<number> {
    return this.profiles.countDocuments({ segments: { $in: segmentIds } }).exec();
  }

  /** How many would be in, by the rule alone. */
  countMatching(filter: RuleFilter): Promise<number> {
    return this.profiles
      .countDocuments(filter as QueryFilter<ProfileRecord>)
      .maxTimeMS(previewMs)
      .exec();
  }

  /** Some who would be in. */
  findMatching(filter: RuleFilter, limit: number): Promise<ProfileRecord[]> {
    return this.profiles
      .find(filter as QueryFilter<ProfileRecord>)
      .limit(limit)
      .maxTimeMS(previewMs)
      .lean<ProfileRecord[]>()
      .exec();
  }

  /** Members in the order of their ids. */
  findPage(segmentId: Types.ObjectId, request: ListRequest): Promise<Page<ProfileRecord>> {
    const { limit, cursor } = request;
    return findPage(
      this.profiles,
      { segments: segmentId },
      { limit, cursor },
      { sorts: { id: '_id' }, defaultSort: 'id', searchIn: [] },
    );
  }

  /** All members, one cursor, for files. */
  stream(segmentId: Types.ObjectId): AsyncIterable<ProfileRecord> {
    return this.profiles
      .find({ segments: segmentId })
      .sort({ _id: 1 })
      .lean<ProfileRecord>()
      .cursor({ batchSize: 1_000 });
  }
}
