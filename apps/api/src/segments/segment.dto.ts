import {
  type GroupMatch,
  groupMatches,
  type PeriodUnit,
  periodUnits,
  type RuleOperator,
  ruleOperators,
  type SegmentOperator,
  segmentOperators,
  type SegmentRule,
} from '@audience-relay/contracts';
import { segmentSorts, type SegmentState, type SegmentStatus } from '@audience-relay/data';
import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsObject, IsString, Length, Max, MaxLength, Min } from 'class-validator';
import { Type as Cast } from 'class-transformer';
import { listQuery } from '../lists/list-query.dto';
import { listOf } from '../lists/list.dto';
import { ProfileDto } from '../profiles/profile.dto';
import { RunReasonDto } from '../runs/run.dto';
import { UserRefDto } from '../users/user.dto';
import { Optional, partialOf } from '../validation/field.decorators';

const states = ['active', 'inactive', 'draft'] as const satisfies readonly SegmentState[];
const statuses = [
  'none',
  'queued',
  'refreshing',
  'succeeded',
  'failed',
] as const satisfies readonly SegmentStatus[];

const trimmed = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' ? value.trim() : value;

class RuleConditionDto {
  @ApiProperty({ description: "A profile field's key.", example: 'city' })
  field!: string;

  @ApiProperty({
    description: 'The comparison. What it means, also for missing values: docs/segments.md.',
    enum: ruleOperators,
    enumName: 'RuleOperator',
  })
  operator!: RuleOperator;

  @ApiProperty({
    description:
      'What to compare with: a list for `in`, `notIn` and the parts of dates, a pair for `between` and `notBetween`, a ' +
      'whole number for periods, anniversaries and lengths, a text with `*` and `?` for `matches` and `notMatches`, ' +
      'nothing for `isNull`, `isNotNull` and `yearToDate`. A date can be relative: `today`, `today-30d`, `today+1y`.',
    required: false,
    nullable: true,
    oneOf: [
      { type: 'string' },
      { type: 'number' },
      { type: 'boolean' },
      { type: 'array', items: { oneOf: [{ type: 'string' }, { type: 'number' }] } },
    ],
  })
  value?: unknown;

  @ApiProperty({
    description: 'Of `withinLast` and `withinNext`, where today counts as the first day.',
    enum: periodUnits,
    enumName: 'PeriodUnit',
    required: false,
  })
  unit?: PeriodUnit;

  @ApiProperty({
    description: 'Of texts only: upper and lower case are the same, by full case folding of Unicode.',
    required: false,
  })
  ignoreCase?: boolean;

  @ApiProperty({
    description: 'Of texts only, with `ignoreCase`: letters with and without accents are the same.',
    required: false,
  })
  ignoreAccents?: boolean;
}

class SegmentConditionDto {
  @ApiProperty({ description: "Another segment's id." })
  segment!: string;

  @ApiProperty({
    description: 'Whether people must be in it, as of its last refresh, or must not.',
    enum: segmentOperators,
    enumName: 'SegmentOperator',
  })
  operator!: SegmentOperator;
}

@ApiExtraModels(RuleConditionDto, SegmentConditionDto)
class RuleGroupDto {
  @ApiProperty({
    description: 'How the conditions are joined: `all` (and), `any` (or), `none` (except).',
    enum: groupMatches,
    enumName: 'GroupMatch',
  })
  match!: GroupMatch;

  @ApiProperty({
    description: 'Conditions, and groups within the group.',
    type: 'array',
    items: {
      oneOf: [
        { $ref: getSchemaPath(RuleConditionDto) },
        { $ref: getSchemaPath(SegmentConditionDto) },
        { $ref: '#/components/schemas/RuleGroupDto' },
      ],
    },
  })
  conditions!: (RuleConditionDto | SegmentConditionDto | RuleGroupDto)[];
}

export class SegmentDto {
  @ApiProperty({ description: 'The id.' })
  id!: string;

  @ApiProperty({ description: 'Shown in lists; unique.' })
  name!: string;

  @ApiProperty({ description: 'What it is for. May be empty.' })
  description!: string;

  @ApiProperty({ description: 'Who is in.', type: RuleGroupDto })
  rule!: SegmentRule;

