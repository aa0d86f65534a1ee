import { type Role, roles } from '@audience-relay/contracts';
import { type ApiKeyRecord, apiKeySorts } from '@audience-relay/data';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsISO8601, IsNotEmpty, IsString, MaxLength } from 'class-validator';
import { listOf } from '../lists/list.dto';
import { listQuery } from '../lists/list-query.dto';
import { Trim } from '../lists/trim.decorator';
import { UserRefDto } from '../users/user.dto';
import { Nullable, Optional } from '../validation/field.decorators';

export class ApiKeyQueryDto extends listQuery(Object.keys(apiKeySorts)) {}

export class CreateApiKeyDto {
  @ApiProperty({
    description:
      'What the key is for; several may have the same. Shown wherever it matters who did something.',
    example: 'Nightly import',
    maxLength: 100,
  })
  @Trim()
  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  name!: string;

  @ApiProperty({
    description:
      'What the key may do. Connections, alert settings, users and API keys need a person: no key may manage them, whatever its role.',
    enum: roles,
    enumName: 'Role',
  })
  @IsIn(roles)
  role!: Role;

  @ApiProperty({
    description: 'When it ends by itself. Absent or null = never.',
    type: String,
    format: 'date-time',
    nullable: true,
    required: false,
  })
  @IsISO8601({ strict: true })
  @Nullable()
  @Optional()
  expiresAt?: string | null;
}

export class ApiKeyDto {
  @ApiProperty({ description: 'The id.' })
  id!: string;

  @ApiProperty({ description: 'What the key is for.' })
  name!: string;

  @ApiProperty({ description: 'What it may do.', enum: roles, enumName: 'Role' })
  role!: Role;

  @ApiProperty({ description: 'The last characters of the key, to tell keys apart.', example: 'x7Qw' })
  hint!: string;

  @ApiProperty({
    description: 'When it ends by itself; null = never.',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  expiresAt!: string | null;

  @ApiProperty({
    description: 'The last request with it, to the minute.',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  lastUsedAt!: string | null;

  @ApiProperty({ description: 'When it was made.', format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ description: 'Who made it.', type: UserRefDto, nullable: true })
  createdBy!: UserRefDto | null;

  @ApiProperty({
    description: 'When it was revoked: it opens nothing since then.',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  revokedAt!: string | null;
}

export class NewApiKeyDto extends ApiKeyDto {
  @ApiProperty({
    description:
      'Goes into `Authorization: Bearer ...`. Keep it now: it is not stored and never shown again.',
  })
  key!: string;
}

export class ApiKeyListDto extends listOf(ApiKeyDto) {}

export function toApiKeyDto(record: ApiKeyRecord, names: ReadonlyMap<string, UserRefDto>): ApiKeyDto {
  return {
    id: record._id.toHexString(),
    name: record.name,
    role: record.role,
    hint: record.hint,
    expiresAt: record.expiresAt?.toISOString() ?? null,
    lastUsedAt: record.lastUsedAt?.toISOString() ?? null,
    createdAt: record.createdAt.toISOString(),
    createdBy: names.get(String(record.createdBy)) ?? null,
    revokedAt: record.revokedAt?.toISOString() ?? null,
  };
}
