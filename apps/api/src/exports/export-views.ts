import {
  type ConnectionRecord,
  ConnectionRepository,
  type ExportRecord,
  lastRunOf,
  RunHistoryRepository,
  type RunRecord,
  type SegmentRecord,
  SegmentRepository,
} from '@audience-relay/data';
import { defaultRemovalLimit, type PermissionHolder, permissionsOn } from '@audience-relay/contracts';
import { Injectable } from '@nestjs/common';
import type { Types } from 'mongoose';
import { toRunSummaryDto } from '../runs/run.dto';
import { followRefresh } from '../schedules/set-schedule';
import { RefreshClock } from '../refreshes/refresh-clock';
import type { UserRefDto } from '../users/user.dto';
import { UserNames } from '../users/user-names';
import type { ExportConnectionDto, ExportDto, ExportSegmentDto, ExportWarningDto } from './export.dto';
import { removedSegmentName } from './export-totals';

interface Surroundings {
  connections: ReadonlyMap<string, ConnectionRecord>;
  segments: ReadonlyMap<string, SegmentRecord>;
  activeRuns: ReadonlyMap<string, RunRecord>;
  users: ReadonlyMap<string, UserRefDto>;
  nextRefreshAt: Date | null;
  caller: PermissionHolder;
}

/** Exports as the API shows them: with the names and states of what they refer to, read in one go for a whole page. */
@Injectable()
export class ExportViews {
  constructor(
    private readonly connections: ConnectionRepository,
    private readonly segments: SegmentRepository,
    private readonly runs: RunHistoryRepository,
    private readonly userNames: UserNames,
    private readonly refreshClock: RefreshClock,
  ) {}

  async one(
    record: ExportRecord,
    caller: PermissionHolder,
    warnings: readonly ExportWarningDto[] = [],
  ): Promise<ExportDto> {
    const [dto] = await this.many([record], caller);
    if (!dto) throw new Error('One export has one view');
    return { ...dto, warnings: [...dto.warnings, ...warnings] };
  }

  async many(records: readonly ExportRecord[], caller: PermissionHolder): Promise<ExportDto[]> {
    const [connections, segments, activeRuns, users, nextRefreshAt] = await Promise.all([
      this.connections.findByIds(records.flatMap(({ connectionId }) => connectionId ?? [])),
      this.segments.findByIds(distinct(records.flatMap(({ segmentIds }) => segmentIds))),
      this.runs.findByIds(records.flatMap(({ activeRunId }) => activeRunId ?? [])),
      this.userNames.of(records.flatMap(({ createdBy, updatedBy }) => [createdBy, updatedBy])),
      this.refreshClock.nextAt(),
    ]);
    const around: Surroundings = {
      connections: new Map(connections.map((connection) => [String(connection._id), connection])),
      segments: new Map(segments.map((segment) => [String(segment._id), segment])),
      activeRuns,
      users,
      nextRefreshAt,
      caller,
    };
    return records.map((record) => toExportDto(record, around));
  }
}

function distinct(ids: readonly Types.ObjectId[]): Types.ObjectId[] {
  return [...new Map(ids.map((id) => [String(id), id])).values()];
}

function toExportDto(record: ExportRecord, around: Surroundings): ExportDto {
  const connection = around.connections.get(String(record.connectionId)) ?? null;
  const activeRun = around.activeRuns.get(String(record.activeRunId));
  const lastRun = activeRun ? lastRunOf(activeRun) : record.lastRun;
  const segments = record.segmentIds.map((id) => segmentDto(id, around.segments.get(String(id))));
  // An earlier version stored null when it was sent.
  const { kind, resumes, recurrence, nextAt } = record.schedule ?? followRefresh;
  const nextRunAt = !connection || kind === 'off' ? null : kind === 'own' ? nextAt : around.nextRefreshAt;
  const permissions = permissionsOn('export', around.caller, connection?.sharing ?? null);
  const readsSettings = permissions.includes('export:read-settings');
  return {
    id: String(record._id),
    name: record.name,
    connection: connection && connectionDto(connection),
    destination: record.destination,
    ...(readsSettings
      ? { settings: record.settings, settingsLabels: record.settingsLabels, mapping: record.mapping }
      : { settings: null, settingsLabels: null, mapping: null }),
    segments,
    mode: record.mode,
    removeStrangers: record.removeStrangers ?? false,
    scope: record.scope,
    hardLimit: record.hardLimit,
    removalLimit: record.removalLimit ?? defaultRemovalLimit,
    rejectedLimit: record.rejectedLimit,
    schedule: { kind, resumes, recurrence, nextRunAt: nextRunAt?.toISOString() ?? null },
    activeRunId: record.activeRunId && String(record.activeRunId),
    lastRun: lastRun && toRunSummaryDto(lastRun),
    canEdit: permissions.includes('export:write'),
    permissions,
    createdAt: record.createdAt.toISOString(),
    createdBy: around.users.get(String(record.createdBy)) ?? null,
    updatedAt: record.updatedAt.toISOString(),
    updatedBy: around.users.get(String(record.updatedBy)) ?? null,
    version: record.version,
    warnings: warningsOf(connection, segments),
  };
}

function connectionDto({ _id, name, destination, sharing }: ConnectionRecord): ExportConnectionDto {
  return { id: String(_id), name, destination, sharing };
}

function segmentDto(id: Types.ObjectId, segment: SegmentRecord | undefined): ExportSegmentDto {
  if (!segment) return { id: String(id), name: removedSegmentName, memberCount: null, state: 'removed' };
  const { name, memberCount, state } = segment;
  return { id: String(id), name, memberCount, state };
}

/** What is known without counting. */
function warningsOf(
  connection: ConnectionRecord | null,
  segments: readonly ExportSegmentDto[],
): ExportWarningDto[] {
  const warnings: ExportWarningDto[] = [];
  if (!connection)
    warnings.push({ code: 'detached', message: 'Detached from its connection: it does not run.' });
  for (const { name, state } of segments) {
    if (state === 'removed')
      warnings.push({ code: 'segment-removed', message: 'One of its segments was removed: choose others.' });
    else if (state !== 'active')
      warnings.push({
        code: 'segment-inactive',
        message: `The segment ${name} is ${state === 'draft' ? 'a draft' : 'inactive'}: runs are skipped.`,
      });
  }
  return warnings;
}
