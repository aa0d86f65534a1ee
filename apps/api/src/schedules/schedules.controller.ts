import { RefreshSettingsRepository, type RefreshSettingsRecord } from '@audience-relay/data';
import { Body, Controller, Get, HttpCode, Post, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { NotAudited } from '../access/not-audited.decorator';
import { CurrentUser, RequirePermission } from '../access/access.decorators';
import type { SignedInUser } from '../access/signed-in-user';
import { ApiProblem } from '../problems/api-problem.decorator';
import { invalid, savedOrThrow } from '../problems/problem.exception';
import { UserNames } from '../users/user-names';
import {
  nextRefreshTime,
  nextTime,
  recurrenceErrors,
  refreshScheduleErrors,
  upcoming,
} from '@audience-relay/schedules';
import { RefreshScheduleDto, RefreshTimesDto, SetRefreshScheduleDto } from './refresh-schedule.dto';
import { NextTimesDto, RecurrenceDto } from './schedule.dto';

/** How many times a preview shows. */
const shownTimes = 5;

@ApiTags('schedules')
@Controller()
@RequirePermission('schedule:read')
export class SchedulesController {
  constructor(
    private readonly settings: RefreshSettingsRepository,
    private readonly userNames: UserNames,
  ) {}

  @Get('settings/schedule')
  @ApiOperation({ summary: 'When the system refreshes' })
  @ApiOkResponse({ type: RefreshScheduleDto })
  async getRefreshSchedule(): Promise<RefreshScheduleDto> {
    return this.toDto(await this.settings.read());
  }

  @Put('settings/schedule')
  @RequirePermission('schedule:manage')
  @ApiOperation({ summary: 'Set when the system refreshes' })
  @ApiOkResponse({ type: RefreshScheduleDto })
  @ApiProblem('Someone else changed it in the meantime.', 'version-conflict')
  async setRefreshSchedule(
    @Body() { version, ...schedule }: SetRefreshScheduleDto,
    @CurrentUser() user: SignedInUser,
  ): Promise<RefreshScheduleDto> {
    const errors = refreshScheduleErrors(schedule);
    if (errors.length > 0) throw invalid(...errors);
    // There is something to change, even if nobody ever asked for it.
    await this.settings.read();
    const nextAt = nextRefreshTime(schedule, new Date());
    const result = await this.settings.update(version, schedule, nextAt, user.id);
    return this.toDto(savedOrThrow(result, 'The schedule'));
  }

  @Post('settings/schedule/next-times')
  @HttpCode(200)
  @NotAudited()
  @ApiOperation({ summary: 'When the system would refresh' })
  @ApiOkResponse({ type: NextTimesDto })
  previewRefreshTimes(@Body() schedule: RefreshTimesDto): NextTimesDto {
    const errors = refreshScheduleErrors(schedule);
    if (errors.length > 0) throw invalid(...errors);
    return toTimesDto((after) => nextRefreshTime(schedule, after));
  }

  @Post('schedules/next-times')
  @HttpCode(200)
  @NotAudited()
  @ApiOperation({ summary: 'When an export with this recurrence would run' })
  @ApiOkResponse({ type: NextTimesDto })
  previewNextTimes(@Body() recurrence: RecurrenceDto): NextTimesDto {
    const errors = recurrenceErrors(recurrence);
    if (errors.length > 0) throw invalid(...errors);
    return toTimesDto((after) => nextTime(recurrence, after));
  }

  private async toDto(record: RefreshSettingsRecord): Promise<RefreshScheduleDto> {
    const { schedule, nextAt, activeRefreshId, updatedAt, updatedBy, version } = record;
    const names = await this.userNames.of([updatedBy]);
    return {
      ...schedule,
      nextAt: nextAt?.toISOString() ?? null,
      activeRefreshId: activeRefreshId && String(activeRefreshId),
      updatedAt: updatedAt?.toISOString() ?? null,
      updatedBy: names.get(String(updatedBy)) ?? null,
      version,
    };
  }
}

function toTimesDto(next: (after: Date) => Date | null): NextTimesDto {
  return { times: upcoming(next, shownTimes, new Date()).map((time) => time.toISOString()) };
}
