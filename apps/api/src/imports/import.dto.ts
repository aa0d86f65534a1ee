import {
  type FieldType,
  fieldTypes,
  type FieldValue,
  type SemanticType,
  semanticTypes,
} from '@audience-relay/contracts';
import { type ImportRecord, importSorts, type ImportSummary } from '@audience-relay/data';
import {
  delimiters,
  type ImportFormat,
  importFormats,
  type ImportStatus,
  importStatuses,
} from '@audience-relay/intake';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString, Length, MaxLength } from 'class-validator';
import { listQuery } from '../lists/list-query.dto';
import { listOf } from '../lists/list.dto';
import { RunReasonDto } from '../runs/run.dto';
import { UserRefDto } from '../users/user.dto';
import { Optional } from '../validation/field.decorators';

export class PreviewImportQueryDto {
  @ApiProperty({
    description: 'What the body is. By default NDJSON when its content type says so, else CSV.',
    enum: importFormats,
    enumName: 'ImportFormat',
    required: false,
  })
  @IsIn(importFormats)
  @Optional()
  format?: ImportFormat;

  @ApiProperty({
    description:
      'The column of profile ids. By default one named like it (`id`, `customer id`, ...); if there is none, ids are ' +
      'derived from e-mail addresses.',
    required: false,
    maxLength: 200,
  })
  @IsString()
  @Length(1, 200)
  @Optional()
  idColumn?: string;

  @ApiProperty({
    description: 'Of CSV. By default told by the header row.',
    enum: delimiters,
    required: false,
  })
  @IsIn(delimiters)
  @Optional()
  delimiter?: string;
}

export class ImportQueryDto extends PreviewImportQueryDto {
  @ApiProperty({ description: "The file's name, shown in lists.", required: false, maxLength: 200 })
  @IsString()
  @MaxLength(200)
  @Optional()
  name?: string;
}

export class ImportListQueryDto extends listQuery(Object.keys(importSorts)) {}

export class ImportColumnDto {
  @ApiProperty({ description: 'As the file names it.' })
  column!: string;

  @ApiProperty({
    description: "The profile field's key; null for the column of profile ids.",
    type: String,
    nullable: true,
  })
  field!: string | null;

  @ApiProperty({ description: 'What it means.', enum: semanticTypes, enumName: 'SemanticType' })
  semanticType!: SemanticType;

  @ApiProperty({ description: 'How its values are kept.', enum: fieldTypes, enumName: 'FieldType' })
  type!: FieldType;
}

export class ImportCountsDto {
  @ApiProperty({ description: 'Rows read: created + updated + unchanged + rejected.' })
  read!: number;

  @ApiProperty({ description: 'New people.' })
  created!: number;

  @ApiProperty({ description: 'Known people of whom something changed.' })
  updated!: number;

  @ApiProperty({ description: 'Known people of whom nothing changed.' })
  unchanged!: number;

  @ApiProperty({ description: 'Rows that were not taken.' })
  rejected!: number;

  @ApiProperty({ description: 'Rows that were taken, but with something that deserves a look.' })
  warnings!: number;
}

const issueKinds = ['rejected', 'warning'] as const;

export class ImportIssueDto {
  @ApiProperty({ description: 'The line of the file, from 1.' })
  line!: number;

  @ApiProperty({
    description: '`warning`: the row was taken.',
    enum: issueKinds,
    enumName: 'ImportIssueKind',
  })
  kind!: (typeof issueKinds)[number];

  @ApiProperty({ description: 'Stable: scripts switch on it.', example: 'wrong-column-count' })
  code!: string;

  @ApiProperty({ description: 'What is wrong, for a person. Never holds a value of the row.' })
  reason!: string;
}

export class ImportSummaryDto {
  @ApiProperty({ description: 'The id.' })
  id!: string;

  @ApiProperty({
    description:
      '`partial`: some rows were rejected. `failed`: not read to its end, or no row was fit. `interrupted`: the ' +
      'sender or this system went away. What was read until then is kept.',
    enum: importStatuses,
    enumName: 'ImportStatus',
  })
  status!: ImportStatus;

  @ApiProperty({ description: 'Why it failed or was interrupted.', type: RunReasonDto, nullable: true })
  reason!: RunReasonDto | null;

  @ApiProperty({ description: "The file's name.", type: String, nullable: true })
  source!: string | null;

  @ApiProperty({ description: 'What the file was read as.', enum: importFormats, enumName: 'ImportFormat' })
  format!: ImportFormat;

  @ApiProperty({ description: 'Which profile field each column fills.', type: [ImportColumnDto] })
  columns!: ImportColumnDto[];

  @ApiProperty({
    description: 'The column of profile ids; null = derived from the e-mail address.',
    type: String,
    nullable: true,
  })
  idColumn!: string | null;

  @ApiProperty({ description: 'What became of the rows.', type: ImportCountsDto })
  counts!: ImportCountsDto;

  @ApiProperty({ description: 'When it began.', format: 'date-time' })
  startedAt!: string;

  @ApiProperty({ description: 'When it ended.', type: String, format: 'date-time', nullable: true })
  finishedAt!: string | null;

  @ApiProperty({ description: 'Who sent the file.', type: UserRefDto, nullable: true })
  startedBy!: UserRefDto | null;
}

export class ImportDto extends ImportSummaryDto {
  @ApiProperty({ description: 'The first 1,000 rows with something to tell.', type: [ImportIssueDto] })
  issues!: ImportIssueDto[];
}

export class ImportListDto extends listOf(ImportSummaryDto) {}

export class PreviewedRowDto {
  @ApiProperty({ description: 'The line of the file, from 1.' })
  line!: number;

  @ApiProperty({ description: 'The profile id that it would have.' })
  id!: string;

  @ApiProperty({
    description: 'Values by field key; null = the file has none.',
    type: 'object',
    additionalProperties: {
      nullable: true,
      oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }],
    },
  })
  fields!: Record<string, FieldValue>;
}

export class ImportPreviewDto {
  @ApiProperty({
    description: 'What the file would be read as.',
    enum: importFormats,
    enumName: 'ImportFormat',
  })
  format!: ImportFormat;

  @ApiProperty({ description: 'Between the values of CSV.', type: String, nullable: true })
  delimiter!: string | null;

  @ApiProperty({
    description: 'The column of profile ids; null = derived from the e-mail address.',
    type: String,
    nullable: true,
  })
  idColumn!: string | null;

  @ApiProperty({ description: 'Which profile field each column would fill.', type: [ImportColumnDto] })
  columns!: ImportColumnDto[];

  @ApiProperty({ description: 'Keys of fields that profiles do not have yet.', type: [String] })
  newFields!: string[];

  @ApiProperty({ description: 'The first rows.', type: [PreviewedRowDto] })
  rows!: PreviewedRowDto[];

  @ApiProperty({ description: 'What would be told of the first rows.', type: [ImportIssueDto] })
  issues!: ImportIssueDto[];
}

export function toImportSummaryDto(record: ImportSummary, startedBy: UserRefDto | null): ImportSummaryDto {
  return {
    id: String(record._id),
    status: record.status,
    reason: record.reason,
    source: record.source,
    format: record.format,
    columns: record.columns,
    idColumn: record.idColumn,
    counts: record.counts,
    startedAt: record.startedAt.toISOString(),
    finishedAt: record.finishedAt?.toISOString() ?? null,
    startedBy,
  };
}

export function toImportDto(record: ImportRecord, startedBy: UserRefDto | null): ImportDto {
  return { ...toImportSummaryDto(record, startedBy), issues: record.issues };
}
