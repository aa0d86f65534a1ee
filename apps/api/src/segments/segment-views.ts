import { ExportRepository, type SegmentRecord } from '@audience-relay/data';
import { Injectable } from '@nestjs/common';
import { UserNames } from '../users/user-names';
import type { SegmentDto } from './segment.dto';

/** Segments as the API shows them: with names and counts read in one go for a whole page. */
@Injectable()
export class SegmentViews {
  constructor(
    private readonly exports: ExportRepository,
    private readonly users: UserNames,
  ) {}

  async one(record: SegmentRecord): Promise<SegmentDto> {
    const [dto] = await this.many([record]);
    if (!dto) throw new Error('One segment has one view');
    return dto;
  }

  async many(records: readonly SegmentRecord[]): Promise<SegmentDto[]> {
    const [exportCounts, users] = await Promise.all([
      this.exports.countBySegment(records.map(({ _id }) => _id)),
      this.users.of(records.flatMap(({ createdBy, updatedBy }) => [createdBy, updatedBy])),
    ]);
    return records.map((record) => ({
      id: String(record._id),
      name: record.name,
      description: record.description,
      rule: record.rule,
      state: record.state,
      memberCount: record.memberCount,
      status: record.status,
      reason: record.reason,
      refreshedAt: record.refreshedAt?.toISOString() ?? null,
      exportCount: exportCounts.get(String(record._id)) ?? 0,
      createdAt: record.createdAt.toISOString(),
      createdBy: record.createdBy && (users.get(String(record.createdBy)) ?? null),
      updatedAt: record.updatedAt.toISOString(),
      updatedBy: record.updatedBy && (users.get(String(record.updatedBy)) ?? null),
      version: record.version,
    }));
  }
}
