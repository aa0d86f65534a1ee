import { ApiKeyRepository } from '@audience-relay/data';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Types } from 'mongoose';
import { CurrentUser, RequirePermission } from '../access/access.decorators';
import type { SignedInUser } from '../access/signed-in-user';
import { IdPipe } from '../problems/id.pipe';
import { UserNames } from '../users/user-names';
import { ApiKeyListDto, ApiKeyQueryDto, CreateApiKeyDto, NewApiKeyDto, toApiKeyDto } from './api-key.dto';
import { ApiKeysService } from './api-keys.service';
import { toListDto } from '../lists/list.dto';

@ApiTags('api-keys')
@Controller('api-keys')
@RequirePermission('api-key:manage')
export class ApiKeysController {
  constructor(
    private readonly service: ApiKeysService,
    private readonly apiKeys: ApiKeyRepository,
    private readonly userNames: UserNames,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List API keys, revoked ones too' })
  @ApiOkResponse({ type: ApiKeyListDto })
  async listApiKeys(@Query() query: ApiKeyQueryDto): Promise<ApiKeyListDto> {
    const page = await this.apiKeys.findPage(query);
    return toListDto(page, async (records) => {
      const names = await this.userNames.of(records.map(({ createdBy }) => createdBy));
      return records.map((record) => toApiKeyDto(record, names));
    });
  }

  @Post()
  @ApiOperation({
    summary: 'Make an API key',
    description: 'For scripts: a key needs no sign-in and acts under its own name.',
  })
  @ApiCreatedResponse({ type: NewApiKeyDto })
  async createApiKey(@Body() body: CreateApiKeyDto, @CurrentUser() me: SignedInUser): Promise<NewApiKeyDto> {
    const { record, key } = await this.service.create(body, me.id);
    return { ...toApiKeyDto(record, await this.userNames.of([me.id])), key };
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Revoke an API key',
    description:
      'It opens nothing from the next request on. It stays in the list, for the name of what it did.',
  })
  @ApiNoContentResponse()
  async revokeApiKey(
    @Param('id', IdPipe) id: Types.ObjectId,
    @CurrentUser() me: SignedInUser,
  ): Promise<void> {
    await this.service.revoke(id, me.id);
  }
}
