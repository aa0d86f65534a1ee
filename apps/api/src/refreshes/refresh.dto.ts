import {
  type RefreshStatus,
  refreshStatuses,
  type RefreshTaskStatus,
  refreshTaskStatuses,
} from '@audience-relay/contracts';
import type { RefreshRecord, SegmentTask } from '@audience-relay/data';
import { ApiProperty } from '@nestjs/swagger';
import { listQuery } from '../lists/list-query.dto';
import { listOf } from '../lists/list.dto';
import { RunReasonDto } from '../runs/run.dto';
import { UserRefDto } from '../users/user.dto';

const triggerKinds = ['schedule', 'on-demand'] as const;

export class RefreshTriggerDto {
  @ApiProperty({ description: 'What started it.', enum: triggerKinds, enumName: 'RefreshTriggerKind' })
  kind!: (typeof triggerKinds)[number];

  @ApiProperty({ description: 'Who started it; null for the schedule.', type: UserRefDto, nullable: true })
  by!: UserRefDto | null;

  @ApiProperty({
    description: 'When the schedule wanted it.',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  scheduledFor!: string | null;

  @ApiProperty({ description: 'The time had been missed, and this made up for it.' })
  late!: boolean;
}

export class RefreshTaskDto {
  @ApiProperty({ description: "The segment's or the export's id." })
  id!: string;

  @ApiProperty({ description: 'Its name when the refresh began.' })
  name!: string;

  @ApiProperty({
    description: 'Where it stands.',
    enum: refreshTaskStatuses,
    enumName: 'RefreshTaskStatus',
  })
  status!: RefreshTaskStatus;

  @ApiProperty({ description: 'Why it is so.', type: RunReasonDto, nullable: true })
  reason!: RunReasonDto | null;

  @ApiProperty({ description: 'When it began.', type: String, format: 'date-time', nullable: true })
  startedAt!: string | null;

  @ApiProperty({ description: 'When it ended.', type: String, format: 'date-time', nullable: true })
  finishedAt!: string | null;
}

export class RefreshExportTaskDto extends RefreshTaskDto {
  @ApiProperty({ description: 'Its run.', type: String, nullable: true })
  runId!: string | null;
}

export class RefreshDto {
  @ApiProperty({ description: 'The id.' })
  id!: string;

  @ApiProperty({ description: 'Where it stands.', enum: refreshStatuses, enumName: 'RefreshStatus' })
  status!: RefreshStatus;

  @ApiProperty({ description: 'Why it is so.', type: RunReasonDto, nullable: true })
  reason!: RunReasonDto | null;

  @ApiProperty({ description: 'What or who started it.' })
  trigger!: RefreshTriggerDto;

  @ApiProperty({ description: 'The segments, which go first.', type: [RefreshTaskDto] })
  segments!: RefreshTaskDto[];

  @ApiProperty({ description: 'The exports; each waits for its segments.', type: [RefreshExportTaskDto] })
  exports!: RefreshExportTaskDto[];

  @ApiProperty({ description: 'Someone asked to cancel it.' })
  cancelRequested!: boolean;

  @ApiProperty({ description: 'When it began.', format: 'date-time' })
  startedAt!: string;

  @ApiProperty({ description: 'When it ended.', type: String, format: 'date-time', nullable: true })
  finishedAt!: string | null;

  @ApiProperty({ description: 'The last change; never goes back.', format: 'date-time' })
  updatedAt!: string;
}

export class RefreshListDto extends listOf(RefreshDto) {}

export class RefreshListQueryDto extends listQuery(['startedAt', 'status']) {}

export function toRefreshDto(refresh: RefreshRecord): RefreshDto {
  const { trigger } = refresh;
  return {
    id: String(refresh._id),
    status: refresh.status,
    reason: refresh.reason,
    trigger: {
      kind: trigger.kind,
      by: trigger.by && { id: String(trigger.by.id), name: trigger.by.name },
      scheduledFor: trigger.scheduledFor?.toISOString() ?? null,
      late: trigger.late,
    },
    segments: refresh.segments.map(taskDto),
    exports: refresh.exports.map((task) => ({
      ...taskDto(task),
      runId: task.runId && String(task.runId),
    })),
    cancelRequested: refresh.cancelRequestedAt !== null,
    startedAt: refresh.startedAt.toISOString(),
    finishedAt: refresh.finishedAt?.toISOString() ?? null,
    updatedAt: refresh.updatedAt.toISOString(),
  };
}

function taskDto({ id, name, status, reason, startedAt, finishedAt }: SegmentTask): RefreshTaskDto {
  return {
    id: String(id),
    name,
    status,
    reason,
    startedAt: startedAt?.toISOString() ?? null,
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}
