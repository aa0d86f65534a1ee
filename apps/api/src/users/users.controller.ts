import { UserRepository } from '@audience-relay/data';
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
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
import { ApiProblem } from '../problems/api-problem.decorator';
import { IdPipe } from '../problems/id.pipe';
import { CreateUserDto, UpdateUserDto, UserQueryDto } from './edit-user.dto';
import { toUserDto, UserDto, UserListDto } from './user.dto';
import { UsersService } from './users.service';
import { toListDto } from '../lists/list.dto';

@ApiTags('users')
@Controller('users')
@RequirePermission('user:manage')
export class UsersController {
  constructor(
    private readonly service: UsersService,
    private readonly users: UserRepository,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List users' })
  @ApiOkResponse({ type: UserListDto })
  async listUsers(@Query() query: UserQueryDto): Promise<UserListDto> {
    const page = await this.users.findPage(query);
    return toListDto(page, (records) => records.map(toUserDto));
  }

  @Post()
  @ApiOperation({ summary: 'Make a user' })
  @ApiCreatedResponse({ type: UserDto })
  @ApiProblem('The e-mail address already has an account.', 'name-taken')
  async createUser(@Body() body: CreateUserDto, @CurrentUser() me: SignedInUser): Promise<UserDto> {
    return toUserDto(await this.service.create(body, me.id));
  }

  @Get(':id')
  @ApiOperation({ summary: 'Look at a user' })
  @ApiOkResponse({ type: UserDto })
  async getUser(@Param('id', IdPipe) id: Types.ObjectId): Promise<UserDto> {
    return toUserDto(await this.service.get(id));
  }

  @Patch(':id')
  @ApiOperation({
    summary: 'Change a user',
    description: 'A new password, and disabling, end all sign-ins of the user.',
  })
  @ApiOkResponse({ type: UserDto })
  @ApiProblem('Changed by someone else, or the last administrator.', 'version-conflict', 'last-administrator')
  async updateUser(
    @Param('id', IdPipe) id: Types.ObjectId,
    @Body() body: UpdateUserDto,
    @CurrentUser() me: SignedInUser,
  ): Promise<UserDto> {
    return toUserDto(await this.service.update(id, body, me.id));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove a user' })
  @ApiNoContentResponse()
  @ApiProblem('The last administrator stays.', 'last-administrator', 'version-conflict')
  async removeUser(@Param('id', IdPipe) id: Types.ObjectId, @CurrentUser() me: SignedInUser): Promise<void> {
    await this.service.remove(id, me.id);
  }
}
