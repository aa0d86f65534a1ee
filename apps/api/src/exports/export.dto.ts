import {
  deliveryModes,
  deliveryScopes,
  type DeliveryMode,
  type DeliveryScope,
  type FieldType,
  fieldTypes,
  type FieldValue,
  type Permission,
  permissions,
  type Sharing,
  sharings,
} from '@audience-relay/contracts';
import { ApiProperty, OmitType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsMongoId,
  IsNumber,
  IsObject,
  IsString,
  Length,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { listQuery } from '../lists/list-query.dto';
import { listOf } from '../lists/list.dto';
import { RemovalLimitDto, RunSummaryDto } from '../runs/run.dto';
import { ExportScheduleDto, SetExportScheduleDto } from '../schedules/schedule.dto';
import { UserRefDto } from '../users/user.dto';
import { Nested, NestedList, Nullable, Optional, partialOf } from '../validation/field.decorators';

/** Segments that one export may join. */
const maxSegments = 100;

const trimmed = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' ? value.trim() : value;

export class CustomFieldMappingDto {
  @ApiProperty({ description: "The profile field's key." })
  @IsString()
  @MaxLength(200)
  source!: string;

  @ApiProperty({ description: "The field's name at the destination." })
  @IsString()
  @MaxLength(200)
  @Transform(trimmed)
  name!: string;

  @ApiProperty({ description: 'Its type at the destination.', enum: fieldTypes, enumName: 'FieldType' })
  @IsIn(fieldTypes)
  type!: FieldType;
}

export class MappingDto {
  @ApiProperty({
    description: "The destination's field -> the profile field's key.",
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { email: 'email', first_name: 'firstName' },
  })
  @IsObject()
  fields!: Record<string, string>;

  @ApiProperty({ description: 'Custom fields of the destination.', type: [CustomFieldMappingDto] })
  @NestedList(() => CustomFieldMappingDto)
  @ArrayMaxSize(500)
  custom: CustomFieldMappingDto[] = [];
}

// Without initial values: UpdateExportDto would take them for changes. Defaults are the service's.
export class CreateExportDto {
  @ApiProperty({ description: 'Shown in lists; several may have the same.', minLength: 1, maxLength: 100 })
  @Transform(trimmed)
  @IsString()
  @Length(1, 100)
  name!: string;

  @ApiProperty({ description: 'The connection that it delivers over.' })
  @IsMongoId()
  connectionId!: string;

  @ApiProperty({
    description: "Values of the destination's settings fields.",
    type: 'object',
    additionalProperties: { oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }] },
    example: { list: 'c833fc4c-41d6-4a5a-99e0-2fd9ac3fcb24' },
  })
  @IsObject()
  settings!: Record<string, FieldValue>;

  @ApiProperty({
    description: 'Names of chosen targets, for people.',
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { list: 'Newsletter' },
    selfRequired: false,
  })
  @IsObject()
  @Optional()
  settingsLabels?: Record<string, string>;

  @ApiProperty({ description: 'Which profile field fills which field of the destination.' })
  @Nested(() => MappingDto)
  mapping!: MappingDto;

  @ApiProperty({ description: 'Whose members are delivered, each person once.', type: [String] })
  @IsArray()
  @ArrayMinSize(1, { message: 'segmentIds must name at least one segment' })
  @ArrayMaxSize(maxSegments)
  @ArrayUnique()
  @IsMongoId({ each: true })
  segmentIds!: string[];

  @ApiProperty({
    description: '`upsert` adds and updates; `mirror` also takes leavers off the list.',
    enum: deliveryModes,
    enumName: 'DeliveryMode',
    default: 'upsert',
    required: false,
  })
  @IsIn(deliveryModes)
  @Optional()
  mode?: DeliveryMode;

  @ApiProperty({
    description:
      'Only with `mirror`, and with destinations that can list people: also takes everybody off the list who is no ' +
      'member of this or another export to it, whoever put them there. Contacts are never deleted.',
    default: false,
    required: false,
  })
  @IsBoolean()
  @Optional()
  removeStrangers?: boolean;

  @ApiProperty({
    description:
      '`changes` sends who is new or differs from what was delivered; `everyone` sends all members.',
    enum: deliveryScopes,
    enumName: 'DeliveryScope',
    default: 'changes',
    required: false,
  })
  @IsIn(deliveryScopes)
  @Optional()
  scope?: DeliveryScope;

  @ApiProperty({
    description: 'More members than this: the run is skipped with that reason. Null = no limit.',
    type: Number,
    nullable: true,
    minimum: 1,
    default: null,
    required: false,
  })
  @IsInt()
  @Min(1)
  @Nullable()
  @Optional()
  hardLimit?: number | null;

  @ApiProperty({
    description:
      'With `mirror`: a run that would take off more people than `count` and more than `percent` of those delivered, ' +
      'or everybody, takes off nobody and is `held` until a person approves. Default: 20 percent and 10 people.',
    required: false,
  })
  @Nested(() => RemovalLimitDto)
  @Optional()
  removalLimit?: RemovalLimitDto;

  @ApiProperty({
    description: 'Percent of the sent rows: more rejected than this raises an alert. Null = never.',
    type: Number,
    nullable: true,
    minimum: 0,
    maximum: 100,
    default: null,
    required: false,
  })
  @IsNumber()
  @Min(0)
  @Max(100)
  @Nullable()
  @Optional()
  rejectedLimit?: number | null;

  @ApiProperty({ description: 'Default: with every system refresh.', required: false })
  @Nested(() => SetExportScheduleDto)
  @Optional()
  schedule?: SetExportScheduleDto;
}

