import { maxPasswordLength, minPasswordLength, type Role, roles } from '@audience-relay/contracts';
import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsEmail, IsIn, IsInt, IsNotEmpty, IsString, MaxLength } from 'class-validator';
import { listQuery } from '../lists/list-query.dto';
import { Trim } from '../lists/trim.decorator';
import { userSorts } from '@audience-relay/data';
import { Optional, partialOf } from '../validation/field.decorators';

export class UserQueryDto extends listQuery(Object.keys(userSorts)) {}

class EditableUserDto {
  @ApiProperty({ description: 'Shown wherever it matters who did something.', maxLength: 100 })
  @Trim()
  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  name!: string;

  @ApiProperty({ description: 'What the person may do.', enum: roles, enumName: 'Role' })
  @IsIn(roles)
  role!: Role;

  @ApiProperty({
    description: `At least ${minPasswordLength} characters.`,
    minLength: minPasswordLength,
    maxLength: maxPasswordLength,
    format: 'password',
  })
  @IsString()
  @MaxLength(maxPasswordLength)
  password!: string;
}

export class CreateUserDto extends EditableUserDto {
  @ApiProperty({ description: 'What the person signs in with; unique.', maxLength: 254 })
  @Trim()
  @IsEmail({}, { message: 'email must be an e-mail address' })
  @MaxLength(254)
  email!: string;
}

export class UpdateUserDto extends partialOf(EditableUserDto) {
  @ApiProperty({ description: 'The version that the change was made on.' })
  @IsInt()
  version!: number;

  @ApiProperty({ description: 'Whether the person is kept from signing in.', required: false })
  @IsBoolean()
  @Optional()
  disabled?: boolean;
}
