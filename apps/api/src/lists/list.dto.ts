import type { Page } from '@audience-relay/data';
import type { Type } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';

/** One page of a list. `class ConnectionListDto extends listOf(ConnectionDto) {}` */
export function listOf<Item>(item: Type<Item>): Type<Page<Item>> {
  class ListDto implements Page<Item> {
    @ApiProperty({ description: 'This page.', type: [item] })
    items!: Item[];

    @ApiProperty({
      description: 'Ask for the next page with it; null on the last.',
      type: String,
      nullable: true,
    })
    nextCursor!: string | null;

    @ApiProperty({ description: 'Items in all pages.' })
    total!: number;
  }
  return ListDto;
}
