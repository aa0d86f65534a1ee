import type { SessionRecord } from '@audience-relay/data';
import type { Types } from 'mongoose';
import {
  maxPasswordLength,
  minPasswordLength,
  type Permission,
  permissions,
} from '@audience-relay/contracts';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsNotEmpty, IsString, MaxLength } from 'class-validator';
import { UserDto } from '../users/user.dto';
import { Optional } from '../validation/field.decorators';

const tokenDeliveries = ['cookie', 'body'] as const;

export class LoginDto {
  @ApiProperty({ description: 'The e-mail address of the account.', maxLength: 254 })
  @IsString()
  @IsNotEmpty()
  @MaxLength(254)
  email!: string;

  @ApiProperty({ description: 'The password.', maxLength: maxPasswordLength, format: 'password' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(maxPasswordLength)
  password!: string;

  @ApiProperty({
    description: 'Where the refresh token goes: into a cookie (browsers) or into the answer (scripts).',
    enum: tokenDeliveries,
    default: 'cookie',
    required: false,
  })
  @IsIn(tokenDeliveries)
  @Optional()
  tokenDelivery?: (typeof tokenDeliveries)[number];
}

export class RefreshTokenDto {
  @ApiProperty({ description: 'For scripts; browsers send the cookie.', required: false })
  @IsString()
  @MaxLength(200)
  @Optional()
  refreshToken?: string;
}

export class ChangePasswordDto {
  @ApiProperty({ description: 'The password until now.', format: 'password' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(maxPasswordLength)
  currentPassword!: string;

  @ApiProperty({ description: `At least ${minPasswordLength} characters.`, format: 'password' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(maxPasswordLength)
  newPassword!: string;
}

export class TokensDto {
  @ApiProperty({ description: 'Goes into `Authorization: Bearer ...`.' })
  accessToken!: string;

  @ApiProperty({ description: 'For how long it is good, in seconds.' })
  expiresIn!: number;

  @ApiProperty({
    description: 'Good for one refresh. Only when it was asked for in the body.',
    required: false,
  })
  refreshToken?: string;

  @ApiProperty({ description: 'Who has signed in.' })
  user!: UserDto;
}

export class MeDto {
  @ApiProperty({ description: 'Who is signed in.' })
  user!: UserDto;

  @ApiProperty({
    description: 'What the role may do.',
    enum: Object.keys(permissions),
    enumName: 'Permission',
    isArray: true,
  })
  permissions!: Permission[];
}

export class SessionDto {
  @ApiProperty({ description: 'The id.' })
  id!: string;

  @ApiProperty({
    description: 'What the browser or script called itself when it signed in.',
    type: String,
    nullable: true,
  })
  userAgent!: string | null;

  @ApiProperty({ description: 'When it signed in.', format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ description: 'When it last got a new access token.', format: 'date-time' })
  lastUsedAt!: string;

  @ApiProperty({ description: 'When it ends unless it is used before.', format: 'date-time' })
  expiresAt!: string;

  @ApiProperty({ description: 'The sign-in that asks.' })
  current!: boolean;
}

export class SessionListDto {
  @ApiProperty({ description: 'All of them.', type: [SessionDto] })
  items!: SessionDto[];
}

export function toSessionDto(
  { _id, userAgent, createdAt, rotatedAt, expiresAt }: SessionRecord,
  current: Types.ObjectId,
): SessionDto {
  return {
    id: String(_id),
    userAgent: userAgent ?? null,
    createdAt: createdAt.toISOString(),
    lastUsedAt: rotatedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    current: _id.equals(current),
  };
}
