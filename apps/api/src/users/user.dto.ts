import { type Role, roles } from '@audience-relay/contracts';
import type { UserRecord } from '@audience-relay/data';
import { ApiProperty } from '@nestjs/swagger';
import { listOf } from '../lists/list.dto';

/** Someone, where only the name matters. */
export class UserRefDto {
  @ApiProperty({ description: "The user's id." })
  id!: string;

  @ApiProperty({ description: 'The name now. Of a removed user: `Removed user`.' })
  name!: string;
}

export class UserDto {
  @ApiProperty({ description: 'The id.' })
  id!: string;

  @ApiProperty({ description: 'What the person signs in with.', example: 'kari@example.com' })
  email!: string;

  @ApiProperty({ description: 'Shown wherever it matters who did something.' })
  name!: string;

  @ApiProperty({ description: 'What the person may do.', enum: roles, enumName: 'Role' })
  role!: Role;

  @ApiProperty({ description: 'Cannot sign in; runs on connections with this export user are skipped.' })
  disabled!: boolean;

  @ApiProperty({ description: 'When the account was made.', format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ description: 'The last sign-in.', type: String, format: 'date-time', nullable: true })
  lastSignInAt!: string | null;

  @ApiProperty({ description: 'Send it back with an update.' })
  version!: number;
}

export class UserListDto extends listOf(UserDto) {}

export function toUserDto(user: UserRecord): UserDto {
  return {
    id: user._id.toHexString(),
    email: user.email,
    name: user.name,
    role: user.role,
    disabled: user.disabled,
    createdAt: user.createdAt.toISOString(),
    lastSignInAt: user.lastSignInAt?.toISOString() ?? null,
    version: user.version,
  };
}
