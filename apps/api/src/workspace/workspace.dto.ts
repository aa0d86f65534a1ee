import type { WorkspaceSettingsRecord } from '@audience-relay/data';
import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsString, MaxLength } from 'class-validator';

export class WorkspaceSettingsDto {
  @ApiProperty({
    description: 'IANA name of the time zone that decides to which day a moment belongs in rules.',
    example: 'Europe/Oslo',
  })
  timeZone!: string;

  @ApiProperty({ description: 'The last change.', type: String, format: 'date-time', nullable: true })
  updatedAt!: string | null;

  @ApiProperty({ description: 'Send it back with an update.' })
  version!: number;
}

export class SetWorkspaceSettingsDto {
  @ApiProperty({ description: 'IANA name.', example: 'Europe/Oslo', maxLength: 64 })
  @IsString()
  @MaxLength(64)
  timeZone!: string;

  @ApiProperty({ description: 'The version that the change was made on.' })
  @IsInt()
  version!: number;
}

export function toWorkspaceSettingsDto(record: WorkspaceSettingsRecord): WorkspaceSettingsDto {
  return {
    timeZone: record.timeZone,
    updatedAt: record.updatedAt?.toISOString() ?? null,
    version: record.version,
  };
}
