import { RunHistoryRepository } from '@audience-relay/data';
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { Types } from 'mongoose';
import { NotAudited } from '../access/not-audited.decorator';
import { CurrentUser, RequirePermission } from '../access/access.decorators';
import type { SignedInUser } from '../access/signed-in-user';
import { Idempotent } from '../idempotency/idempotent.decorator';
import { Coalesced } from '../lists/coalesced.decorator';
import { ApiProblem } from '../problems/api-problem.decorator';
import { IdPipe } from '../problems/id.pipe';
import { ExportRunListQueryDto, RunDto, RunListDto, StartRunDto } from '../runs/run.dto';
import { RunsService } from '../runs/runs.service';
import { ExportAccess } from '../export-access/export-access';
import { ExportOverview } from './export-overview';
import { ExportOverviewDto, ExportOverviewQueryDto } from './export-overview.dto';
import { ExportPreviewService } from './export-preview';
import { ExportViews } from './export-views';
import {
  AttachExportDto,
  BulkScheduleDto,
  BulkScheduleResultDto,
  CreateExportDto,
  DuplicateExportDto,
  ExportDto,
  ExportListDto,
  ExportListQueryDto,
  ExportPreviewDto,
  ExportTotalsDto,
  RunAllDto,
  TotalsQueryDto,
  UpdateExportDto,
  VersionDto,
} from './export.dto';
import { ExportSchedulesService } from './export-schedules';
import { ExportsService } from './exports.service';
import { toListDto } from '../lists/list.dto';

@ApiTags('exports')
@Controller('exports')
@RequirePermission('export:read')
export class ExportsController {
  constructor(
    private readonly exports: ExportsService,
    private readonly schedules: ExportSchedulesService,
    private readonly access: ExportAccess,
    private readonly views: ExportViews,
    private readonly overview: ExportOverview,
    private readonly previews: ExportPreviewService,
    private readonly runs: RunsService,
    private readonly history: RunHistoryRepository,
  ) {}

  @Get()
  @Coalesced()
  @ApiOperation({
    summary: 'List exports',
    description: 'The search looks in names of exports and connections, and in names of destinations.',
  })
  @ApiOkResponse({ type: ExportListDto })
  async listExports(
    @Query() query: ExportListQueryDto,
    @CurrentUser() user: SignedInUser,
  ): Promise<ExportListDto> {
    const page = await this.exports.list(query);
    return toListDto(page, (records) => this.views.many(records, user));
  }

  @Post()
  @RequirePermission('export:write')
  @Idempotent()
  @ApiOperation({ summary: 'Create an export', description: 'Saving runs nothing.' })
  @ApiCreatedResponse({ type: ExportDto })
  async createExport(@Body() input: CreateExportDto, @CurrentUser() user: SignedInUser): Promise<ExportDto> {
    const created = await this.exports.create(input, user);
    return this.views.one(created, user, await this.exports.warningsOf(created, user));
  }

  @Post('totals')
  @NotAudited()
  @HttpCode(200)
  @ApiOperation({ summary: 'Count the members of segments, each alone and all together' })
  @ApiProblem('The export or a segment does not exist.', 'not-found')
  @ApiOkResponse({ type: ExportTotalsDto })
  @ApiProblem('Try again after `Retry-After`.', 'previews-busy', 'rule-too-costly')
  countExportTotals(
    @Body() input: TotalsQueryDto,
    @CurrentUser() user: SignedInUser,
  ): Promise<ExportTotalsDto> {
    return this.exports.totalsFor(input, user);
  }

  @Post('preview')
  @NotAudited()
  @HttpCode(200)
  @RequirePermission('export:write')
  @ApiOperation({
    summary: 'Dry run of an export that is not saved',
    description: 'The exact request that a run would make for up to five members. Sends nothing.',
  })
  @ApiOkResponse({ type: ExportPreviewDto })
  @ApiProblem('Try again after `Retry-After`.', 'previews-busy', 'rule-too-costly')
  @ApiProblem('The destination refused the credentials or the settings.', 'destination-rejected')
  @ApiProblem('The destination does not answer.', 'destination-unavailable')
  async previewNewExport(
    @Body() input: CreateExportDto,
    @CurrentUser() user: SignedInUser,
  ): Promise<ExportPreviewDto> {
    const definition = await this.exports.definitionOf(input, user);
    const [preview, totals] = await Promise.all([
      this.previews.preview(definition),
      this.exports.totalsOf(definition),
    ]);
    return toPreviewDto(preview, totals);
  }

