import {
  defaultRemovalLimit,
  deliveryModes,
  deliveryScopes,
  type DeliveryMode,
  type DeliveryScope,
  type Permission,
  permissions,
  type RemovalCounts,
  type RemovalLimit,
  type RunCounts,
  type RunReason,
  type RunStatus,
  runStatuses,
  type TriggerKind,
  triggerKinds,
} from '@audience-relay/contracts';
import type {
  LastRun,
  RunBatchRecord,
  RunBatchStatus,
  RunIssueKind,
  RunIssueRecord,
  RunRecord,
} from '@audience-relay/data';
import type { RunPhase } from '@audience-relay/exports';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsISO8601, IsMongoId, IsNumber, IsString, Max, MaxLength, Min } from 'class-validator';
import { listQuery } from '../lists/list-query.dto';
import { listOf } from '../lists/list.dto';
import { UserRefDto } from '../users/user.dto';
import { Optional } from '../validation/field.decorators';

const issueKinds = ['rejected', 'skipped', 'warning', 'removal'] as const satisfies readonly RunIssueKind[];
const batchStatuses = [
  'accepted',
  'awaiting',
  'confirmed',
  'rejected',
  'failed',
  'interrupted',
] as const satisfies readonly RunBatchStatus[];
const phases = ['send', 'remove'] as const satisfies readonly RunPhase[];

export class RunReasonDto implements RunReason {
  @ApiProperty({ description: 'Stable: scripts switch on it.', example: 'hard-limit-exceeded' })
  code!: string;

  @ApiProperty({ description: 'A sentence for a person.' })
  message!: string;

  @ApiProperty({
    description: 'The numbers in the sentence, by name, for those who say it in other words.',
    type: 'object',
    additionalProperties: { type: 'number' },
    selfRequired: false,
  })
  numbers?: Record<string, number>;
}

export class RunCountsDto implements RunCounts {
  @ApiProperty({ description: 'Members of the segments that were looked at, each person once.' })
  members!: number;

  @ApiProperty({ description: 'New to the destination.' })
  added!: number;

  @ApiProperty({ description: 'Known there, with other values.' })
  changed!: number;

  @ApiProperty({ description: 'Known there with the same values.' })
  unchanged!: number;

  @ApiProperty({ description: 'Taken off the list (mode mirror).' })
  removed!: number;

  @ApiProperty({ description: 'Sent to the destination.' })
  sent!: number;

  @ApiProperty({ description: 'Created there, by its own word.' })
  created!: number;

  @ApiProperty({ description: 'Updated there, by its own word.' })
  updated!: number;

  @ApiProperty({ description: 'Sent and refused.' })
  rejected!: number;

  @ApiProperty({ description: 'Not sent: no valid identity, a duplicate, or too large.' })
  skipped!: number;
}

export class RemovalLimitDto implements RemovalLimit {
  @ApiProperty({
    description: 'Percent of the people whom the export delivered.',
    minimum: 0,
    maximum: 100,
    default: defaultRemovalLimit.percent,
  })
  @IsNumber()
  @Min(0)
  @Max(100)
  percent!: number;

  @ApiProperty({ description: 'People.', type: 'integer', minimum: 0, default: defaultRemovalLimit.count })
  @IsInt()
  @Min(0)
  @Max(1_000_000_000)
  count!: number;
}

export class RunTriggerDto {
  @ApiProperty({ description: 'What started the run.', enum: triggerKinds, enumName: 'TriggerKind' })
  kind!: TriggerKind;

  @ApiProperty({ description: 'Who started it; null for clocks.', type: UserRefDto, nullable: true })
  by!: UserRefDto | null;