export class UpdateExportDto extends partialOf(OmitType(CreateExportDto, ['connectionId'] as const)) {
  @ApiProperty({ description: 'The version that the change was made on.' })
  @IsInt()
  version!: number;
}

export class VersionDto {
  @ApiProperty({ description: 'The version that the change was made on.' })
  @IsInt()
  version!: number;
}

export class AttachExportDto extends VersionDto {
  @ApiProperty({ description: 'A connection to the same destination.' })
  @IsMongoId()
  connectionId!: string;
}

export class DuplicateExportDto {
  @ApiProperty({ description: 'Default: the name of the original with "(copy)".', required: false })
  @Transform(trimmed)
  @IsString()
  @Length(1, 100)
  @Optional()
  name?: string;
}

export class ExportConnectionDto {
  @ApiProperty({ description: 'The id.' })
  id!: string;

  @ApiProperty({ description: 'Its name.' })
  name!: string;

  @ApiProperty({ description: 'The key of the destination.' })
  destination!: string;

  @ApiProperty({ description: 'Who may use it.', enum: sharings, enumName: 'Sharing' })
  sharing!: Sharing;
}

export class ExportSegmentDto {
  @ApiProperty({ description: 'The id.' })
  id!: string;

  @ApiProperty({ description: 'Its name; of a removed one: `Removed segment`.' })
  name!: string;

  @ApiProperty({
    description: 'Members at its last refresh; null before the first.',
    type: Number,
    nullable: true,
  })
  memberCount!: number | null;

  @ApiProperty({ description: 'Whether runs can use it.', enum: ['active', 'inactive', 'draft', 'removed'] })
  state!: 'active' | 'inactive' | 'draft' | 'removed';
}

export class ExportWarningDto {
  @ApiProperty({ description: 'Stable: scripts switch on it.', example: 'over-recommended-total' })
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

export class ExportDto {
  @ApiProperty({ description: 'The id.' })
  id!: string;

  @ApiProperty({ description: 'Its name.' })
  name!: string;

  @ApiProperty({
    description: 'The connection; null = detached: everything is kept, nothing runs.',
    type: ExportConnectionDto,
    nullable: true,
  })
  connection!: ExportConnectionDto | null;

  @ApiProperty({ description: 'The key of the destination.' })
  destination!: string;

