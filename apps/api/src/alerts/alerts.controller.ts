import { AlertRepository, type AlertSettingsRecord, AlertSettingsRepository } from '@audience-relay/data';
import { Body, Controller, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Types } from 'mongoose';
import { CurrentUser, RequirePermission } from '../access/access.decorators';
import type { SignedInUser } from '../access/signed-in-user';
import { ApiProblem } from '../problems/api-problem.decorator';
import { savedOrThrow, versionConflict } from '../problems/problem.exception';
import { AlertChannelError, type AlertMessage, changedAlertSettings, sendAlert } from './alert-channels';
import {
  AlertListDto,
  AlertListQueryDto,
  AlertSettingsDto,
  AlertTestDto,
  SetAlertSettingsDto,
  toAlertDto,
  toAlertSettingsDto,
} from './alert.dto';
import { toListDto } from '../lists/list.dto';

@ApiTags('alerts')
@Controller()
export class AlertsController {
  constructor(
    private readonly alerts: AlertRepository,
    private readonly settings: AlertSettingsRepository,
  ) {}

  @Get('alerts')
  @RequirePermission('alert:read')
  @ApiOperation({ summary: 'List alerts, newest first: one per change of state of an export' })
  @ApiOkResponse({ type: AlertListDto })
  async listAlerts(@Query() { exportId, ...request }: AlertListQueryDto): Promise<AlertListDto> {
    const page = await this.alerts.findPage(request, exportId ? new Types.ObjectId(exportId) : undefined);
    return toListDto(page, (records) => records.map(toAlertDto));
  }

  @Get('settings/alerts')
  @RequirePermission('alert:manage')
  @ApiOperation({ summary: 'Where alerts go besides the list' })
  @ApiOkResponse({ type: AlertSettingsDto })
  async getAlertSettings(): Promise<AlertSettingsDto> {
    return this.view(await this.settings.read());
  }

  @Put('settings/alerts')
  @RequirePermission('alert:manage')
  @ApiOperation({
    summary: 'Set where alerts go',
    description:
      'Secrets are encrypted and never shown. One that is left out is kept, unless its address changes: then it must be entered again.',
  })
  @ApiOkResponse({ type: AlertSettingsDto })
  @ApiProblem('Someone else changed it in the meantime.', 'version-conflict')
  async setAlertSettings(
    @Body() { version, webhook, email }: SetAlertSettingsDto,
    @CurrentUser() user: SignedInUser,
  ): Promise<AlertSettingsDto> {
    const stored = await this.settings.open();
    if (stored.version !== version) throw versionConflict('The alert settings');
    const changed = changedAlertSettings(stored, { webhook, email });
    const result = await this.settings.update(version, changed, user.id);
    return this.view(savedOrThrow(result, 'The alert settings'));
  }

  @Post('settings/alerts/test')
  @HttpCode(200)
  @RequirePermission('alert:manage')
  @ApiOperation({ summary: 'Send a test message by every way that is set up' })
  @ApiOkResponse({ type: AlertTestDto })
  async testAlertSettings(): Promise<AlertTestDto> {
    const send = sendAlert(await this.settings.open(), testMessage());
    const [webhookError, emailError] = await Promise.all([errorOf(send.webhook), errorOf(send.email)]);
    return { webhookError, emailError };
  }

  private view(stored: AlertSettingsRecord): AlertSettingsDto {
    return toAlertSettingsDto(stored, this.settings.findUnreadable(stored));
  }
}

function testMessage(): AlertMessage {
  const id = new Types.ObjectId().toHexString();
  return {
    id: `test/${id}`,
    kind: 'test',
    message: 'This is a test. Alerts of exports will arrive like this.',
    at: new Date(),
    export: { id, name: 'Test' },
    run: { id },
  };
}

async function errorOf(send: (() => Promise<void>) | null): Promise<string | null> {
  try {
    await send?.();
    return null;
  } catch (error) {
    if (error instanceof AlertChannelError) return error.message;
    throw error;
  }
}
