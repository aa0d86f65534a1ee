import type { ListRequest } from '@audience-relay/data';
import type { Type } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Type as Cast } from 'class-transformer';
import { IsIn, IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { Optional } from '../validation/field.decorators';

/** What every list takes. Extend it by `class XQueryDto extends listQuery(['name', 'createdAt']) {}`. */
export function listQuery(sorts: readonly string[]): Type<ListRequest> {
  class ListQueryDto implements ListRequest {
    @ApiProperty({ description: 'Items in a page.', minimum: 1, maximum: 200, default: 50, required: false })
    @Cast(() => Number)
    @IsInt()
    @Min(1)
    @Max(200)
    @Optional()
    limit = 50;

    @ApiProperty({ description: '`nextCursor` of the page before, with the same sort.', required: false })
    @IsString()
    @MaxLength(2000)
    @Optional()
    cursor?: string;

    @ApiProperty({ description: 'Part of a name, in any case.', required: false, maxLength: 200 })
    @IsString()
    @MaxLength(200)
    @Optional()
    search?: string;

    @ApiProperty({
      description: 'What to sort by; a minus before it = descending.',
      required: false,
      enum: sorts.flatMap((sort) => [sort, `-${sort}`]),
    })
    @IsIn(sorts.flatMap((sort) => [sort, `-${sort}`]))
    @Optional()
    sort?: string;
  }
  return ListQueryDto;
}