  @ApiProperty({
    description: "Values of the destination's settings fields. Null: you have no rights on the connection.",
    type: 'object',
    additionalProperties: { oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }] },
    nullable: true,
  })
  settings!: Record<string, FieldValue> | null;

  @ApiProperty({
    description: 'Names of chosen targets, when they were chosen.',
    type: 'object',
    additionalProperties: { type: 'string' },
    nullable: true,
  })
  settingsLabels!: Record<string, string> | null;

  @ApiProperty({
    description:
      'Which profile field fills which field of the destination. Null: you have no rights on the connection.',
    type: MappingDto,
    nullable: true,
  })
  mapping!: MappingDto | null;

  @ApiProperty({ description: 'Whose members are delivered.', type: [ExportSegmentDto] })
  segments!: ExportSegmentDto[];

  @ApiProperty({
    description: 'Whether leavers are taken off.',
    enum: deliveryModes,
    enumName: 'DeliveryMode',
  })
  mode!: DeliveryMode;

  @ApiProperty({ description: 'Whether people whom this export did not put on the list are taken off, too.' })
  removeStrangers!: boolean;

  @ApiProperty({ description: 'Whom runs send.', enum: deliveryScopes, enumName: 'DeliveryScope' })
  scope!: DeliveryScope;

  @ApiProperty({ description: 'More members than this: the run is skipped.', type: Number, nullable: true })
  hardLimit!: number | null;

  @ApiProperty({ description: 'More removals than this are held until a person approves.' })
  removalLimit!: RemovalLimitDto;

  @ApiProperty({
    description: 'Percent of rejected rows above which an alert is raised.',
    type: Number,
    nullable: true,
  })
  rejectedLimit!: number | null;

  @ApiProperty({ description: 'When it runs by itself.' })
  schedule!: ExportScheduleDto;

  @ApiProperty({ description: 'The run that is under way.', type: String, nullable: true })
  activeRunId!: string | null;

  @ApiProperty({
    description: 'The run under way, else the last one; null before the first.',
    type: RunSummaryDto,
    nullable: true,
  })
  lastRun!: RunSummaryDto | null;

  @ApiProperty({ description: 'Whether you may edit, run and remove it.' })
  canEdit!: boolean;

  @ApiProperty({
    description: 'What you may do with it.',
    enum: Object.keys(permissions),
    enumName: 'Permission',
    isArray: true,
  })
  permissions!: Permission[];

  @ApiProperty({ description: 'When it was made.', format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ description: 'Who made it.', type: UserRefDto, nullable: true })
  createdBy!: UserRefDto | null;

  @ApiProperty({ description: 'The last change of its definition.', format: 'date-time' })
  updatedAt!: string;

  @ApiProperty({ description: 'Who made the last change.', type: UserRefDto, nullable: true })
  updatedBy!: UserRefDto | null;

  @ApiProperty({ description: 'Send it back with an update.' })
  version!: number;

  @ApiProperty({
    description: 'What deserves attention. Empty in lists, except for what is known without counting.',
    type: [ExportWarningDto],
  })
  warnings!: ExportWarningDto[];
}

export class ExportListDto extends listOf(ExportDto) {}

export class ExportListQueryDto extends listQuery([
  'name',
  'destination',
  'mode',
  'status',
  'lastRunAt',
  'nextRunAt',
  'createdAt',
  'updatedAt',
]) {
  @ApiProperty({ description: 'On this connection.', required: false })
  @IsMongoId()
  @Optional()
  connectionId?: string;

  @ApiProperty({ description: 'With this segment.', required: false })
  @IsMongoId()
  @Optional()
  segmentId?: string;
}

export class TotalsQueryDto {
  @ApiProperty({ description: 'The segments.', type: [String] })
  @IsArray()
  @ArrayMaxSize(maxSegments)
  @ArrayUnique()
  @IsMongoId({ each: true })
  segmentIds!: string[];

  @ApiProperty({ description: 'The export that is changed: whom it delivered is not new.', required: false })
  @IsMongoId()
  @Optional()
  exportId?: string;

  @ApiProperty({ description: "Warn by the limits of this connection's destination.", required: false })
  @IsMongoId()
  @Optional()
  connectionId?: string;

