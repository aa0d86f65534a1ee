import {
  maxRefreshTimes,
  type RefreshSchedule,
  type RefreshScheduleKind,
  refreshScheduleKinds,
  type Weekday,
  weekdays,
} from '@audience-relay/contracts';
import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsString,
  Matches,
  MaxLength,
} from 'class-validator';
import { UserRefDto } from '../users/user.dto';
import { clockTime } from './schedule.dto';
import { Optional } from '../validation/field.decorators';

/** When the system refreshes. */
export class RefreshTimesDto implements RefreshSchedule {
  @ApiProperty({
    description: 'How often. `off` keeps the rest.',
    enum: refreshScheduleKinds,
    enumName: 'RefreshScheduleKind',
  })
  @IsIn(refreshScheduleKinds)
  every!: RefreshScheduleKind;

  @ApiProperty({ description: 'IANA name of the time zone.', example: 'Europe/Oslo' })
  @IsString()
  @MaxLength(64)
  timeZone!: string;

  @ApiProperty({
    description: 'One to four times a day, on the wall clock.',
    type: [String],
    minItems: 1,
    maxItems: maxRefreshTimes,
    example: ['06:00', '18:00'],
  })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(maxRefreshTimes)
  @ArrayUnique()
  @Matches(clockTime.pattern, { each: true, message: clockTime.message })
  times!: string[];

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
}

export class SetRefreshScheduleDto extends RefreshTimesDto {
  @ApiProperty({ description: 'The version that the change was made on.' })
  @IsInt()
  version!: number;
}

export class RefreshScheduleDto extends RefreshTimesDto {
  @ApiProperty({
    description: 'The next refresh; null when off.',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  nextAt!: string | null;

  @ApiProperty({ description: 'The refresh under way.', type: String, nullable: true })
  activeRefreshId!: string | null;

  @ApiProperty({ description: 'The last change.', type: String, format: 'date-time', nullable: true })
  updatedAt!: string | null;

  @ApiProperty({ description: 'Who made it.', type: UserRefDto, nullable: true })
  updatedBy!: UserRefDto | null;

  @ApiProperty({ description: 'Send it back with an update.' })
  version!: number;
}
