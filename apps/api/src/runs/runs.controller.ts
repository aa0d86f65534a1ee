import { RunHistoryRepository } from '@audience-relay/data';
import { Body, Controller, Get, HttpCode, Param, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Types } from 'mongoose';
import { CurrentUser, RequirePermission } from '../access/access.decorators';
import type { SignedInUser } from '../access/signed-in-user';
import { ExportAccess } from '../export-access/export-access';
import { Idempotent } from '../idempotency/idempotent.decorator';
import { Coalesced } from '../lists/coalesced.decorator';
import { ApiProblem } from '../problems/api-problem.decorator';
import { IdPipe } from '../problems/id.pipe';
import { issuesCsv } from './issues-csv';
import { RemovalApprovals } from './removal-approvals.service';
import {
  ApproveRemovalsDto,
  RemovalReviewDto,
  RunBatchListDto,
  RunBatchListQueryDto,
  RunDto,
  RunIssueCsvQueryDto,
  RunIssueListDto,
  RunIssueListQueryDto,
  RunListDto,
  RunListQueryDto,
  toRunBatchDto,
  toRunIssueDto,
} from './run.dto';
import { RunsService } from './runs.service';
import { toListDto } from '../lists/list.dto';

@ApiTags('runs')
@Controller('runs')
@RequirePermission('run:read')
export class RunsController {
  constructor(
    private readonly runs: RunsService,
    private readonly history: RunHistoryRepository,
    private readonly access: ExportAccess,
    private readonly removals: RemovalApprovals,
  ) {}

  @Get()
  @Coalesced()
  @ApiOperation({ summary: 'List runs, newest first' })
  @ApiOkResponse({ type: RunListDto })
  async listRuns(@Query() query: RunListQueryDto, @CurrentUser() user: SignedInUser): Promise<RunListDto> {
    const { exportId, connectionId, status, since, ...request } = query;
    const page = await this.history.findPage(request, {
      exportId: exportId ? new Types.ObjectId(exportId) : undefined,
      connectionId: connectionId ? new Types.ObjectId(connectionId) : undefined,
      statuses: status,
      since: since ? new Date(since) : undefined,
    });
    return toListDto(page, (records) => this.runs.views(records, user));
  }

  @Get(':id')
  @ApiOperation({ summary: 'One run' })
  @ApiOkResponse({ type: RunDto })
  async getRun(@Param('id', IdPipe) id: Types.ObjectId, @CurrentUser() user: SignedInUser): Promise<RunDto> {
    return this.runs.view(await this.runs.find(id), user);
  }

  @Post(':id/cancel')
  @HttpCode(202)
  @RequirePermission('export:run')
  @ApiOperation({
    summary: 'Cancel a run',
    description: 'A run that no worker holds ends at once; another ends within one batch.',
  })
  @ApiAcceptedResponse({ type: RunDto })
  @ApiProblem('The run has ended.', 'run-not-active')
  async cancelRun(
    @Param('id', IdPipe) id: Types.ObjectId,
    @CurrentUser() user: SignedInUser,
  ): Promise<RunDto> {
    return this.runs.view(await this.runs.cancel(id, user), user);
  }

  @Post(':id/retry')
  @HttpCode(202)
  @RequirePermission('export:run')
  @Idempotent()
  @ApiOperation({ summary: 'Send again only the rows that a run rejected' })
  @ApiAcceptedResponse({ type: RunDto, description: 'The new run.' })
  @ApiProblem(
    'A run is under way, the export is detached, or nothing was rejected.',
    'run-active',
    'export-detached',
    'nothing-to-retry',
    'idempotency-key-reused',
  )
  async retryRun(
    @Param('id', IdPipe) id: Types.ObjectId,
    @CurrentUser() user: SignedInUser,
  ): Promise<RunDto> {
    return this.runs.view(await this.runs.retry(id, user), user);
  }

