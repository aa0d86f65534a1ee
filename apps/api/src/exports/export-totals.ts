import {
  type ExportRecord,
  ExportRepository,
  RunMembersRepository,
  SegmentRepository,
} from '@audience-relay/data';
import { type ExportLimits, type ExportWarning, totalWarnings } from '@audience-relay/exports';
import { CostlyReads } from '../lists/costly-reads';
import { Injectable } from '@nestjs/common';
import type { Types } from 'mongoose';

export interface ExportTotals {
  perSegment: { id: string; name: string; count: number }[];
  members: number;
  deduplicated: number;
  warnings: ExportWarning[];
}

/** What the totals are compared with. */
export interface TotalLimits extends ExportLimits {
  connectionId: Types.ObjectId | null;
  /** The export itself, so that its stored segments are not counted beside its new ones. */
  exportId?: Types.ObjectId;
}

/** Counts whom an export would look at: each segment alone, and all together with each person once. */
@Injectable()
export class ExportTotalsService {
  constructor(
    private readonly members: RunMembersRepository,
    private readonly segments: SegmentRepository,
    private readonly exports: ExportRepository,
    private readonly costly: CostlyReads,
  ) {}

  async count(segmentIds: readonly Types.ObjectId[], held?: TotalLimits): Promise<ExportTotals> {
    const [records, members, ...counts] = await Promise.all([
      this.segments.findByIds(segmentIds),
      this.countOnce(segmentIds),
      ...segmentIds.map((id) => this.countOnce([id])),
    ]);
    const names = new Map(records.map(({ _id, name }) => [String(_id), name]));
    const perSegment = segmentIds.map((id, index) => ({
      id: String(id),
      name: names.get(String(id)) ?? removedSegmentName,
      count: counts[index] ?? 0,
    }));
    const sum = perSegment.reduce((total, { count }) => total + count, 0);
    const warnings = held ? await this.warn(held, segmentIds, members) : [];
    return { perSegment, members, deduplicated: sum - members, warnings };
  }

  /** Only what is wrong with the number: counts once, and not at all where nothing is limited. */
  async warnings(segmentIds: readonly Types.ObjectId[], held: TotalLimits): Promise<ExportWarning[]> {
    const { recommendedTotal, hardTotal } = held.limits;
    if (held.hardLimit === null && recommendedTotal === undefined && hardTotal === undefined) return [];
    return this.warn(held, segmentIds, await this.countOnce(segmentIds));
  }

  /** Members of all of these segments, each person once. */
  async countOnce(segmentIds: readonly Types.ObjectId[]): Promise<number> {
    if (segmentIds.length === 0) return 0;
    return this.costly.run(() => this.members.open({ segmentIds: [...segmentIds], retryOf: null }).count());
  }

  private warn(
    { connectionId, exportId, ...held }: TotalLimits,
    segmentIds: readonly Types.ObjectId[],
    members: number,
  ): Promise<ExportWarning[]> {
    const onConnection = connectionId && (() => this.countOnConnection(connectionId, segmentIds, exportId));
    return totalWarnings(held, members, onConnection);
  }

  /** Members of all exports on a connection, each person once. */
  private async countOnConnection(
    connectionId: Types.ObjectId,
    segmentIds: readonly Types.ObjectId[],
    exportId: Types.ObjectId | undefined,
  ): Promise<number> {
    const others = (await this.exports.findOnConnection(connectionId)).filter(
      ({ _id }: Pick<ExportRecord, '_id'>) => !exportId || !_id.equals(exportId),
    );
    const all = new Map(
      [...segmentIds, ...others.flatMap((other) => other.segmentIds)].map((id) => [String(id), id]),
    );
    return this.countOnce([...all.values()]);
  }
}

export const removedSegmentName = 'Removed segment';
