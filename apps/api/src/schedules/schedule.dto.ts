import {
  type ExportSchedule,
  type ExportScheduleKind,
  exportScheduleKinds,
  type Recurrence,
  type RecurrenceKind,
  recurrenceKinds,
  type Weekday,
  weekdays,
} from '@audience-relay/contracts';
import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { Nested, Nullable, Optional } from '../validation/field.decorators';

export const clockTime = {
  pattern: /^([01]\d|2[0-3]):[0-5]\d$/,
  message: '$property must be a time like 07:30',
};

/** Points in time on the wall clock of one time zone. Members that `every` does not use are kept, not read. */
export class RecurrenceDto implements Recurrence {
  @ApiProperty({ description: 'How often.', enum: recurrenceKinds, enumName: 'RecurrenceKind' })
  @IsIn(recurrenceKinds)
  every!: RecurrenceKind;

  @ApiProperty({ description: 'IANA name of the time zone.', example: 'Europe/Oslo' })
  @IsString()
  @MaxLength(64)
  timeZone!: string;

  @ApiProperty({
    description: 'When it starts, on the wall clock. Hourly reads the minutes only.',
    example: '07:30',
    default: '00:00',
    required: false,
  })
  @Matches(clockTime.pattern, { message: clockTime.message })
  @Optional()
  time: string = '00:00';

  @ApiProperty({
    description: 'Weekly: on these days, 1 = Monday ... 7 = Sunday.',
    type: [Number],
    enum: weekdays,
    default: [],
    required: false,
  })
  @IsArray()
  @ArrayUnique()
  @IsIn(weekdays, { each: true })
  @Optional()
  weekdays: Weekday[] = [];

  @ApiProperty({
    description: 'Monthly: on these days; in a shorter month on its last day.',
    type: [Number],
    default: [],
    required: false,
  })
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(31)
  @IsInt({ each: true })
  @Min(1, { each: true })
  @Max(31, { each: true })
  @Optional()
  days: number[] = [];

  @ApiProperty({
    description: 'Cron: five fields (minute, hour, day of month, month, day of week).',
    type: String,
    nullable: true,
    default: null,
    required: false,
  })
  @IsString()
  @MaxLength(200)
  @Nullable()
  @Optional()
  cron: string | null = null;
}

/** When an export runs by itself, as it is set. */
export class SetExportScheduleDto {
  @ApiProperty({
    description:
      'With every system refresh, by its own recurrence, or only when started by a person. `off` keeps the rest.',
    enum: exportScheduleKinds,
    enumName: 'ExportScheduleKind',
  })
  @IsIn(exportScheduleKinds)
  kind!: ExportScheduleKind;

  @ApiProperty({
    description: 'Needed for `own` unless one was set before. Without it, the one that was set is kept.',
    required: false,
  })
  @Nested(() => RecurrenceDto)
  @Optional()
  recurrence?: RecurrenceDto;
}

export class ExportScheduleDto implements ExportSchedule {
  @ApiProperty({
    description: 'When the export runs by itself.',
    enum: exportScheduleKinds,
    enumName: 'ExportScheduleKind',
  })
  kind!: ExportScheduleKind;

  @ApiProperty({
    description: 'What switching on goes back to.',
    enum: ['follow', 'own'] satisfies ExportSchedule['resumes'][],
    enumName: 'ActiveScheduleKind',
  })
  resumes!: ExportSchedule['resumes'];

  @ApiProperty({ description: 'Its own recurrence, kept while unused.', type: RecurrenceDto, nullable: true })
  recurrence!: RecurrenceDto | null;

  @ApiProperty({
    description: 'When it runs next by itself; null when nothing is planned.',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  nextRunAt!: string | null;
}

export class NextTimesDto {
  @ApiProperty({ description: 'The next times, soonest first.', type: [String], format: 'date-time' })
  times!: string[];
}
