import {
  type FieldType,
  fieldTypes,
  type FieldValue,
  type SemanticType,
  semanticTypes,
  type ValueFormat,
  valueFormats,
} from '@audience-relay/contracts';
import { type ImportRecord, importSorts, type ImportSummary } from '@audience-relay/data';
import {
  type ColumnFormat,
  columnFormats,
  delimiters,
  type ImportFormat,
  importFormats,
  type ImportOptions,
  type ImportStatus,
  importStatuses,
  type TextEncoding,
  textEncodings,
} from '@audience-relay/intake';
import { ApiProperty } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { ArrayMaxSize, IsIn, IsInt, IsString, Length, Matches, Max, MaxLength, Min } from 'class-validator';
import { listQuery } from '../lists/list-query.dto';
import { listOf } from '../lists/list.dto';
import { RunReasonDto } from '../runs/run.dto';
import { UserRefDto } from '../users/user.dto';
import { Optional } from '../validation/field.decorators';

const blankHandlings = ['clear', 'keep'] as const;

type BlankHandling = (typeof blankHandlings)[number];

const columnFormat = {
  pattern: new RegExp(`^.{1,200}=(?:${columnFormats.join('|')})$`, 's'),
  message: `each value in $property must be a column, "=" and one of: ${columnFormats.join(', ')}`,
};

/** A list in a query is one value or several. */
const QueryList = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => (value === undefined ? undefined : [value].flat()));

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
    description:
      'The column of e-mail addresses. By default the first one named like it (`email`, `e-post`, `courriel`, ...).',
    required: false,
    maxLength: 200,
  })
  @IsString()
  @Length(1, 200)
  @Optional()
  emailColumn?: string;

  @ApiProperty({
    description: 'Of CSV. By default the one with which the header row has most columns that are recognised.',
    enum: delimiters,
    required: false,
  })
  @IsIn(delimiters)
  @Optional()
  delimiter?: string;

  @ApiProperty({
    description: 'By default seen by the byte order mark or by the first characters beyond ASCII.',
    enum: textEncodings,
    enumName: 'TextEncoding',
    required: false,
  })
  @IsIn(textEncodings)
  @Optional()
  encoding?: TextEncoding;

  @ApiProperty({
    description:
      'Of CSV: the line of the header row, from 1. By default the first row, or the first one below title lines ' +
      'that names an identifier or an address.',
    required: false,
    minimum: 1,
    maximum: 1_000,
  })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000)
  @Optional()
  headerLine?: number;

  @ApiProperty({
    description: 'Columns that are left out. May be given several times.',
    type: [String],
    required: false,
  })
  @QueryList()
  @IsString({ each: true })
  @ArrayMaxSize(1_000)
  @Optional()
  ignore?: string[];

  @ApiProperty({
    description:
      'How one column is read, as `column=format`; may be given several times. Formats: `text`, `number` (1,234.5), ' +
      '`number-decimal-comma` (1.234,5), `date` (year first), `date-day-first` (31/12/2026), `date-month-first` ' +
      '(12/31/2026), `boolean`. By default guessed where the values have one meaning, else text. A time without an ' +
      'offset is in UTC. The type of a field that profiles have already stays.',
    type: [String],
    example: ['Birthday=date-day-first'],
    required: false,
  })
  @QueryList()
  @Matches(columnFormat.pattern, { each: true, message: columnFormat.message })
  @ArrayMaxSize(1_000)
  @Optional()
  columnFormat?: string[];

  @ApiProperty({
    description: 'Whether an empty cell takes away the value that a person has, or keeps it.',
    enum: blankHandlings,
    enumName: 'BlankHandling',
    default: 'clear',
    required: false,
  })
  @IsIn(blankHandlings)
  @Optional()
  blanks?: BlankHandling;

  @ApiProperty({
    description: 'A text that stands for an empty cell, say `NULL` or `N/A`. May be given several times.',
    type: [String],
    required: false,
  })
  @QueryList()
  @IsString({ each: true })
  @Length(1, 50, { each: true })
  @ArrayMaxSize(20)
  @Optional()
  nullMark?: string[];
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
    description: "The profile field's key; null for the column of profile ids, and for one that is left out.",
    type: String,
    nullable: true,
  })
  field!: string | null;

  @ApiProperty({ description: 'What it means.', enum: semanticTypes, enumName: 'SemanticType' })
  semanticType!: SemanticType;

  @ApiProperty({ description: 'How its values are kept.', enum: fieldTypes, enumName: 'FieldType' })
  type!: FieldType;

  @ApiProperty({
    description: 'How its numbers or dates are written; null = in the one form that has a single meaning.',
    enum: valueFormats,
    enumName: 'ValueFormat',
    nullable: true,
  })
  format!: ValueFormat | null;
}

export class PreviewedColumnDto extends ImportColumnDto {
  @ApiProperty({ description: 'Whether it is left out: it has no name, or `ignore` names it.' })
  ignored!: boolean;

  @ApiProperty({
    description:
      'In which ways the values seen can be read. Two of numbers or two of dates: choose one by `columnFormat`.',
    enum: columnFormats,
    enumName: 'ColumnFormat',
    isArray: true,
  })
  formats!: ColumnFormat[];
}

export class PreviewedPeopleDto {
  @ApiProperty({ description: 'People in the first rows, up to 1,000.' })
  rows!: number;

  @ApiProperty({ description: 'How many of them exist already.' })
  known!: number;

  @ApiProperty({ description: 'How many of the existing ones would change.' })
  changed!: number;
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

  @ApiProperty({
    description: 'What its characters are encoded in.',
    enum: textEncodings,
    enumName: 'TextEncoding',
  })
  encoding!: TextEncoding;

  @ApiProperty({ description: 'Between the values of CSV.', type: String, nullable: true })
  delimiter!: string | null;

  @ApiProperty({ description: 'The line of the header row of CSV.', type: Number, nullable: true })
  headerLine!: number | null;

  @ApiProperty({
    description: 'The column of profile ids; null = derived from the e-mail address.',
    type: String,
    nullable: true,
  })
  idColumn!: string | null;

  @ApiProperty({ description: 'The column of e-mail addresses.', type: String, nullable: true })
  emailColumn!: string | null;

  @ApiProperty({ description: 'Which profile field each column would fill.', type: [PreviewedColumnDto] })
  columns!: PreviewedColumnDto[];

  @ApiProperty({ description: 'How many people exist already and would change.', type: PreviewedPeopleDto })
  people!: PreviewedPeopleDto;

  @ApiProperty({ description: 'Keys of fields that profiles do not have yet.', type: [String] })
  newFields!: string[];

  @ApiProperty({ description: 'The first rows.', type: [PreviewedRowDto] })
  rows!: PreviewedRowDto[];

  @ApiProperty({ description: 'What would be told of the first rows.', type: [ImportIssueDto] })
  issues!: ImportIssueDto[];
}

/** The choices of a query as the engine takes them. */
export function toImportSettings(query: PreviewImportQueryDto): Omit<ImportOptions, 'format' | 'maxBytes'> {
  const { ignore, columnFormat: chosen = [], nullMark, ...settings } = query;
  const formats = chosen.map((text): [string, ColumnFormat] => {
    const end = text.lastIndexOf('=');
    return [text.slice(0, end), text.slice(end + 1) as ColumnFormat];
  });
  return { ...settings, ignored: ignore, nullMarks: nullMark, formats: Object.fromEntries(formats) };
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