  @Post('run-all')
  @HttpCode(202)
  @RequirePermission('export:run')
  @Idempotent()
  @ApiOperation({ summary: 'Run every export whose schedule is active and that you may run' })
  @ApiAcceptedResponse({ type: RunAllDto })
  runAllExports(@CurrentUser() user: SignedInUser): Promise<RunAllDto> {
    return this.runs.startAll(user);
  }

  @Post('schedules')
  @HttpCode(200)
  @RequirePermission('export:write')
  @ApiOperation({
    summary: 'Set the schedules of several exports',
    description: 'Either switches individual schedules on or off, or defines one for all.',
  })
  @ApiOkResponse({ type: BulkScheduleResultDto })
  async setExportSchedules(
    @Body() input: BulkScheduleDto,
    @CurrentUser() user: SignedInUser,
  ): Promise<BulkScheduleResultDto> {
    const { updated, skipped } = await this.schedules.setAll(input, user);
    return { updated: await this.views.many(updated, user), skipped };
  }

  @Get('overview')
  @Coalesced()
  @ApiOperation({
    summary: 'How all exports fare',
    description: 'What needs attention, and what was delivered by day and destination.',
  })
  @ApiOkResponse({ type: ExportOverviewDto })
  getExportOverview(
    @Query() query: ExportOverviewQueryDto,
    @CurrentUser() { role }: SignedInUser,
  ): Promise<ExportOverviewDto> {
    return this.overview.read(query, role, new Date());
  }

  @Get(':id')
  @ApiOperation({ summary: 'One export' })
  @ApiOkResponse({ type: ExportDto })
  async getExport(
    @Param('id', IdPipe) id: Types.ObjectId,
    @CurrentUser() user: SignedInUser,
  ): Promise<ExportDto> {
    const found = await this.access.find(id);
    return this.views.one(found, user, await this.exports.warningsOf(found, user));
  }

  @Patch(':id')
  @RequirePermission('export:write')
  @ApiOperation({
    summary: 'Change an export',
    description: 'A run under way goes on with what it was started with.',
  })
  @ApiOkResponse({ type: ExportDto })
  @ApiProblem('Someone else changed it in the meantime.', 'version-conflict')
  async updateExport(
    @Param('id', IdPipe) id: Types.ObjectId,
    @Body() input: UpdateExportDto,
    @CurrentUser() user: SignedInUser,
  ): Promise<ExportDto> {
    const updated = await this.exports.update(id, input, user);
    return this.views.one(updated, user, await this.exports.warningsOf(updated, user));
  }

  @Delete(':id')
  @HttpCode(204)
  @RequirePermission('export:write')
  @ApiOperation({
    summary: 'Remove an export with its runs and its ledger',
    description: 'What was delivered stays at the destination.',
  })
  @ApiNoContentResponse()
  @ApiProblem('A run is under way.', 'run-active')
  async removeExport(
    @Param('id', IdPipe) id: Types.ObjectId,
    @CurrentUser() user: SignedInUser,
  ): Promise<void> {
    await this.exports.remove(id, user);
  }

  @Post(':id/preview')
  @NotAudited()
  @HttpCode(200)
  @RequirePermission('export:write')
  @ApiOperation({
    summary: 'Dry run',
    description: 'The exact request that a run would make for up to five members. Sends nothing.',
  })
  @ApiOkResponse({ type: ExportPreviewDto })
  @ApiProblem('Try again after `Retry-After`.', 'previews-busy', 'rule-too-costly')
  @ApiProblem('Detached from its connection.', 'export-detached')
  @ApiProblem('The destination refused the credentials or the settings.', 'destination-rejected')
  @ApiProblem('The destination does not answer.', 'destination-unavailable')
  async previewExport(
    @Param('id', IdPipe) id: Types.ObjectId,
    @CurrentUser() user: SignedInUser,
  ): Promise<ExportPreviewDto> {
    const found = await this.access.findEditable(id, user);
    const [preview, totals] = await Promise.all([this.previews.preview(found), this.exports.totalsOf(found)]);
    return toPreviewDto(preview, totals);
  }

