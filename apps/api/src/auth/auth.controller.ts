import { permissionsOf } from '@audience-relay/contracts';
import { UserRepository } from '@audience-relay/data';
import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Ip,
  Param,
  Post,
  Put,
  Req,
  Res,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import type { Types } from 'mongoose';
import { NotAudited } from '../access/not-audited.decorator';
import { ApiProblem } from '../problems/api-problem.decorator';
import { IdPipe } from '../problems/id.pipe';
import { ProblemException } from '../problems/problem.exception';
import { toUserDto } from '../users/user.dto';
import { CurrentUser, Public, SignedIn } from '../access/access.decorators';
import {
  ChangePasswordDto,
  LoginDto,
  MeDto,
  RefreshTokenDto,
  SessionListDto,
  TokensDto,
  toSessionDto,
} from './auth.dto';
import { AuthService, type IssuedTokens } from './auth.service';
import { clearRefreshCookie, readRefreshCookie, setRefreshCookie } from './refresh-cookie';
import type { SignedInPerson } from '../access/signed-in-user';
import { Throttled } from './throttle.guard';

@ApiTags('auth')
@Controller('auth')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly users: UserRepository,
  ) {}

  @Post('login')
  @Public()
  @Throttled()
  @ApiOperation({ summary: 'Sign in with an e-mail address and a password' })
  @ApiCreatedResponse({ type: TokensDto })
  @ApiProblem('Wrong address or password.', 'invalid-credentials')
  @ApiProblem('Too many wrong passwords for this account from this address.', 'account-locked')
  @ApiProblem('Too many tries from this address.', 'too-many-requests')
  async login(
    @Body() { email, password, tokenDelivery }: LoginDto,
    @Ip() address: string,
    @Headers('user-agent') userAgent: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<TokensDto> {
    const issued = await this.auth.signIn(email, password, address, userAgent?.slice(0, 200) ?? null);
    return this.hand(issued, response, tokenDelivery === 'body');
  }

  @Post('refresh')
  @NotAudited()
  @Public()
  @HttpCode(200)
  @Throttled({ limit: 120, ttl: 60_000 })
  @ApiOperation({
    summary: 'Get a new access token',
    description: 'By the cookie (with the header `X-Requested-With`) or by the refresh token in the body.',
  })
  @ApiOkResponse({ type: TokensDto })
  @ApiProblem('The sign-in has ended.', 'refresh-token-invalid')
  @ApiProblem('The header X-Requested-With is missing.', 'forbidden')
  @ApiProblem('Too many tries from this address.', 'too-many-requests')
  async refresh(
    @Body() body: RefreshTokenDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<TokensDto> {
    const inBody = body?.refreshToken !== undefined;
    const token = inBody ? body.refreshToken : readRefreshCookie(request);
    if (token === undefined)
      throw new ProblemException('refresh-token-invalid', 'You are not signed in. Sign in.');
    try {
      return this.hand(await this.auth.refresh(token, !inBody), response, inBody);
    } catch (error) {
      if (!inBody && error instanceof ProblemException && error.code === 'refresh-token-invalid')
        clearRefreshCookie(response);
      throw error;
    }
  }

  @Post('logout')
  @Public()
  @HttpCode(204)
  @ApiOperation({ summary: 'Sign out: the refresh token and all that came of the same sign-in end' })
  @ApiNoContentResponse()
  @ApiProblem('The header X-Requested-With is missing.', 'forbidden')
  async logout(
    @Body() body: RefreshTokenDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    const token = body?.refreshToken ?? readRefreshCookie(request);
    if (token !== undefined) await this.auth.signOut(token);
    clearRefreshCookie(response);
  }

  @Get('me')
  @SignedIn()
  @ApiOperation({ summary: 'Who am I, and what may I do' })
  @ApiOkResponse({ type: MeDto })
  async getMe(@CurrentUser() { id }: SignedInPerson): Promise<MeDto> {
    const user = await this.users.findById(id);
    if (!user) throw new ProblemException('unauthenticated', 'This account does not exist any more.');
    return { user: toUserDto(user), permissions: permissionsOf(user.role) };
  }

  @Get('sessions')
  @SignedIn()
  @ApiOperation({ summary: 'List my sign-ins that still last, the one used last first' })
  @ApiOkResponse({ type: SessionListDto })
  async listSessions(@CurrentUser() { id, sessionId }: SignedInPerson): Promise<SessionListDto> {
    const sessions = await this.auth.sessionsOf(id);
    return { items: sessions.map((session) => toSessionDto(session, sessionId)) };
  }

  @Delete('sessions')
  @SignedIn()
  @HttpCode(204)
  @ApiOperation({ summary: 'End all my sign-ins, this one among them' })
  @ApiNoContentResponse()
  async endSessions(@CurrentUser() user: SignedInPerson): Promise<void> {
    await this.auth.endSessions(user);
  }

  @Delete('sessions/:id')
  @SignedIn()
  @HttpCode(204)
  @ApiOperation({
    summary: 'End one of my sign-ins',
    description: 'Its access token ends with it: at once in this process, within five seconds in all.',
  })
  @ApiNoContentResponse()
  async endSession(
    @Param('id', IdPipe) id: Types.ObjectId,
    @CurrentUser() user: SignedInPerson,
  ): Promise<void> {
    await this.auth.endSession(id, user);
  }

  @Put('password')
  @SignedIn()
  @HttpCode(204)
  @Throttled()
  @ApiOperation({ summary: 'Change my password', description: 'All my other sign-ins end.' })
  @ApiNoContentResponse()
  @ApiProblem('Too many wrong passwords.', 'account-locked')
  async changePassword(
    @Body() { currentPassword, newPassword }: ChangePasswordDto,
    @CurrentUser() user: SignedInPerson,
    @Ip() address: string,
  ): Promise<void> {
    await this.auth.changePassword(user, currentPassword, newPassword, address);
  }

  private hand(issued: IssuedTokens, response: Response, inBody: boolean): TokensDto {
    const { accessToken, expiresIn, refresh, user } = issued;
    if (refresh && !inBody) setRefreshCookie(response, refresh.token, refresh.expiresAt);
    return {
      accessToken,
      expiresIn,
      ...(refresh && inBody && { refreshToken: refresh.token }),
      user: toUserDto(user),
    };
  }
}