  @Get(':id/removals')
  @RequirePermission('run:read-rejected')
  @ApiOperation({
    summary: 'What may be why a held run would take so many people off',
    description: 'Whom it would take off: `issues?kind=removal`, the first 1,000.',
  })
  @ApiOkResponse({ type: RemovalReviewDto })
  async reviewRemovals(
    @Param('id', IdPipe) id: Types.ObjectId,
    @CurrentUser() user: SignedInUser,
  ): Promise<RemovalReviewDto> {
    const run = await this.runs.find(id);
    await this.access.demandEdit(run, user);
    return this.removals.review(run);
  }

  @Post(':id/approve-removals')
  @HttpCode(202)
  @RequirePermission('run:approve-removals')
  @Idempotent()
  @ApiOperation({
    summary: 'Approve the removals of a held run: starts a run that makes exactly these',
    description:
      'Needs a person: API keys cannot approve. If the new run would take off anybody else, or somebody less, the ' +
      'approval is void: it takes off nobody and is held in turn.',
  })
  @ApiAcceptedResponse({ type: RunDto, description: 'The new run.' })
  @ApiProblem(
    'The run holds no removals, or others than those approved; they were decided already; a run is under way, or ' +
      'the export is detached.',
    'run-not-held',
    'removals-changed',
    'removals-decided',
    'run-active',
    'export-detached',
    'idempotency-key-reused',
  )
  async approveRemovals(
    @Param('id', IdPipe) id: Types.ObjectId,
    @Body() { digest }: ApproveRemovalsDto,
    @CurrentUser() user: SignedInUser,
  ): Promise<RunDto> {
    return this.runs.view(await this.removals.approve(await this.runs.find(id), digest, user), user);
  }

  @Post(':id/reject-removals')
  @HttpCode(200)
  @RequirePermission('run:approve-removals')
  @ApiOperation({
    summary: 'Reject the removals of a held run',
    description: 'Nobody is taken off. The next run counts anew.',
  })
  @ApiOkResponse({ type: RunDto })
  @ApiProblem('The run holds no removals, or they were decided already.', 'run-not-held', 'removals-decided')
  async rejectRemovals(
    @Param('id', IdPipe) id: Types.ObjectId,
    @CurrentUser() user: SignedInUser,
  ): Promise<RunDto> {
    return this.runs.view(await this.removals.reject(await this.runs.find(id), user), user);
  }

  @Get(':id/issues')
  @RequirePermission('run:read-rejected')
  @ApiOperation({ summary: 'Rows of a run that need attention' })
  @ApiOkResponse({ type: RunIssueListDto })
  async listRunIssues(
    @Param('id', IdPipe) id: Types.ObjectId,
    @Query() { kind, ...request }: RunIssueListQueryDto,
    @CurrentUser() user: SignedInUser,
  ): Promise<RunIssueListDto> {
    await this.access.demandEdit(await this.runs.find(id), user);
    const page = await this.history.findIssues(id, request, kind);
    return toListDto(page, (records) => records.map(toRunIssueDto));
  }

  @Get(':id/issues.csv')
  @RequirePermission('run:read-rejected')
  @ApiOperation({ summary: 'Rows of a run that need attention, as a CSV file' })
  @ApiProduces('text/csv')
  @ApiOkResponse({ description: 'The file.', schema: { type: 'string', format: 'binary' } })
  async downloadRunIssues(
    @Param('id', IdPipe) id: Types.ObjectId,
    @Query() { kind }: RunIssueCsvQueryDto,
    @CurrentUser() user: SignedInUser,
  ): Promise<StreamableFile> {
    const run = await this.runs.find(id);
    await this.access.demandEdit(run, user);
    return new StreamableFile(issuesCsv(this.history.streamIssues(id, kind)), {
      type: 'text/csv; charset=utf-8',
      disposition: `attachment; filename="run-${id.toHexString()}-issues.csv"`,
    });
  }

  @Get(':id/batches')
  @ApiOperation({ summary: 'What a run sent, request by request' })
  @ApiOkResponse({ type: RunBatchListDto })
  async listRunBatches(
    @Param('id', IdPipe) id: Types.ObjectId,
    @Query() request: RunBatchListQueryDto,
  ): Promise<RunBatchListDto> {
    await this.runs.find(id);
    const page = await this.history.findBatches(id, request);
    return toListDto(page, (records) => records.map(toRunBatchDto));
  }
}
