import { maxPasswordLength, type Sharing, sharings } from '@audience-relay/contracts';
import { connectionSorts } from '@audience-relay/data';
import { ApiProperty } from '@nestjs/swagger';
import { Equals, IsIn, IsInt, IsNotEmpty, IsObject, IsString, MaxLength } from 'class-validator';
import { listQuery } from '../lists/list-query.dto';
import { Trim } from '../lists/trim.decorator';
import { type ConsentLanguage, consentLanguages } from './consent-texts';
import { Nested, Optional } from '../validation/field.decorators';

const fieldsSchema = {
  type: 'object' as const,
  additionalProperties: {
    oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }],
    nullable: true,
  },
};

/** What a person enters for the fields; checked against the destination's own specs. */
type EnteredFields = Record<string, string | number | boolean | null>;

export class ConnectionQueryDto extends listQuery(Object.keys(connectionSorts)) {
  @ApiProperty({ description: 'Only connections to this destination.', required: false })
  @IsString()
  @Optional()
  destination?: string;
}

export class PasswordDto {
  @ApiProperty({ description: 'Your own password.', format: 'password' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(maxPasswordLength)
  password!: string;
}

export class TestConnectionDto {
  @ApiProperty({ description: 'Key of the destination.', example: 'sendgrid' })
  @IsString()
  @IsNotEmpty()
  destination!: string;

  @ApiProperty({ description: 'Values of its connection fields.', ...fieldsSchema })
  @IsObject()
  fields!: EnteredFields;
}

export class CreateConnectionDto extends TestConnectionDto {
  @ApiProperty({ description: 'Unique for its destination, whatever the case.', maxLength: 100 })
  @Trim()
  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  name!: string;

  @ApiProperty({
    description: 'Who may use it in exports.',
    enum: sharings,
    enumName: 'Sharing',
    default: 'administrators',
    required: false,
  })
  @IsIn(sharings)
  @Optional()
  sharing?: Sharing;

  @ApiProperty({ description: 'I agree to the consent text.', enum: [true] })
  @Equals(true, { message: 'consent must be given: data of people leaves the system' })
  consent!: true;

  @ApiProperty({ description: 'Version of the text, from `connections/consent-text`.' })
  @IsString()
  consentTextVersion!: string;

  @ApiProperty({ description: 'Makes me the export user. Without one, runs are skipped.', required: false })
  @Nested(() => PasswordDto)
  @Optional()
  exportUser?: PasswordDto;
}

export class UpdateConnectionDto {
  @ApiProperty({ description: 'The version that the change was made on.' })
  @IsInt()
  version!: number;

  @ApiProperty({ description: 'Unique for its destination.', maxLength: 100, required: false })
  @Trim()
  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  @Optional()
  name?: string;

  @ApiProperty({ description: 'Who may use it.', enum: sharings, enumName: 'Sharing', required: false })
  @IsIn(sharings)
  @Optional()
  sharing?: Sharing;

  @ApiProperty({
    description:
      'Fields to change; null clears one. A secret that is left out is kept, unless the address it is sent to changes.',
    ...fieldsSchema,
    selfRequired: false,
  })
  @IsObject()
  @Optional()
  fields?: EnteredFields;

  @ApiProperty({ description: 'Needed when the consent text has changed.', enum: [true], required: false })
  @Equals(true)
  @Optional()
  consent?: true;

  @ApiProperty({ description: 'Version of the text that is agreed to.', required: false })
  @IsString()
  @Optional()
  consentTextVersion?: string;
}

export class ConsentTextQueryDto {
  @ApiProperty({
    description: 'Language of the text.',
    enum: consentLanguages,
    default: 'en',
    required: false,
  })
  @IsIn(consentLanguages)
  @Optional()
  lang: ConsentLanguage = 'en';
}

export class TargetQueryDto {
  @ApiProperty({ description: 'Part of a name in any case, or a whole id.', required: false, maxLength: 200 })
  @IsString()
  @MaxLength(200)
  @Optional()
  search?: string;

  @ApiProperty({ description: '`nextCursor` of the page before.', required: false })
  @IsString()
  @MaxLength(2000)
  @Optional()
  cursor?: string;
}

export class CreateTargetDto {
  @ApiProperty({ description: 'Name of the new list.', maxLength: 100 })
  @Trim()
  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  name!: string;
}