  @ApiProperty({
    description: 'When a schedule wanted it.',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  scheduledFor!: string | null;

  @ApiProperty({ description: 'Its time had been missed, and it made up for it.' })
  late!: boolean;

  @ApiProperty({ description: 'The system refresh that it belongs to.', type: String, nullable: true })
  refreshId!: string | null;
}

export class RemovalDecisionDto {
  @ApiProperty({ description: 'What was decided.', enum: ['approved', 'rejected'] })
  kind!: 'approved' | 'rejected';

  @ApiProperty({ description: 'Who decided.' })
  by!: UserRefDto;

  @ApiProperty({ description: 'When.', format: 'date-time' })
  at!: string;

  @ApiProperty({ description: 'The run that makes the approved removals.', type: String, nullable: true })
  runId!: string | null;
}

export class RunRemovalsDto implements RemovalCounts {
  @ApiProperty({
    description: 'People whom this export delivered and who would not be on the target any more.',
  })
  people!: number;

  @ApiProperty({ description: 'People on the target whom no export put there.' })
  unmanaged!: number;

  @ApiProperty({
    description: 'Former addresses of people who stay under a new one; they do not count against the limit.',
  })
  formerIdentities!: number;

  @ApiProperty({ description: 'People whom this export had delivered before the run.' })
  delivered!: number;

  @ApiProperty({ description: 'People of this export who would stay.' })
  remaining!: number;

  @ApiProperty({ description: 'Names exactly these people: what an approval is bound to.' })
  digest!: string;

  @ApiProperty({ description: 'They are above the limit: nobody was taken off.' })
  held!: boolean;

  @ApiProperty({ description: 'The limit of the export when the run was started.' })
  limit!: RemovalLimitDto;

  @ApiProperty({
    description: 'What a person decided; null: nothing yet.',
    type: RemovalDecisionDto,
    nullable: true,
  })
  decision!: RemovalDecisionDto | null;
}

const changeKinds = ['mapping', 'segments', 'settings', 'mode', 'segment', 'import'] as const;

export class RemovalChangeDto {
  @ApiProperty({
    description:
      'What changed since: the mapping, the choice of segments, the settings or the removal of unmanaged contacts ' +
      'of the export; the definition of a segment; profiles, by an import.',
    enum: changeKinds,
    enumName: 'RemovalChangeKind',
  })
  kind!: (typeof changeKinds)[number];

  @ApiProperty({ description: 'The segment or import.', type: String, nullable: true })
  id!: string | null;

  @ApiProperty({ description: "The segment's name, or the import's file.", type: String, nullable: true })
  name!: string | null;

  @ApiProperty({ description: 'When; null: not known.', type: String, format: 'date-time', nullable: true })
  at!: string | null;
}

export class RemovalReviewDto {
  @ApiProperty({
    description: 'The last run before it that delivered everything; null: none.',
    type: String,
    nullable: true,
  })
  sinceRunId!: string | null;

  @ApiProperty({ description: 'What changed since then, newest first.', type: [RemovalChangeDto] })
  changes!: RemovalChangeDto[];
}

export class ApproveRemovalsDto {
  @ApiProperty({ description: 'Of the removals that you have seen.', maxLength: 100 })
  @IsString()
  @MaxLength(100)
  digest!: string;
}

/** A run in short, as lists of exports show it. */
export class RunSummaryDto {
  @ApiProperty({ description: 'The id.' })
  id!: string;

  @ApiProperty({ description: 'Where it stands.', enum: runStatuses, enumName: 'RunStatus' })
  status!: RunStatus;

  @ApiProperty({ description: 'Why it is so.', type: RunReasonDto, nullable: true })
  reason!: RunReasonDto | null;

  @ApiProperty({ description: 'Counts so far.' })
  counts!: RunCountsDto;

  @ApiProperty({ description: 'When it was started.', format: 'date-time' })
  queuedAt!: string;

  @ApiProperty({ description: 'When it ended.', type: String, format: 'date-time', nullable: true })
  finishedAt!: string | null;
}

export class RunDto extends RunSummaryDto {
  @ApiProperty({
    description: 'What you may do with it; absent in events.',
    enum: Object.keys(permissions),
    enumName: 'Permission',
    isArray: true,
    required: false,
  })
  permissions?: Permission[];

  @ApiProperty({ description: "The export's id." })
  exportId!: string;

  @ApiProperty({ description: "The export's name when the run was started." })
  exportName!: string;

  @ApiProperty({ description: 'The key of the destination.', example: 'sendgrid' })
  destination!: string;

  @ApiProperty({ description: 'What or who started it.' })
  trigger!: RunTriggerDto;

  @ApiProperty({ description: 'Whom it sends.', enum: deliveryScopes, enumName: 'DeliveryScope' })
  scope!: DeliveryScope;

  @ApiProperty({
    description: 'Whether leavers are taken off.',
    enum: deliveryModes,
    enumName: 'DeliveryMode',
  })
  mode!: DeliveryMode;

  @ApiProperty({
    description: 'The run whose rejected rows this one sends again.',
    type: String,
    nullable: true,
  })
  retryOf!: string | null;

  @ApiProperty({
    description:
      'Requests that were made to add, update or take off rows, as far as can be known; failed ones among them.',
  })
  requests!: number;

  @ApiProperty({
    description:
      'Of the requests, those whose batch had to be sent again: they failed (an error, a broken connection, ' +
      'too many requests), or the worker died before it heard the answer.',
  })
  failedRequests!: number;

  @ApiProperty({
    description: 'Members when the run began, each person once; null before. For progress.',
    type: Number,
    nullable: true,
  })
  total!: number | null;

  @ApiProperty({
    description:
      'People found on the target whom the export had not put there, and who were to be taken off; they are among ' +
      'the removed. Null: nobody looked.',
    type: Number,
    nullable: true,
  })
  strangers!: number | null;

  @ApiProperty({
    description:
      'Whom it takes off the target, counted before the first removal; null: nobody, or so few that they were not ' +
      'counted. Who they are: `issues?kind=removal` of a held run.',
    type: RunRemovalsDto,
    nullable: true,
  })
  removals!: RunRemovalsDto | null;

  @ApiProperty({ description: 'Failed tries in a row.' })
  attempts!: number;

  @ApiProperty({
    description: 'When a waiting or confirming run goes on.',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  nextAttemptAt!: string | null;

  @ApiProperty({ description: 'Someone asked to cancel it.' })
  cancelRequested!: boolean;

  @ApiProperty({
    description: 'When a worker first took it.',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  startedAt!: string | null;

  @ApiProperty({
    description: 'When the destination had taken everything.',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  sentAt!: string | null;

  @ApiProperty({ description: 'The last change; never goes back.', format: 'date-time' })
  updatedAt!: string;
}

export class RunListDto extends listOf(RunDto) {}

export class RunListQueryDto extends listQuery([
  'queuedAt',
  'finishedAt',
  'status',
  'export',
  'sent',
  'rejected',
]) {
  @ApiProperty({ description: 'Of this export.', required: false })
  @IsMongoId()
  @Optional()
  exportId?: string;

  @ApiProperty({ description: 'On this connection.', required: false })
  @IsMongoId()
  @Optional()
  connectionId?: string;

  @ApiProperty({
    description: 'In one of these states; repeated, or separated by commas.',
    required: false,
    enum: runStatuses,
    enumName: 'RunStatus',
    isArray: true,
  })
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.split(',') : value))
  @IsIn(runStatuses, { each: true })
  @Optional()
  status?: RunStatus[];

  @ApiProperty({ description: 'Started at or after.', required: false, format: 'date-time' })
  @IsISO8601()
  @Optional()
  since?: string;
}

export class ExportRunListQueryDto extends listQuery(['queuedAt', 'finishedAt', 'status']) {}

export class StartRunDto {
  @ApiProperty({
    description: "Whom to send; without it, the export's own choice.",
    enum: deliveryScopes,
    enumName: 'DeliveryScope',
    required: false,
  })
  @IsIn(deliveryScopes)
  @Optional()
  scope?: DeliveryScope;
}

export class RunIssueDto {
  @ApiProperty({ description: 'Whose row. Empty: no profile, or the destination did not say which.' })
  profileId!: string;

  @ApiProperty({
    description:
      'Refused by the destination, never sent, sent with something left out, or a removal that was held.',
    enum: issueKinds,
    enumName: 'RunIssueKind',
  })
  kind!: RunIssueKind;

  @ApiProperty({ description: 'Stable: scripts switch on it.' })
  code!: string;

  @ApiProperty({ description: 'A sentence for a person.' })
  message!: string;

  @ApiProperty({
    description: 'The identity with most letters masked.',
    example: 'j***@example.com',
    type: String,
    nullable: true,
  })
  identity!: string | null;

  @ApiProperty({ description: 'The remote field that it is about.', type: String, nullable: true })
  field!: string | null;
}

export class RunIssueListDto extends listOf(RunIssueDto) {}

export class RunIssueListQueryDto extends listQuery(['profileId']) {
  @ApiProperty({
    description: 'Only of this kind.',
    required: false,
    enum: issueKinds,
    enumName: 'RunIssueKind',
  })
  @IsIn(issueKinds)
  @Optional()
  kind?: RunIssueKind;
}

export class RunIssueCsvQueryDto {
  @ApiProperty({
    description: 'Only of this kind.',
    required: false,
    enum: issueKinds,
    enumName: 'RunIssueKind',
  })
  @IsIn(issueKinds)
  @Optional()
  kind?: RunIssueKind;
}

export class RunBatchDto {
  @ApiProperty({ description: 'Its number within the run.' })
  seq!: number;

  @ApiProperty({ description: 'Sending, or taking off.', enum: phases, enumName: 'RunPhase' })
  phase!: RunPhase;

  @ApiProperty({
    description:
      'Taken, waiting for a verdict, confirmed, or refused whole; failed, or interrupted by the death of its ' +
      'worker: then what it carried was sent again in another batch.',
    enum: batchStatuses,
    enumName: 'RunBatchStatus',
  })
  status!: RunBatchStatus;

  @ApiProperty({ description: 'Rows in it that were taken or refused: none where it failed.' })
  records!: number;

  @ApiProperty({ description: 'Size of its request bodies.' })
  bytes!: number;

  @ApiProperty({ description: 'Requests that were made for it.' })
  requests!: number;

  @ApiProperty({ description: 'All of its requests where it failed or was interrupted, otherwise none.' })
  failedRequests!: number;

  @ApiProperty({ description: 'Rows that were refused.' })
  rejected!: number;

  @ApiProperty({ description: 'When it was begun.', format: 'date-time' })
  startedAt!: string;

  @ApiProperty({ description: 'From begin to answer, in milliseconds.' })
  durationMs!: number;

  @ApiProperty({
    description: 'When the destination gave its verdict.',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  confirmedAt!: string | null;
}

export class RunBatchListDto extends listOf(RunBatchDto) {}

export class RunBatchListQueryDto extends listQuery(['seq', 'startedAt']) {}

export function toRunSummaryDto(run: LastRun): RunSummaryDto {
  return {
    id: String(run.id),
    status: run.status,
    reason: run.reason,
    counts: run.counts,
    queuedAt: run.queuedAt.toISOString(),
    finishedAt: run.finishedAt?.toISOString() ?? null,
  };
}

/** @param allowed What the caller may do with it Of the caller; absent where there are many callers. */
export function toRunDto(run: RunRecord, allowed?: Permission[]): RunDto {
  const { trigger } = run;
  const goesOn = run.status === 'waiting' || run.status === 'confirming';
  return {
    ...toRunSummaryDto({ ...run, id: run._id }),
    exportId: String(run.exportId),
    exportName: run.exportName,
    destination: run.destination,
    trigger: {
      kind: trigger.kind,
      by: trigger.by && { id: String(trigger.by.id), name: trigger.by.name },
      scheduledFor: trigger.scheduledFor?.toISOString() ?? null,
      late: trigger.late ?? false,
      refreshId: trigger.refreshId ? String(trigger.refreshId) : null,
    },
    scope: run.plan.scope,
    mode: run.plan.mode,
    retryOf: run.plan.retryOf ? String(run.plan.retryOf) : null,
    requests: run.requests,
    failedRequests: run.failedRequests ?? 0,
    total: run.total,
    strangers: run.strangers ?? null,
    removals: toRemovalsDto(run),
    attempts: run.attempts,
    nextAttemptAt: goesOn ? (run.nextActionAt?.toISOString() ?? null) : null,
    cancelRequested: run.cancelRequestedAt !== null,
    startedAt: run.startedAt?.toISOString() ?? null,
    sentAt: run.sentAt?.toISOString() ?? null,
    updatedAt: run.updatedAt.toISOString(),
    ...(allowed && { permissions: allowed }),
  };
}

function toRemovalsDto({ removals, removalDecision, plan }: RunRecord): RunRemovalsDto | null {
  if (!removals || removals.digest === null) return null;
  const { people, unmanaged, formerIdentities, delivered, remaining, digest, held } = removals;
  return {
    ...{ people, unmanaged, formerIdentities, delivered, remaining, digest, held },
    limit: plan.removalLimit ?? defaultRemovalLimit,
    decision: removalDecision
      ? {
          kind: removalDecision.kind,
          by: { id: String(removalDecision.by.id), name: removalDecision.by.name },
          at: removalDecision.at.toISOString(),
          runId: removalDecision.runId && String(removalDecision.runId),
        }
      : null,
  };
}

export function toRunIssueDto(issue: RunIssueRecord): RunIssueDto {
  const { profileId, kind, code, message, identity, field } = issue;
  return { profileId: profileOf(profileId), kind, code, message, identity, field };
}

/** Former identities of a profile, and strangers, have ids of their own in the ledger, with a mark in them. */
export function profileOf(ledgerId: string): string {
  return ledgerId.split('\u0001')[0] ?? '';
}

export function toRunBatchDto(batch: RunBatchRecord): RunBatchDto {
  return {
    seq: batch.seq,
    phase: batch.phase,
    status: batch.status,
    records: batch.records,
    bytes: batch.bytes,
    requests: batch.requests,
    failedRequests: batch.failedRequests ?? 0,
    rejected: batch.rejected,
    startedAt: batch.startedAt.toISOString(),
    durationMs: batch.durationMs,
    confirmedAt: batch.confirmedAt?.toISOString() ?? null,
  };
}
