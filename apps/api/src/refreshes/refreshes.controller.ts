import { RefreshRepository } from '@audience-relay/data';
import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Types } from 'mongoose';
import { CurrentUser, RequirePermission } from '../access/access.decorators';
import type { SignedInUser } from '../access/signed-in-user';
import { Idempotent } from '../idempotency/idempotent.decorator';
import { ApiProblem } from '../problems/api-problem.decorator';
import { IdPipe } from '../problems/id.pipe';
import { RefreshDto, RefreshListDto, RefreshListQueryDto, toRefreshDto } from './refresh.dto';
import { RefreshesService } from './refreshes.service';
import { toListDto } from '../lists/list.dto';

@ApiTags('refreshes')
@Controller('refreshes')
@RequirePermission('schedule:read')
export class RefreshesController {
  constructor(
    private readonly refreshes: RefreshesService,
    private readonly history: RefreshRepository,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List system refreshes, newest first' })
  @ApiOkResponse({ type: RefreshListDto })
  async listRefreshes(@Query() query: RefreshListQueryDto): Promise<RefreshListDto> {
    const page = await this.history.findPage(query);
    return toListDto(page, (records) => records.map(toRefreshDto));
  }

  @Post()
  @HttpCode(202)
  @RequirePermission('refresh:run')
  @Idempotent()
  @ApiOperation({
    summary: 'Refresh the system now',
    description: 'All active segments, then the exports that follow the system refresh.',
  })
  @ApiAcceptedResponse({ type: RefreshDto })
  @ApiProblem(
    'A refresh is under way (`activeRefreshId` names it).',
    'refresh-active',
    'idempotency-key-reused',
  )
  async startRefresh(@CurrentUser() user: SignedInUser): Promise<RefreshDto> {
    return toRefreshDto(await this.refreshes.startOnDemand(user));
  }

  @Get(':id')
  @ApiOperation({ summary: 'One refresh, with the state of each segment and export' })
  @ApiOkResponse({ type: RefreshDto })
  async getRefresh(@Param('id', IdPipe) id: Types.ObjectId): Promise<RefreshDto> {
    return toRefreshDto(await this.refreshes.find(id));
  }

  @Post(':id/cancel')
  @HttpCode(202)
  @RequirePermission('refresh:run')
  @ApiOperation({
    summary: 'Cancel a refresh',
    description: 'What has not begun does not begin; runs under way are cancelled.',
  })
  @ApiAcceptedResponse({ type: RefreshDto })
  @ApiProblem('The refresh has ended.', 'run-not-active')
  async cancelRefresh(@Param('id', IdPipe) id: Types.ObjectId): Promise<RefreshDto> {
    return toRefreshDto(await this.refreshes.cancel(id));
  }
}