  @ApiProperty({
    description:
      '`active`: part of scheduled refreshes. `inactive`: keeps its last members. `draft`: the rule is unfinished.',
    enum: states,
    enumName: 'SegmentState',
  })
  state!: SegmentState;

  @ApiProperty({
    description: 'Members found by the last refresh that succeeded.',
    type: 'integer',
    nullable: true,
  })
  memberCount!: number | null;

  @ApiProperty({
    description: 'How the last refresh went, or where the next one stands.',
    enum: statuses,
    enumName: 'SegmentStatus',
  })
  status!: SegmentStatus;

  @ApiProperty({ description: 'Why the last refresh failed.', type: RunReasonDto, nullable: true })
  reason!: RunReasonDto | null;

  @ApiProperty({
    description: 'End of the last refresh that succeeded.',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  refreshedAt!: string | null;

  @ApiProperty({ description: 'Exports that deliver it.' })
  exportCount!: number;

  @ApiProperty({ description: 'When it was made.', format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ description: 'Who made it.', type: UserRefDto, nullable: true })
  createdBy!: UserRefDto | null;

  @ApiProperty({ description: 'When a person last changed it.', format: 'date-time' })
  updatedAt!: string;

  @ApiProperty({ description: 'Who last changed it.', type: UserRefDto, nullable: true })
  updatedBy!: UserRefDto | null;

  @ApiProperty({ description: 'Send it back with an update.' })
  version!: number;
}

export class SegmentListDto extends listOf(SegmentDto) {}

export class SegmentQueryDto extends listQuery(Object.keys(segmentSorts)) {}

export class SegmentMemberQueryDto extends listQuery(['id']) {}

// Without initial values: UpdateSegmentDto would take them for changes. Defaults are the service's.
export class CreateSegmentDto {
  @ApiProperty({ description: 'Shown in lists; unique.', minLength: 1, maxLength: 100 })
  @Transform(trimmed)
  @IsString()
  @Length(1, 100)
  name!: string;

  @ApiProperty({ description: 'What it is for.', maxLength: 1000, required: false })
  @Transform(trimmed)
  @IsString()
  @MaxLength(1000)
  @Optional()
  description?: string;

  @ApiProperty({ description: 'Who is in. Of a draft it may be unfinished.', type: RuleGroupDto })
  @IsObject()
  rule!: object;

  @ApiProperty({
    description: 'An active segment is refreshed at once, and then with every scheduled refresh.',
    enum: states,
    enumName: 'SegmentState',
    default: 'active',
    required: false,
  })
  @IsIn(states)
  @Optional()
  state?: SegmentState;
}

export class UpdateSegmentDto extends partialOf(CreateSegmentDto) {
  @ApiProperty({ description: 'The version that the change was made on.' })
  @IsInt()
  version!: number;
}

export class PreviewSegmentDto {
  @ApiProperty({ description: 'The rule to try.', type: RuleGroupDto })
  @IsObject()
  rule!: object;

  @ApiProperty({
    description: 'Profiles to show.',
    minimum: 0,
    maximum: 100,
    default: 100,
    required: false,
  })
  @IsInt()
  @Min(0)
  @Max(100)
  @Optional()
  sampleSize?: number;
}

export class SegmentPreviewDto {
  @ApiProperty({ description: 'Profiles that would be in.' })
  count!: number;

  @ApiProperty({ description: 'All profiles.' })
  total!: number;

  @ApiProperty({ description: 'Some who would be in.', type: [ProfileDto] })
  sample!: ProfileDto[];
}

export class SegmentHistoryQueryDto {
  @ApiProperty({
    description: 'How many refreshes.',
    minimum: 1,
    maximum: 1000,
    default: 100,
    required: false,
  })
  @Cast(() => Number)
  @IsInt()
  @Min(1)
  @Max(1000)
  @Optional()
  limit = 100;
}

export class SegmentHistoryItemDto {
  @ApiProperty({ description: 'When the refresh ended.', format: 'date-time' })
  at!: string;

  @ApiProperty({ description: 'Members afterwards.' })
  count!: number;

  @ApiProperty({ description: 'Who came in.' })
  joined!: number;

  @ApiProperty({ description: 'Who went out.' })
  left!: number;
}

export class SegmentHistoryDto {
  @ApiProperty({ description: 'Refreshes that succeeded, newest first.', type: [SegmentHistoryItemDto] })
  items!: SegmentHistoryItemDto[];
}
