import { WorkspaceSettingsRepository } from '@audience-relay/data';
import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, RequirePermission } from '../access/access.decorators';
import type { SignedInUser } from '../access/signed-in-user';
import { ApiProblem } from '../problems/api-problem.decorator';
import { invalid, savedOrThrow } from '../problems/problem.exception';
import { SetWorkspaceSettingsDto, toWorkspaceSettingsDto, WorkspaceSettingsDto } from './workspace.dto';

@ApiTags('settings')
@Controller('settings/workspace')
export class WorkspaceController {
  constructor(private readonly settings: WorkspaceSettingsRepository) {}

  @Get()
  @RequirePermission('segment:read')
  @ApiOperation({ summary: 'What holds for the whole workspace' })
  @ApiOkResponse({ type: WorkspaceSettingsDto })
  async getWorkspaceSettings(): Promise<WorkspaceSettingsDto> {
    return toWorkspaceSettingsDto(await this.settings.read());
  }

  @Put()
  @RequirePermission('schedule:manage')
  @ApiOperation({
    summary: "Set the workspace's time zone",
    description: 'Segments follow it from their next refresh on.',
  })
  @ApiOkResponse({ type: WorkspaceSettingsDto })
  @ApiProblem('Someone else changed it in the meantime.', 'version-conflict')
  async setWorkspaceSettings(
    @Body() { version, timeZone }: SetWorkspaceSettingsDto,
    @CurrentUser() user: SignedInUser,
  ): Promise<WorkspaceSettingsDto> {
    if (!isTimeZone(timeZone))
      throw invalid({ path: 'timeZone', message: `${timeZone} is not an IANA time zone.` });
    const result = await this.settings.update(version, timeZone, user.id);
    return toWorkspaceSettingsDto(savedOrThrow(result, 'The workspace'));
  }
}

function isTimeZone(name: string): boolean {
  // Offsets such as +02:00 are taken by JavaScript, and not by every database.
  if (!/^[A-Za-z][\w+-]*(?:\/[\w+-]+)*$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
