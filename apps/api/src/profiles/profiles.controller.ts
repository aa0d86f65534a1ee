import { ProfileEraser, ProfileFieldRepository, ProfileRepository } from '@audience-relay/data';
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequirePermission } from '../access/access.decorators';
import { Coalesced } from '../lists/coalesced.decorator';
import { notFound } from '../problems/problem.exception';
import { FieldChanges } from './field-changes';
import {
  ProfileDto,
  ProfileFieldDto,
  ProfileFieldListDto,
  ProfileListDto,
  ProfileQueryDto,
  toProfileDto,
  toProfileFieldDto,
  UpdateProfileFieldDto,
} from './profile.dto';
import { toListDto } from '../lists/list.dto';

@ApiTags('profiles')
@Controller('profiles')
@RequirePermission('profile:read')
export class ProfilesController {
  constructor(
    private readonly profiles: ProfileRepository,
    private readonly fields: ProfileFieldRepository,
    private readonly changes: FieldChanges,
    private readonly eraser: ProfileEraser,
  ) {}

  @Get()
  @Coalesced()
  @ApiOperation({ summary: 'List profiles, or find some by the beginning of id, e-mail address or name' })
  @ApiOkResponse({ type: ProfileListDto })
  async listProfiles(@Query() query: ProfileQueryDto): Promise<ProfileListDto> {
    const page = await this.profiles.findPage(query);
    return toListDto(page, (records) => records.map(toProfileDto));
  }

  @Get('fields')
  @ApiOperation({ summary: 'The fields that profiles have' })
  @ApiOkResponse({ type: ProfileFieldListDto })
  async listProfileFields(): Promise<ProfileFieldListDto> {
    return { items: (await this.fields.findAll()).map(toProfileFieldDto) };
  }

  @Patch('fields/:key')
  @RequirePermission('profile:import')
  @ApiOperation({ summary: 'Name a field, or say what it means' })
  @ApiOkResponse({ type: ProfileFieldDto })
  async updateProfileField(
    @Param('key') key: string,
    @Body() changes: UpdateProfileFieldDto,
  ): Promise<ProfileFieldDto> {
    return toProfileFieldDto(await this.changes.apply(key, changes));
  }

  @Get(':id')
  @ApiOperation({ summary: 'One profile' })
  @ApiOkResponse({ type: ProfileDto })
  async getProfile(@Param('id') id: string): Promise<ProfileDto> {
    const profile = await this.profiles.findById(id);
    if (!profile) throw notFound('This profile');
    return toProfileDto(profile);
  }

  @Delete(':id')
  @HttpCode(204)
  @RequirePermission('profile:erase')
  @ApiOperation({
    summary: 'Erase a person',
    description:
      'Removes the profile, what deliveries know of it, and its rows in lists of issues. Contacts that were ' +
      'delivered to a destination stay there, and an import that holds the person brings the profile back.',
  })
  @ApiNoContentResponse({ description: 'Erased.' })
  async eraseProfile(@Param('id') id: string): Promise<void> {
    if (!(await this.eraser.erase(id))) throw notFound('This profile');
  }
}
