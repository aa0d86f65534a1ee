import { type ImportRecord, ImportRepository } from '@audience-relay/data';
import { type ImportFormat, UnreadableFileError } from '@audience-relay/intake';
import { Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Request } from 'express';
import type { Types } from 'mongoose';
import { NotAudited } from '../access/not-audited.decorator';
import { CurrentUser, RequirePermission } from '../access/access.decorators';
import type { SignedInUser } from '../access/signed-in-user';
import { ApiProblem } from '../problems/api-problem.decorator';
import { IdPipe } from '../problems/id.pipe';
import { notFound, ProblemException } from '../problems/problem.exception';
import { UserNames } from '../users/user-names';
import {
  ImportDto,
  ImportListDto,
  ImportListQueryDto,
  ImportPreviewDto,
  ImportQueryDto,
  PreviewImportQueryDto,
  toImportDto,
  toImportSettings,
  toImportSummaryDto,
} from './import.dto';
import { type FileSettings, ImportService } from './import.service';
import { toListDto } from '../lists/list.dto';

const bodyTypes = ['text/csv', 'application/x-ndjson', 'application/gzip'];
const file = { schema: { type: 'string', format: 'binary' } };

@ApiTags('imports')
@Controller('profiles/imports')
@RequirePermission('profile:read')
export class ImportsController {
  constructor(
    private readonly service: ImportService,
    private readonly imports: ImportRepository,
    private readonly users: UserNames,
  ) {}

  @Post()
  @RequirePermission('profile:import')
  @ApiOperation({
    summary: 'Import a file of profiles',
    description:
      'The body is the file itself, CSV with a header row or one JSON object a line, as it is or gzip. It is read ' +
      'while it arrives; the answer comes when all of it is in. The same file again changes nothing.',
  })
  @ApiConsumes(...bodyTypes)
  @ApiBody(file)
  @ApiCreatedResponse({ type: ImportDto, description: 'How it went: look at `status`.' })
  @ApiProblem('The body is not a file.', 'unsupported-media-type')
  async startImport(
    @Query() query: ImportQueryDto,
    @Req() request: Request,
    @CurrentUser() user: SignedInUser,
  ): Promise<ImportDto> {
    const { name, ...options } = query;
    return this.dto(
      await reading(request, () =>
        this.service.run(request, fileSettings(request, options), name ?? null, user.id),
      ),
    );
  }

  @Post('preview')
  @NotAudited()
  @HttpCode(200)
  @RequirePermission('profile:import')
  @ApiOperation({
    summary: 'Say what an import would make of a file',
    description: 'The body is the first part of the file, up to 1 MB of it. Nothing is written.',
  })
  @ApiConsumes(...bodyTypes)
  @ApiBody(file)
  @ApiOkResponse({ type: ImportPreviewDto })
  @ApiProblem('The body is not a file.', 'unsupported-media-type')
  previewImport(@Query() query: PreviewImportQueryDto, @Req() request: Request): Promise<ImportPreviewDto> {
    return reading(request, () => this.service.preview(request, fileSettings(request, query)));
  }

  @Get()
  @ApiOperation({ summary: 'List imports, newest first' })
  @ApiOkResponse({ type: ImportListDto })
  async listImports(@Query() query: ImportListQueryDto): Promise<ImportListDto> {
    const page = await this.imports.findPage(query);
    return toListDto(page, async (records) => {
      const users = await this.users.of(records.map(({ startedBy }) => startedBy));
      return records.map((record) => toImportSummaryDto(record, users.get(String(record.startedBy)) ?? null));
    });
  }

  @Get(':id')
  @ApiOperation({ summary: 'One import, with the rows that need attention' })
  @ApiOkResponse({ type: ImportDto })
  async getImport(@Param('id', IdPipe) id: Types.ObjectId): Promise<ImportDto> {
    const record = await this.imports.findById(id);
    if (!record) throw notFound('This import');
    return this.dto(record);
  }

  private async dto(record: ImportRecord): Promise<ImportDto> {
    const users = await this.users.of([record.startedBy]);
    return toImportDto(record, users.get(String(record.startedBy)) ?? null);
  }
}

/** @throws ProblemException when the body was taken for something else, or is packed in a way that is not known. */
function fileSettings(request: Request, query: PreviewImportQueryDto): FileSettings {
  const encoding = request.header('Content-Encoding') ?? 'identity';
  if (request.is('json') || !['identity', 'gzip'].includes(encoding)) {
    throw new ProblemException(
      'unsupported-media-type',
      'Send the file itself: text/csv or application/x-ndjson, as it is or with Content-Encoding: gzip.',
    );
  }
  const told: ImportFormat = /ndjson|jsonl|json-seq/.test(request.header('Content-Type') ?? '')
    ? 'ndjson'
    : 'csv';
  return { ...toImportSettings(query), format: query.format ?? told };
}

/** A file that cannot be begun with is the sender's to mend. What is left of it is taken and thrown away. */
async function reading<Result>(request: Request, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    throw new ProblemException('validation-failed', error.message, {
      errors: [{ path: 'body', message: error.message }],
      extra: { reason: error.code },
    });
  } finally {
    request.resume();
  }
}
