import { type Permission, permissions, type Sharing, sharings } from '@audience-relay/contracts';
import type { ConnectionState } from '@audience-relay/data';
import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { listOf } from '../lists/list.dto';
import { UserRefDto } from '../users/user.dto';

const states = ['untested', 'ok', 'attention'] as const satisfies readonly ConnectionState[];

export class SecretValueDto {
  @ApiProperty({ description: 'A value is stored. It is never shown again.' })
  set!: true;

  @ApiProperty({ description: 'Its last characters; empty if it is short.', example: '…cess' })
  hint!: string;
}

export class ConnectionStatusDto {
  @ApiProperty({
    description:
      '`attention`: the destination refused the credentials, or they cannot be decrypted: an administrator must look.',
    enum: states,
    enumName: 'ConnectionState',
  })
  state!: ConnectionState;

  @ApiProperty({
    description: 'What the last test or run said, if it did not go well.',
    type: String,
    nullable: true,
  })
  message!: string | null;

  @ApiProperty({ description: 'When that was.', type: String, format: 'date-time', nullable: true })
  checkedAt!: string | null;

  @ApiProperty({
    description: 'Whose account it is, when the destination tells.',
    type: String,
    nullable: true,
  })
  account!: string | null;
}

export class ConsentDto {
  @ApiProperty({ description: 'Who agreed.' })
  userName!: string;

  @ApiProperty({ description: 'When.', format: 'date-time' })
  at!: string;

  @ApiProperty({ description: 'To which version of the text.' })
  textVersion!: string;

  @ApiProperty({ description: 'That is the text of today; otherwise the next change must agree again.' })
  current!: boolean;
}

export class ExportUserDto extends UserRefDto {
  @ApiProperty({ description: 'Disabled or removed: runs are skipped until there is another.' })
  disabled!: boolean;
}

/** An account at a destination. Contributors get only the first six members, and of shared connections only. */
@ApiExtraModels(SecretValueDto)
export class ConnectionDto {
  @ApiProperty({ description: 'The id.' })
  id!: string;

  @ApiProperty({ description: 'Unique for its destination.' })
  name!: string;

  @ApiProperty({ description: 'Key of the destination.', example: 'sendgrid' })
  destination!: string;

  @ApiProperty({ description: 'Name of the destination.', example: 'SendGrid' })
  destinationName!: string;

  @ApiProperty({ description: 'Who may use it in exports.', enum: sharings, enumName: 'Sharing' })
  sharing!: Sharing;

  @ApiProperty({
    description: 'What you may do with it.',
    enum: Object.keys(permissions),
    enumName: 'Permission',
    isArray: true,
  })
  permissions!: Permission[];

  @ApiProperty({
    description: 'Values of the connection fields; of secrets only that they are set.',
    type: 'object',
    additionalProperties: {
      oneOf: [
        { type: 'string' },
        { type: 'number' },
        { type: 'boolean' },
        { $ref: getSchemaPath(SecretValueDto) },
      ],
    },
    selfRequired: false,
  })
  fields?: Record<string, string | number | boolean | SecretValueDto>;

  @ApiProperty({ description: 'Whether it works.', required: false })
  status?: ConnectionStatusDto;

  @ApiProperty({ description: 'Who agreed that data may leave.', required: false })
  consent?: ConsentDto;

  @ApiProperty({
    description: 'Under whose account runs act; null: nobody yet, and runs are skipped.',
    type: ExportUserDto,
    nullable: true,
    required: false,
  })
  exportUser?: ExportUserDto | null;

  @ApiProperty({ description: 'Exports that use it.', required: false })
  exportCount?: number;

  @ApiProperty({ description: 'When it was made.', format: 'date-time', required: false })
  createdAt?: string;

  @ApiProperty({ description: 'Who made it.', type: UserRefDto, nullable: true, required: false })
  createdBy?: UserRefDto | null;

  @ApiProperty({ description: 'When it was last changed.', format: 'date-time', required: false })
  updatedAt?: string;

  @ApiProperty({ description: 'Who changed it last.', type: UserRefDto, nullable: true, required: false })
  updatedBy?: UserRefDto | null;

  @ApiProperty({ description: 'Send it back with an update.', required: false })
  version?: number;
}

export class ConnectionListDto extends listOf(ConnectionDto) {}

export class ConsentTextDto {
  @ApiProperty({ description: 'Send it back as `consentTextVersion`.' })
  version!: string;

  @ApiProperty({ description: 'What is agreed to.' })
  text!: string;
}

/** What a test of credentials found out. */
export class TestResultDto {
  @ApiProperty({ description: 'The credentials work and have every right that is needed.' })
  ok!: boolean;

  @ApiProperty({
    description: 'Whose account it is, when the destination tells.',
    type: String,
    nullable: true,
  })
  account!: string | null;

  @ApiProperty({ description: 'Rights that are needed and missing.', type: [String] })
  missingScopes!: string[];

  @ApiProperty({ description: 'What works but deserves attention.', type: [String] })
  warnings!: string[];

  @ApiProperty({
    description: 'People stored there now, when the destination tells.',
    type: Number,
    nullable: true,
  })
  stored!: number | null;

  @ApiProperty({ description: 'The most that the plan allows, when known.', type: Number, nullable: true })
  storedLimit!: number | null;

  @ApiProperty({ description: 'The result in a sentence.' })
  message!: string;
}

export class TargetDto {
  @ApiProperty({ description: 'Its id at the destination.' })
  id!: string;

  @ApiProperty({ description: 'Its name there.' })
  name!: string;

  @ApiProperty({ description: 'People in it now, when the destination tells.', type: Number, nullable: true })
  count!: number | null;
}

export class TargetListDto {
  @ApiProperty({ description: 'This page.', type: [TargetDto] })
  items!: TargetDto[];

  @ApiProperty({
    description: 'Ask for the next page with it; null on the last.',
    type: String,
    nullable: true,
  })
  nextCursor!: string | null;
}

export class ExportRefDto {
  @ApiProperty({ description: 'The id.' })
  id!: string;

  @ApiProperty({ description: 'The name.' })
  name!: string;
}

export class ConnectionExportsDto {
  @ApiProperty({ description: 'Exports that use the connection.', type: [ExportRefDto] })
  items!: ExportRefDto[];
}

export class SecretKeysDto {
  @ApiProperty({ description: 'Id of the key that encrypts: the first of SECRET_KEYS.' })
  current!: string;

  @ApiProperty({
    description:
      'Connections whose credentials an older key still encrypts, and the alert settings if theirs are.',
  })
  remaining!: number;

  @ApiProperty({
    description:
      'Connections whose credentials no key decrypts, and the alert settings if theirs are: they must be entered again.',
  })
  unreadable!: number;

  @ApiProperty({
    description: 'Connections by the id of the key that encrypts their credentials.',
    type: 'object',
    additionalProperties: { type: 'integer' },
  })
  connectionsByKey!: Record<string, number>;
}
