import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';
import type { ImportRecord } from '../imports/import.schema';
import type { RefreshRecord } from '../refreshes/refresh.schema';
import type { RunRecord } from '../runs/run.schema';
import type { SegmentRecord } from '../segments/segment.schema';

export type ImportChange = Pick<ImportRecord, '_id' | 'status' | 'counts' | 'updatedAt'>;
export type SegmentChange = Pick<SegmentRecord, '_id' | 'status' | 'memberCount' | 'statusAt' | 'version'>;
export type RefreshChange = Pick<RefreshRecord, '_id' | 'status' | 'updatedAt'>;

/** What changed lately: the source of the event stream. Asking is cheap and works on every server. */
@Injectable()
export class ChangesRepository {
  constructor(
    @InjectModel('Run') private readonly runs: Model<RunRecord>,
    @InjectModel('Import') private readonly imports: Model<ImportRecord>,
    @InjectModel('Segment') private readonly segments: Model<SegmentRecord>,
    @InjectModel('Refresh') private readonly refreshes: Model<RefreshRecord>,
  ) {}

  runsSince(since: Date): Promise<RunRecord[]> {
    return this.runs
      .find({ updatedAt: { $gte: since } }, { ranges: 0, inFlight: 0, awaiting: 0 })
      .sort({ updatedAt: 1 })
      .lean<RunRecord[]>()
      .exec();
  }

  importsSince(since: Date): Promise<ImportChange[]> {
    return this.imports
      .find({ updatedAt: { $gte: since } }, { status: 1, counts: 1, updatedAt: 1 })
      .lean<ImportChange[]>()
      .exec();
  }

  segmentsSince(since: Date): Promise<SegmentChange[]> {
    return this.segments
      .find(
        { $or: [{ statusAt: { $gte: since } }, { updatedAt: { $gte: since } }] },
        { status: 1, memberCount: 1, statusAt: 1, version: 1 },
      )
      .lean<SegmentChange[]>()
      .exec();
  }

  refreshesSince(since: Date): Promise<RefreshChange[]> {
    return this.refreshes
      .find({ updatedAt: { $gte: since } }, { status: 1, updatedAt: 1 })
      .lean<RefreshChange[]>()
      .exec();
  }
}
