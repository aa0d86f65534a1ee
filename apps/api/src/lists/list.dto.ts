import type { Page } from '@audience-relay/data';
import { Logger, type Type } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import type { Types } from 'mongoose';
import { isDatabaseAway } from '../problems/problem.filter';
import { unlessDamaged } from '../problems/unless-damaged';

/** One page of a list, as the API answers it. */
interface List<Item> extends Page<Item> {
  unreadable?: string[];
}

/** One page of a list. `class ConnectionListDto extends listOf(ConnectionDto) {}` */
export function listOf<Item>(item: Type<Item>): Type<List<Item>> {
  class ListDto implements List<Item> {
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

    @ApiProperty({
      description:
        'Ids of items of this page that are stored in a damaged form and cannot be shown. Absent when there are none.',
      type: [String],
      required: false,
    })
    unreadable?: string[];
  }
  return ListDto;
}

const logger = new Logger('Lists');

/**
 * Turns a page of records into what the API answers. A record that cannot be shown, because something damaged it in
 * the database, is left out, logged and reported by its id: it must not take the whole list away from everybody.
 * @param view All records of a page at once, so that what they refer to is read in one go.
 */
export async function toListDto<Stored extends { _id: string | Types.ObjectId }, Item>(
  page: Page<Stored>,
  view: (records: readonly Stored[]) => Item[] | Promise<Item[]>,
): Promise<List<Item>> {
  try {
    return { ...page, items: await view(page.items) };
  } catch (error) {
    if (isDatabaseAway(error)) throw error;
  }
  const items: Item[] = [];
  const unreadable: string[] = [];
  for (const record of page.items) {
    const shown = await unlessDamaged(logger, record._id, () => view([record]));
    if (shown) items.push(...shown);
    else unreadable.push(String(record._id));
  }
  return { ...page, items, unreadable };
}
