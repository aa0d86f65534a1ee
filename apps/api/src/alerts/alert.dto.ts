import {
  type AlertDeliveryState,
  alertDeliveryStates,
  type AlertKind,
  alertKinds,
} from '@audience-relay/contracts';
import type { AlertRecord, AlertSettingsRecord, UnreadableAlertSecrets } from '@audience-relay/data';
import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsEmail,
  IsInt,
  IsMongoId,
  IsString,
  IsUrl,
  Length,
  MaxLength,
} from 'class-validator';
import { listQuery } from '../lists/list-query.dto';
import { listOf } from '../lists/list.dto';
import { Nested, Nullable, Optional } from '../validation/field.decorators';

const urlOptions = {
  protocols: ['http', 'https'],
  require_protocol: true,
  require_tld: false,
  disallow_auth: true,
};

export class AlertDeliveryDto {
  @ApiProperty({
    description: 'How it fared; `off`: this way is not set up.',
    enum: alertDeliveryStates,
    enumName: 'AlertDeliveryState',
  })
  state!: AlertDeliveryState;

  @ApiProperty({ description: 'Why the last try failed.', type: String, nullable: true })
  error!: string | null;
}

export class AlertDto {
  @ApiProperty({ description: 'The id.' })
  id!: string;

  @ApiProperty({
    description:
      'An export began to fail, began to reject more than its limit, waits for approval of its removals, or works again.',
    enum: alertKinds,
    enumName: 'AlertKind',
  })
  kind!: AlertKind;

  @ApiProperty({ description: 'A sentence for a person.' })
  message!: string;

  @ApiProperty({ description: "The export's id." })
  exportId!: string;

  @ApiProperty({ description: "The export's name then." })
  exportName!: string;

  @ApiProperty({ description: 'The run that changed it.' })
  runId!: string;

  @ApiProperty({ description: 'When it was noticed.', format: 'date-time' })
  at!: string;

  @ApiProperty({ description: 'How the webhook fared.' })
  webhook!: AlertDeliveryDto;

  @ApiProperty({ description: 'How the e-mail fared.' })
  email!: AlertDeliveryDto;
}

export class AlertListDto extends listOf(AlertDto) {}

export class AlertListQueryDto extends listQuery(['at', 'kind', 'export']) {
  @ApiProperty({ description: 'Of this export.', required: false })
  @IsMongoId()
  @Optional()
  exportId?: string;
}

export class SetAlertWebhookDto {
  @ApiProperty({ description: 'Where alerts are posted to.', maxLength: 1000 })
  @IsUrl(urlOptions)
  @MaxLength(1000)
  url!: string;

  @ApiProperty({
    description:
      'Signs each request. Absent: keeps the stored one, unless the address changes. Null: removes it.',
    type: String,
    nullable: true,
    minLength: 16,
    required: false,
  })
  @IsString()
  @Length(16, 1000)
  @Nullable()
  @Optional()
  signingSecret?: string | null;
}

export class SetAlertEmailDto {
  @ApiProperty({
    description: "SendGrid's address.",
    default: 'https://api.sendgrid.com',
    required: false,
  })
  @IsUrl(urlOptions)
  @MaxLength(1000)
  @Optional()
  baseUrl: string = 'https://api.sendgrid.com';

  @ApiProperty({
    description:
      'A SendGrid key that may send mail. Absent: keeps the stored one, unless the address changes.',
    required: false,
  })
  @IsString()
  @Length(10, 1000)
  @Optional()
  apiKey?: string;

  @ApiProperty({ description: 'A verified sender of the account.', example: 'alerts@example.com' })
  @IsEmail()
  from!: string;

  @ApiProperty({ description: 'Who is told.', type: [String], example: ['kari@example.com'] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(20)
  @ArrayUnique()
  @IsEmail({}, { each: true })
  to!: string[];
}

export class SetAlertSettingsDto {
  @ApiProperty({ description: 'Null: no webhook.', type: SetAlertWebhookDto, nullable: true })
  @Nullable()
  @Nested(() => SetAlertWebhookDto)
  webhook!: SetAlertWebhookDto | null;

  @ApiProperty({ description: 'Null: no e-mail.', type: SetAlertEmailDto, nullable: true })
  @Nullable()
  @Nested(() => SetAlertEmailDto)
  email!: SetAlertEmailDto | null;

  @ApiProperty({ description: 'The version that the change was made on.' })
  @IsInt()
  version!: number;
}

export class AlertWebhookDto {
  @ApiProperty({ description: 'Where alerts are posted to.' })
  url!: string;

  @ApiProperty({ description: 'Requests are signed.' })
  signed!: boolean;

  @ApiProperty({
    description: 'Why nothing is sent this way: the stored secret cannot be decrypted. Enter it again.',
    type: String,
    nullable: true,
  })
  problem!: string | null;
}

export class AlertEmailDto {
  @ApiProperty({ description: "SendGrid's address." })
  baseUrl!: string;

  @ApiProperty({ description: 'The sender.' })
  from!: string;

  @ApiProperty({ description: 'Who is told.', type: [String] })
  to!: string[];

  @ApiProperty({
    description: 'Why nothing is sent this way: the stored secret cannot be decrypted. Enter it again.',
    type: String,
    nullable: true,
  })
  problem!: string | null;
}

export class AlertSettingsDto {
  @ApiProperty({ description: 'The webhook, if any.', type: AlertWebhookDto, nullable: true })
  webhook!: AlertWebhookDto | null;

  @ApiProperty({
    description: 'E-mail, if any. The key is never shown.',
    type: AlertEmailDto,
    nullable: true,
  })
  email!: AlertEmailDto | null;

  @ApiProperty({ description: 'Send it back with an update.' })
  version!: number;
}

export class AlertTestDto {
  @ApiProperty({
    description: 'What the webhook said; null: sent, or not set up.',
    type: String,
    nullable: true,
  })
  webhookError!: string | null;

  @ApiProperty({
    description: 'What SendGrid said; null: sent, or not set up.',
    type: String,
    nullable: true,
  })
  emailError!: string | null;
}

export function toAlertDto(alert: AlertRecord): AlertDto {
  const { _id, kind, message, exportId, exportName, runId, at, webhook, email } = alert;
  return {
    id: _id,
    kind,
    message,
    exportId: String(exportId),
    exportName,
    runId: String(runId),
    at: at.toISOString(),
    webhook: { state: webhook.state, error: webhook.error },
    email: { state: email.state, error: email.error },
  };
}

export function toAlertSettingsDto(
  { webhook, email, version }: AlertSettingsRecord,
  unreadable: UnreadableAlertSecrets,
): AlertSettingsDto {
  return {
    webhook: webhook && {
      url: webhook.url,
      signed: webhook.signingSecret !== null,
      problem: unreadable.webhook ?? null,
    },
    email: email && {
      baseUrl: email.baseUrl,
      from: email.from,
      to: email.to,
      problem: unreadable.email ?? null,
    },
    version,
  };
}