  @ApiProperty({
    description: 'Warn above this many members.',
    type: Number,
    nullable: true,
    minimum: 1,
    required: false,
  })
  @IsInt()
  @Min(1)
  @Nullable()
  @Optional()
  hardLimit?: number | null;
}

export class SegmentTotalDto {
  @ApiProperty({ description: "The segment's id." })
  id!: string;

  @ApiProperty({ description: "The segment's name." })
  name!: string;

  @ApiProperty({ description: 'Its members.' })
  count!: number;
}

export class ExportTotalsDto {
  @ApiProperty({ description: 'Members of each segment.', type: [SegmentTotalDto] })
  perSegment!: SegmentTotalDto[];

  @ApiProperty({ description: 'Members in all, each person once.' })
  members!: number;

  @ApiProperty({ description: 'How many times someone was counted again: in several segments.' })
  deduplicated!: number;

  @ApiProperty({ description: 'What deserves attention.', type: [ExportWarningDto] })
  warnings!: ExportWarningDto[];
}

export class RequestPreviewDto {
  @ApiProperty({ description: 'The HTTP method.' })
  method!: string;

  @ApiProperty({ description: 'The address.' })
  url!: string;

  @ApiProperty({
    description: 'The headers; secrets are masked.',
    type: 'object',
    additionalProperties: { type: 'string' },
  })
  headers!: Record<string, string>;

  @ApiProperty({ description: 'The body, exactly as a run would send it.' })
  body!: string;
}

export class PreviewRowDto {
  @ApiProperty({ description: 'Whose row.' })
  profileId!: string;

  @ApiProperty({ description: 'The identity, masked.', type: String, nullable: true })
  identity!: string | null;

  @ApiProperty({ description: 'Why it would not be sent.', type: ExportWarningDto, nullable: true })
  skipped!: ExportWarningDto | null;

  @ApiProperty({ description: 'What would be left out.', type: [ExportWarningDto] })
  warnings!: ExportWarningDto[];
}

export class ExportPreviewDto {
  @ApiProperty({
    description: 'What a run would send for the sample rows; null when none can be sent.',
    type: RequestPreviewDto,
    nullable: true,
  })
  request!: RequestPreviewDto | null;

  @ApiProperty({ description: 'Up to five members.', type: [PreviewRowDto] })
  rows!: PreviewRowDto[];

  @ApiProperty({ description: 'How many members a run would look at.' })
  totals!: ExportTotalsDto;
}

export class RunAllSkippedDto {
  @ApiProperty({ description: "The export's id." })
  exportId!: string;

  @ApiProperty({ description: "The export's name." })
  name!: string;

  @ApiProperty({ description: 'Stable: scripts switch on it.', example: 'run-active' })
  code!: string;

  @ApiProperty({ description: 'Why it was not started, for a person.' })
  message!: string;
}

export class RunAllDto {
  @ApiProperty({ description: 'Ids of the runs that were started.', type: [String] })
  started!: string[];

  @ApiProperty({ description: 'Exports that were not started.', type: [RunAllSkippedDto] })
  skipped!: RunAllSkippedDto[];
}

export class BulkScheduleDto {
  @ApiProperty({ description: 'The exports.', type: [String] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(500)
  @ArrayUnique()
  @IsMongoId({ each: true })
  exportIds!: string[];

  @ApiProperty({
    description: 'Keep individual schedules: only switch them on or off.',
    required: false,
  })
  @IsBoolean()
  @Optional()
  active?: boolean;

  @ApiProperty({ description: 'Or define one schedule for all of them.', required: false })
  @Nested(() => SetExportScheduleDto)
  @Optional()
  schedule?: SetExportScheduleDto;
}

export class BulkScheduleResultDto {
  @ApiProperty({ description: 'The exports that were changed.', type: [ExportDto] })
  updated!: ExportDto[];

  @ApiProperty({ description: 'Exports that were not.', type: [RunAllSkippedDto] })
  skipped!: RunAllSkippedDto[];
}