  @Get(':id/runs')
  @Coalesced()
  @ApiOperation({ summary: 'Runs of an export, newest first' })
  @ApiOkResponse({ type: RunListDto })
  async listExportRuns(
    @Param('id', IdPipe) id: Types.ObjectId,
    @Query() query: ExportRunListQueryDto,
    @CurrentUser() user: SignedInUser,
  ): Promise<RunListDto> {
    await this.access.find(id);
    const page = await this.history.findPage(query, { exportId: id });
    return toListDto(page, (records) => this.runs.views(records, user));
  }

  @Post(':id/runs')
  @HttpCode(202)
  @RequirePermission('export:run')
  @Idempotent()
  @ApiOperation({ summary: 'Run an export now' })
  @ApiAcceptedResponse({ type: RunDto })
  @ApiProblem(
    'A run is under way (`activeRunId` names it), or the export is detached.',
    'run-active',
    'export-detached',
    'idempotency-key-reused',
  )
  async startRun(
    @Param('id', IdPipe) id: Types.ObjectId,
    @Body() input: StartRunDto,
    @CurrentUser() user: SignedInUser,
  ): Promise<RunDto> {
    return this.runs.view(await this.runs.start(id, user, input?.scope), user);
  }

  @Post(':id/duplicate')
  @RequirePermission('export:write')
  @Idempotent()
  @ApiOperation({ summary: 'Make a copy', description: 'Its schedule is off until somebody switches it on.' })
  @ApiCreatedResponse({ type: ExportDto })
  async duplicateExport(
    @Param('id', IdPipe) id: Types.ObjectId,
    @Body() input: DuplicateExportDto,
    @CurrentUser() user: SignedInUser,
  ): Promise<ExportDto> {
    return this.views.one(await this.exports.duplicate(id, input?.name, user), user);
  }

  @Post(':id/detach')
  @HttpCode(200)
  @RequirePermission('connection:manage')
  @ApiOperation({
    summary: 'Take an export off its connection',
    description: 'Everything is kept; nothing runs until it is attached again.',
  })
  @ApiOkResponse({ type: ExportDto })
  @ApiProblem('Someone else changed it in the meantime.', 'version-conflict')
  async detachExport(
    @Param('id', IdPipe) id: Types.ObjectId,
    @Body() { version }: VersionDto,
    @CurrentUser() user: SignedInUser,
  ): Promise<ExportDto> {
    return this.views.one(await this.exports.detach(id, version, user), user);
  }

  @Post(':id/attach')
  @HttpCode(200)
  @RequirePermission('connection:manage')
  @ApiOperation({ summary: 'Put an export on a connection to the same destination' })
  @ApiOkResponse({ type: ExportDto })
  @ApiProblem('Someone else changed it in the meantime.', 'version-conflict')
  async attachExport(
    @Param('id', IdPipe) id: Types.ObjectId,
    @Body() input: AttachExportDto,
    @CurrentUser() user: SignedInUser,
  ): Promise<ExportDto> {
    return this.views.one(await this.exports.attach(id, input, user), user);
  }
}

function toPreviewDto(
  { request, rows }: Awaited<ReturnType<ExportPreviewService['preview']>>,
  totals: ExportTotalsDto,
): ExportPreviewDto {
  return {
    request: request && { ...request, headers: { ...request.headers } },
    rows: rows.map(({ profileId, identity, skipped, warnings }) => ({
      profileId,
      identity,
      skipped: skipped && { code: skipped.code, message: skipped.message },
      warnings: warnings.map(({ code, message }) => ({ code, message })),
    })),
    totals,
  };
}
