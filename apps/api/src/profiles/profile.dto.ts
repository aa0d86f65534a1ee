import {
  type FieldType,
  fieldTypes,
  type FieldValue,
  type SemanticType,
  semanticTypes,
} from '@audience-relay/contracts';
import { type ProfileFieldRecord, type ProfileRecord, profileSorts } from '@audience-relay/data';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsString, Length } from 'class-validator';
import { listQuery } from '../lists/list-query.dto';
import { listOf } from '../lists/list.dto';
import { Optional } from '../validation/field.decorators';

export class ProfileQueryDto extends listQuery(Object.keys(profileSorts)) {
  @ApiProperty({
    description:
      'The beginning of an id, an e-mail address, a first name or a last name, in any case (ids as they are). ' +
      'Finds at most 1,000 by each.',
    required: false,
    maxLength: 200,
  })
  @IsString()
  @Length(0, 200)
  @Optional()
  override search?: string;
}

export class ProfileDto {
  @ApiProperty({ description: "The source's id of the person, or one derived from the e-mail address." })
  id!: string;

  @ApiProperty({
    description: 'Values by field key. A field without a value is absent.',
    type: 'object',
    additionalProperties: { oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }] },
    example: { email: 'kari@example.com', city: 'Oslo' },
  })
  fields!: Record<string, FieldValue>;

  @ApiProperty({
    description: 'Segments that the person was in when they were last refreshed.',
    type: [String],
  })
  segmentIds!: string[];

  @ApiProperty({ description: 'When an import last changed a value.', format: 'date-time' })
  updatedAt!: string;
}

export class ProfileListDto extends listOf(ProfileDto) {}

export class ProfileFieldDto {
  @ApiProperty({ description: 'Its name in rules and mappings.', example: 'postalCode' })
  key!: string;

  @ApiProperty({ description: 'Its name for people.', example: 'Postal code' })
  label!: string;

  @ApiProperty({ description: 'How its values are compared.', enum: fieldTypes, enumName: 'FieldType' })
  type!: FieldType;

  @ApiProperty({
    description: 'What it means; preselects mappings.',
    enum: semanticTypes,
    enumName: 'SemanticType',
  })
  semanticType!: SemanticType;

  @ApiProperty({ description: 'Profiles that have a value, counted after the last import.' })
  filled!: number;
}

export class ProfileFieldListDto {
  @ApiProperty({
    description: 'All fields, in the order in which they became known.',
    type: [ProfileFieldDto],
  })
  items!: ProfileFieldDto[];
}

export class UpdateProfileFieldDto {
  @ApiProperty({ description: 'Its name for people.', minLength: 1, maxLength: 100, required: false })
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value))
  @IsString()
  @Length(1, 100)
  @Optional()
  label?: string;

  @ApiProperty({
    description: 'What it means.',
    enum: semanticTypes,
    enumName: 'SemanticType',
    required: false,
  })
  @IsIn(semanticTypes)
  @Optional()
  semanticType?: SemanticType;

  @ApiProperty({
    description:
      'How its values are compared. Values that are there are converted; refused when one of them cannot be.',
    enum: fieldTypes,
    enumName: 'FieldType',
    required: false,
  })
  @IsIn(fieldTypes)
  @Optional()
  type?: FieldType;
}

export function toProfileDto({ _id, fields, segments, updatedAt }: ProfileRecord): ProfileDto {
  return {
    id: _id,
    fields,
    segmentIds: (segments ?? []).map(String),
    updatedAt: updatedAt.toISOString(),
  };
}

export function toProfileFieldDto(field: ProfileFieldRecord): ProfileFieldDto {
  const { _id, label, type, semanticType, filled } = field;
  return { key: _id, label, type, semanticType, filled };
}
