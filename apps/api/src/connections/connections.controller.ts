import { ConnectionRepository } from '@audience-relay/data';
import { Body, Controller, Delete, Get, HttpCode, Ip, Param, Patch, Post, Put, Query } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Types } from 'mongoose';
import { NotAudited } from '../access/not-audited.decorator';
import { CurrentUser, RequirePermission } from '../access/access.decorators';
import type { SignedInPerson, SignedInUser } from '../access/signed-in-user';
import { Throttled } from '../auth/throttle.guard';
import { Coalesced } from '../lists/coalesced.decorator';
import { ApiProblem } from '../problems/api-problem.decorator';
import { IdPipe } from '../problems/id.pipe';
import { ConnectionViews } from './connection-views';
import {
  ConnectionDto,
  ConnectionExportsDto,
  ConnectionListDto,
  ConsentTextDto,
  SecretKeysDto,
  TargetDto,
  TargetListDto,
  TestResultDto,
} from './connection.dto';
import { ConnectionsService } from './connections.service';
import { currentConsentText } from './consent-texts';
import {
  ConnectionQueryDto,
  ConsentTextQueryDto,
  CreateConnectionDto,
  CreateTargetDto,
  PasswordDto,
  TargetQueryDto,
  TestConnectionDto,
  UpdateConnectionDto,
} from './edit-connection.dto';
import { SecretKeysService } from './secret-keys.service';
import { toListDto } from '../lists/list.dto';

/** A destination is asked on every call, and keys could be tried out: per address. */
const askingPace = { limit: 60, ttl: 60_000 };

@ApiTags('connections')
@Controller('connections')
@RequirePermission('connection:manage')
export class ConnectionsController {
  constructor(
    private readonly service: ConnectionsService,
    private readonly connections: ConnectionRepository,
    private readonly views: ConnectionViews,
    private readonly secretKeys: SecretKeysService,
  ) {}

  @Get()
  @Coalesced()
  @RequirePermission('connection:use')
  @ApiOperation({
    summary: 'List connections',
    description: 'Contributors see name and destination of the shared ones.',
  })
  @ApiOkResponse({ type: ConnectionListDto })
  async listConnections(
    @Query() { destination, ...request }: ConnectionQueryDto,
    @CurrentUser() user: SignedInUser,
  ): Promise<ConnectionListDto> {
    const sharing = user.role === 'administrator' ? undefined : 'administrators-and-contributors';
    const page = await this.connections.findPage(request, { destination, sharing });
    return toListDto(page, (records) => this.views.many(records, user));
  }

  @Post()
  @Throttled(askingPace)
  @ApiOperation({
    summary: 'Make a connection',
    description: 'It is tested at once; `status` of the answer says whether it works.',
  })
  @ApiCreatedResponse({ type: ConnectionDto })
  @ApiProblem('The destination has a connection of this name.', 'name-taken')
  @ApiProblem('Too many wrong passwords for the export user.', 'account-locked')
  async createConnection(
    @Body() body: CreateConnectionDto,
    @CurrentUser() me: SignedInPerson,
    @Ip() address: string,
  ): Promise<ConnectionDto> {
    return this.views.one(await this.service.create(body, me, address), me);
  }

  @Get('consent-text')
  @ApiOperation({ summary: 'Read the text that is agreed to with a connection' })
  @ApiOkResponse({ type: ConsentTextDto })
  getConsentText(@Query() { lang }: ConsentTextQueryDto): ConsentTextDto {
    return { version: currentConsentText.version, text: currentConsentText.text[lang] };
  }

  @Get('secret-keys')
  @ApiOperation({ summary: 'See how far a rotation of the keys that encrypt credentials is' })
  @ApiOkResponse({ type: SecretKeysDto })
  getSecretKeys(): Promise<SecretKeysDto> {
    return this.secretKeys.look();
  }

