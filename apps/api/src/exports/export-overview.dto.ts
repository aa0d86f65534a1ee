import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsTimeZone, Max, Min } from 'class-validator';
import { RunSummaryDto } from '../runs/run.dto';
import { Optional } from '../validation/field.decorators';

export class ExportOverviewQueryDto {
  @ApiProperty({
    description: 'How many days of deliveries, today among them.',
    required: false,
    minimum: 1,
    maximum: 90,
    default: 14,
  })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(90)
  @Optional()
  days = 14;

  @ApiProperty({
    description: 'In which time zone a day begins.',
    required: false,
    default: 'UTC',
    example: 'Europe/Oslo',
  })
  @IsTimeZone()
  @Optional()
  timeZone = 'UTC';
}

export class ExportInTroubleDto {
  @ApiProperty({ description: "The export's id." })
  id!: string;

  @ApiProperty({ description: "The export's name." })
  name!: string;

  @ApiProperty({ description: 'Its last run.' })
  lastRun!: RunSummaryDto;
}

export class NamedItemDto {
  @ApiProperty({ description: 'The id.' })
  id!: string;

  @ApiProperty({ description: 'The name.' })
  name!: string;
}

export class DeliveredDayDto {
  @ApiProperty({ description: 'The day in the wanted time zone.', format: 'date', example: '2026-05-17' })
  day!: string;

  @ApiProperty({ description: 'The kind of destination.', example: 'sendgrid' })
  destination!: string;

  @ApiProperty({ description: 'Runs that were started.' })
  runs!: number;

  @ApiProperty({ description: 'Rows that were sent and not rejected.' })
  delivered!: number;

  @ApiProperty({ description: 'Rows that were sent and rejected.' })
  rejected!: number;
}

export class ExportOverviewDto {
  @ApiProperty({ description: 'All exports.' })
  exports!: number;

  @ApiProperty({ description: 'Exports with a run under way.' })
  running!: number;

  @ApiProperty({
    description:
      'How many exports did not deliver all that they should with their last run: it failed, was skipped or held, or rows were rejected.',
  })
  inTrouble!: number;

  @ApiProperty({ description: 'The latest of these, at most 20.', type: [ExportInTroubleDto] })
  trouble!: ExportInTroubleDto[];

  @ApiProperty({ description: 'How many exports have no connection, so that they do not run.' })
  detachedCount!: number;

  @ApiProperty({ description: 'Some of these, at most 20, by name.', type: [NamedItemDto] })
  detached!: NamedItemDto[];

  @ApiProperty({
    description: 'Connections that do not work, at most 20; empty for who may not manage connections.',
    type: [NamedItemDto],
  })
  badConnections!: NamedItemDto[];

  @ApiProperty({
    description: 'Exports whose schedule is active: those that "run all" starts, as far as one may.',
  })
  scheduled!: number;

  @ApiProperty({ description: 'Exports that wait for a system refresh to run.' })
  followRefresh!: number;

  @ApiProperty({
    description: 'The next system refresh; null when it is off.',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  nextRefreshAt!: string | null;

  @ApiProperty({ description: 'The last system refresh.', type: String, format: 'date-time', nullable: true })
  lastRefreshAt!: string | null;

  @ApiProperty({
    description: 'What was delivered, by day and destination. Days without a run are absent.',
    type: [DeliveredDayDto],
  })
  delivered!: DeliveredDayDto[];
}
