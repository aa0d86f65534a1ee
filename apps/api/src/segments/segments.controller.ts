import { ProfileFieldRepository, SegmentMembersRepository, SegmentRepository } from '@audience-relay/data';
import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  StreamableFile,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
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
import { ProfileListDto, toProfileDto } from '../profiles/profile.dto';
import { membersCsv } from './members-csv';
import {
  CreateSegmentDto,
  PreviewSegmentDto,
  SegmentDto,
  SegmentHistoryDto,
  SegmentHistoryQueryDto,
  SegmentListDto,
  SegmentMemberQueryDto,
  SegmentPreviewDto,
  SegmentQueryDto,
  UpdateSegmentDto,
} from './segment.dto';
import { SegmentViews } from './segment-views';
import { SegmentsService } from './segments.service';
import { toListDto } from '../lists/list.dto';

@ApiTags('segments')
@Controller('segments')
@RequirePermission('segment:read')
export class SegmentsController {
  constructor(
    private readonly segments: SegmentsService,
    private readonly views: SegmentViews,
    private readonly records: SegmentRepository,
    private readonly members: SegmentMembersRepository,
    private readonly fields: ProfileFieldRepository,
  ) {}

  @Get()
  @Coalesced()
  @ApiOperation({ summary: 'List segments' })
  @ApiOkResponse({ type: SegmentListDto })
  async listSegments(@Query() query: SegmentQueryDto): Promise<SegmentListDto> {
    const page = await this.records.findPage(query);
    return toListDto(page, (records) => this.views.many(records));
  }

  @Post()
  @RequirePermission('segment:write')
  @ApiOperation({ summary: 'Make a segment', description: 'An active one is refreshed at once.' })
  @ApiCreatedResponse({ type: SegmentDto })
  @ApiProblem('The name is taken.', 'name-taken')
  async createSegment(
    @Body() segment: CreateSegmentDto,
    @CurrentUser() user: SignedInUser,
  ): Promise<SegmentDto> {
    return this.views.one(await this.segments.create(segment, user));
  }

  @Post('preview')
  @NotAudited()
  @HttpCode(200)
  @RequirePermission('profile:read')
  @ApiOperation({ summary: 'Try a rule: how many would be in, and some of them' })
  @ApiOkResponse({ type: SegmentPreviewDto })
  @ApiProblem('Try again after `Retry-After`.', 'previews-busy', 'rule-too-costly')
  previewSegment(@Body() preview: PreviewSegmentDto): Promise<SegmentPreviewDto> {
    return this.segments.preview(preview);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One segment' })
  @ApiOkResponse({ type: SegmentDto })
  async getSegment(@Param('id', IdPipe) id: Types.ObjectId): Promise<SegmentDto> {
    return this.views.one(await this.segments.find(id));
  }

  @Patch(':id')
  @RequirePermission('segment:write')
  @ApiOperation({
    summary: 'Change a segment',
    description: 'An active one whose rule changes, or that becomes active, is refreshed at once.',
  })
  @ApiOkResponse({ type: SegmentDto })
  @ApiProblem('Changed by someone else, or the name is taken.', 'version-conflict', 'name-taken')
  async updateSegment(
    @Param('id', IdPipe) id: Types.ObjectId,
    @Body() changes: UpdateSegmentDto,
    @CurrentUser() user: SignedInUser,
  ): Promise<SegmentDto> {
    return this.views.one(await this.segments.update(id, changes, user));
  }

  @Delete(':id')
  @HttpCode(204)
  @RequirePermission('segment:write')
  @ApiOperation({ summary: 'Remove a segment' })
  @ApiNoContentResponse({ description: 'Removed.' })
  @ApiProblem('Exports use it; they are named in `exports`.', 'in-use')
  async removeSegment(@Param('id', IdPipe) id: Types.ObjectId): Promise<void> {
    await this.segments.remove(id);
  }

  @Post(':id/refresh')
  @HttpCode(202)
  @RequirePermission('segment:write')
  @Idempotent()
  @ApiOperation({
    summary: 'Refresh a segment now',
    description: 'One that is under way is repeated when it has ended.',
  })
  @ApiAcceptedResponse({ type: SegmentDto })
  async refreshSegment(@Param('id', IdPipe) id: Types.ObjectId): Promise<SegmentDto> {
    return this.views.one(await this.segments.refresh(id));
  }

  @Post(':id/duplicate')
  @RequirePermission('segment:write')
  @ApiOperation({
    summary: 'Copy a segment',
    description: 'The copy is inactive, or a draft like its original.',
  })
  @ApiCreatedResponse({ type: SegmentDto })
  async duplicateSegment(
    @Param('id', IdPipe) id: Types.ObjectId,
    @CurrentUser() user: SignedInUser,
  ): Promise<SegmentDto> {
    return this.views.one(await this.segments.duplicate(id, user));
  }

  @Get(':id/members')
  @RequirePermission('profile:read')
  @ApiOperation({ summary: 'Members as the last refresh found them, in the order of their ids' })
  @ApiOkResponse({ type: ProfileListDto })
  async listSegmentMembers(
    @Param('id', IdPipe) id: Types.ObjectId,
    @Query() query: SegmentMemberQueryDto,
  ): Promise<ProfileListDto> {
    await this.segments.find(id);
    const page = await this.members.findPage(id, query);
    return toListDto(page, (records) => records.map(toProfileDto));
  }

  @Get(':id/members.csv')
  @RequirePermission('profile:read')
  @ApiOperation({ summary: 'All members, as a CSV file' })
  @ApiProduces('text/csv')
  @ApiOkResponse({ description: 'The file.', schema: { type: 'string', format: 'binary' } })
  async downloadSegmentMembers(@Param('id', IdPipe) id: Types.ObjectId): Promise<StreamableFile> {
    await this.segments.find(id);
    return new StreamableFile(membersCsv(this.members.stream(id), await this.fields.findAll()), {
      type: 'text/csv; charset=utf-8',
      disposition: `attachment; filename="segment-${id.toHexString()}-members.csv"`,
    });
  }

  @Get(':id/history')
  @ApiOperation({ summary: 'How many members refreshes found' })
  @ApiOkResponse({ type: SegmentHistoryDto })
  async listSegmentHistory(
    @Param('id', IdPipe) id: Types.ObjectId,
    @Query() { limit }: SegmentHistoryQueryDto,
  ): Promise<SegmentHistoryDto> {
    await this.segments.find(id);
    const history = await this.records.findHistory(id, limit);
    return {
      items: history.map(({ at, count, joined, left }) => ({ at: at.toISOString(), count, joined, left })),
    };
  }
}