  @Post('secret-keys/rotate')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Encrypt all credentials with the first key of SECRET_KEYS',
    description: 'Happens by itself whenever a connection is used; this does it for all at once.',
  })
  @ApiOkResponse({ type: SecretKeysDto })
  rotateSecretKeys(): Promise<SecretKeysDto> {
    return this.secretKeys.rotate();
  }

  @Post('test')
  @NotAudited()
  @HttpCode(200)
  @Throttled(askingPace)
  @ApiOperation({ summary: 'Test credentials before they are saved' })
  @ApiOkResponse({ type: TestResultDto })
  testCredentials(@Body() body: TestConnectionDto): Promise<TestResultDto> {
    return this.service.testFields(body);
  }

  @Get(':id')
  @RequirePermission('connection:use')
  @ApiOperation({ summary: 'Look at a connection' })
  @ApiOkResponse({ type: ConnectionDto })
  async getConnection(
    @Param('id', IdPipe) id: Types.ObjectId,
    @CurrentUser() me: SignedInUser,
  ): Promise<ConnectionDto> {
    return this.views.one(await this.service.get(id, me), me);
  }

  @Patch(':id')
  @Throttled(askingPace)
  @ApiOperation({
    summary: 'Change a connection',
    description:
      'Changed fields are tested at once. All exports on the connection use them from their next run.',
  })
  @ApiOkResponse({ type: ConnectionDto })
  @ApiProblem('Changed by someone else, or the name is taken.', 'version-conflict', 'name-taken')
  async updateConnection(
    @Param('id', IdPipe) id: Types.ObjectId,
    @Body() body: UpdateConnectionDto,
    @CurrentUser() me: SignedInUser,
  ): Promise<ConnectionDto> {
    return this.views.one(await this.service.update(id, body, me), me);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Remove a connection',
    description: 'Refused while exports use it: `exports` of the problem names them.',
  })
  @ApiNoContentResponse()
  @ApiProblem('Exports use it.', 'in-use')
  async removeConnection(
    @Param('id', IdPipe) id: Types.ObjectId,
    @CurrentUser() me: SignedInUser,
  ): Promise<void> {
    await this.service.remove(id, me);
  }

  @Post(':id/test')
  @NotAudited()
  @HttpCode(200)
  @Throttled(askingPace)
  @ApiOperation({ summary: 'Test a connection and keep the result as its state' })
  @ApiOkResponse({ type: TestResultDto })
  testConnection(@Param('id', IdPipe) id: Types.ObjectId): Promise<TestResultDto> {
    return this.service.testStored(id);
  }

  @Get(':id/targets')
  @RequirePermission('connection:use')
  @ApiOperation({ summary: 'List the lists (or audiences, folders) of the account' })
  @ApiOkResponse({ type: TargetListDto })
  @ApiProblem('The destination refused.', 'destination-rejected')
  @ApiProblem('The destination does not answer.', 'destination-unavailable')
  listTargets(
    @Param('id', IdPipe) id: Types.ObjectId,
    @Query() query: TargetQueryDto,
    @CurrentUser() me: SignedInUser,
  ): Promise<TargetListDto> {
    return this.service.targets(id, query, me);
  }

  @Post(':id/targets')
  @RequirePermission('connection:use')
  @ApiOperation({ summary: 'Make a list in the account' })
  @ApiCreatedResponse({ type: TargetDto })
  @ApiProblem('The destination refused.', 'destination-rejected')
  @ApiProblem('The destination does not answer.', 'destination-unavailable')
  createTarget(
    @Param('id', IdPipe) id: Types.ObjectId,
    @Body() { name }: CreateTargetDto,
    @CurrentUser() me: SignedInUser,
  ): Promise<TargetDto> {
    return this.service.createTarget(id, name, me);
  }

  @Put(':id/export-user')
  @Throttled()
  @ApiOperation({
    summary: 'Become the user under whom runs act',
    description: 'Confirmed by your own password.',
  })
  @ApiOkResponse({ type: ConnectionDto })
  @ApiProblem('Too many wrong passwords.', 'account-locked')
  @ApiProblem('Changed by someone else.', 'version-conflict')
  async setExportUser(
    @Param('id', IdPipe) id: Types.ObjectId,
    @Body() { password }: PasswordDto,
    @CurrentUser() me: SignedInPerson,
    @Ip() address: string,
  ): Promise<ConnectionDto> {
    return this.views.one(await this.service.setExportUser(id, password, me, address), me);
  }

  @Get(':id/exports')
  @ApiOperation({ summary: 'List the exports that use a connection' })
  @ApiOkResponse({ type: ConnectionExportsDto })
  async listConnectionExports(
    @Param('id', IdPipe) id: Types.ObjectId,
    @CurrentUser() me: SignedInUser,
  ): Promise<ConnectionExportsDto> {
    await this.service.get(id, me);
    return { items: await this.service.exportsOn(id) };
  }
}
