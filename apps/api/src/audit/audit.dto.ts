import { auditSorts } from '@audience-relay/data';
import { ApiProperty } from '@nestjs/swagger';
import { IsMongoId, IsString, MaxLength } from 'class-validator';
import { listOf } from '../lists/list.dto';
import { listQuery } from '../lists/list-query.dto';
import { UserRefDto } from '../users/user.dto';
import { Optional } from '../validation/field.decorators';

export class AuditQueryDto extends listQuery(Object.keys(auditSorts)) {
  @ApiProperty({ description: 'Only what this user did.', required: false })
  @IsMongoId()
  @Optional()
  userId?: string;

  @ApiProperty({ description: 'Only what was done to these.', example: 'connections', required: false })
  @IsString()
  @MaxLength(50)
  @Optional()
  subject?: string;

  @ApiProperty({ description: 'Only what was done to this one.', required: false })
  @IsString()
  @MaxLength(100)
  @Optional()
  subjectId?: string;
}

export class AuditEntryDto {
  @ApiProperty({ description: 'The id.' })
  id!: string;

  @ApiProperty({ description: 'When it was done.', format: 'date-time' })
  at!: string;

  @ApiProperty({ description: 'The operation, as this document calls it.', example: 'updateConnection' })
  action!: string;

  @ApiProperty({ description: 'What it was done to.', example: 'connections' })
  subject!: string;

  @ApiProperty({ description: 'To which one.', type: String, nullable: true })
  subjectId!: string | null;

  @ApiProperty({
    description: 'Its name now; null when it is gone or has none.',
    type: String,
    nullable: true,
  })
  subjectName!: string | null;

  @ApiProperty({ description: 'Who did it.', type: UserRefDto, nullable: true })
  user!: UserRefDto | null;

  @ApiProperty({ description: 'Which members the request held; never their values.', type: [String] })
  members!: string[];
}

export class AuditListDto extends listOf(AuditEntryDto) {}
