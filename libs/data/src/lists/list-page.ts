import { unstorableText } from '@audience-relay/contracts';
import { Error as MongooseError, mongo, type Model, type QueryFilter, type SortOrder, Types } from 'mongoose';
import { countTotal } from './list-total';

/** One page of a list, as every list of the API answers. */
export interface Page<Item> {
  items: Item[];
  /** Pass it to get the next page; null on the last one. */
  nextCursor: string | null;
  /** Items in all pages. */
  total: number;
}

/** What a caller may ask of a list. */
export interface ListRequest {
  /** 1 to 200. */
  limit: number;
  cursor?: string;
  /** Part of a name, any case. */
  search?: string;
  /** One of the list's sort names; `-` before it = descending. */
  sort?: string;
}

/** How one list is searched and sorted. */
export interface ListSpec {
  /** Sort name -> stored path. Text paths should be lower-cased keys: the database sorts by bytes. */
  sorts: Readonly<Record<string, string>>;
  defaultSort: string;
  /** Stored paths that a search looks in. */
  searchIn: readonly string[];
  /** Stored paths that are too large for a list. */
  without?: readonly string[];
}

/** The cursor was not made by this list with this sort. */
export class InvalidCursorError extends Error {
  override readonly name = 'InvalidCursorError';

  constructor() {
    super('This cursor does not belong to this list and sort: start again without it.');
  }
}

type CursorValue = string | number | boolean | Date | Types.ObjectId | null;

function isCursorValue(value: unknown): value is CursorValue {
  if (typeof value === 'string') return !unstorableText.test(value);
  if (typeof value === 'number') return Number.isFinite(value);
  if (value instanceof Date) return !Number.isNaN(value.getTime());
  return value === null || typeof value === 'boolean' || value instanceof mongo.ObjectId;
}

function encodeCursor(sort: string, value: CursorValue, id: CursorValue): string {
  return Buffer.from(mongo.BSON.EJSON.stringify([sort, value, id], { relaxed: false })).toString('base64url');
}

function decodeCursor(cursor: string, sort: string): { value: CursorValue; id: CursorValue } {
  try {
    const parts: unknown = mongo.BSON.EJSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(parts) && parts[0] === sort && isCursorValue(parts[1]) && isCursorValue(parts[2]))
      return { value: parts[1], id: parts[2] };
  } catch {
    // Not even readable: the same answer.
  }
  throw new InvalidCursorError();
}

/** Everything behind the cursor. The database puts null before every value. */
function after(path: string, descending: boolean, { value, id }: ReturnType<typeof decodeCursor>) {
  const further = descending ? '$lt' : '$gt';
  if (path === '_id') return { _id: { [further]: id } };
  const sameValue = { [path]: { $eq: value }, _id: { [further]: id } };
  if (value === null) return descending ? sameValue : { $or: [sameValue, { [path]: { $ne: null } }] };
  const beyond = [{ [path]: { [further]: value } }, sameValue];
  return { $or: descending ? [...beyond, { [path]: { $eq: null } }] : beyond };
}

/** Text to be found literally, in any case. */
export function containing(text: string): { $regex: string; $options: string } {
  return { $regex: text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), $options: 'i' };
}

function valueAt(item: object, path: string): CursorValue {
  const value = path
    .split('.')
    .reduce<unknown>((part, key) => (part as Record<string, unknown> | null | undefined)?.[key], item);
  return isCursorValue(value) ? value : null;
}

/**
 * Reads one page: the filter, the search and the cursor joined, in a stable order (the sort, then `_id`).
 * @throws InvalidCursorError
 */
export async function findPage<Item extends { _id: string | Types.ObjectId }>(
  model: Model<Item>,
  filter: QueryFilter<Item>,
  request: ListRequest,
  spec: ListSpec,
): Promise<Page<Item>> {
  const sort = request.sort ?? spec.defaultSort;
  const descending = sort.startsWith('-');
  const path = spec.sorts[sort.replace(/^-/, '')] ?? '_id';

  const search = request.search?.trim();
  const found: object[] = search
    ? [filter, { $or: spec.searchIn.map((field) => ({ [field]: containing(search) })) }]
    : [filter];
  const page: object[] = request.cursor
    ? [...found, after(path, descending, decodeCursor(request.cursor, sort))]
    : found;
  const order: Record<string, SortOrder> = { [path]: descending ? -1 : 1, _id: descending ? -1 : 1 };

  const items = await model
    .find({ $and: page } as QueryFilter<Item>)
    .sort(order)
    .limit(request.limit + 1)
    .select(Object.fromEntries((spec.without ?? []).map((field) => [field, 0])))
    .lean<Item[]>()
    .exec()
    .catch((error: unknown) => {
      // Only a forged cursor holds a value of another type than what the list is sorted by.
      throw request.cursor && error instanceof MongooseError.CastError ? new InvalidCursorError() : error;
    });
  // A first page that is also the last has been counted by being read.
  const all = !request.cursor && items.length <= request.limit;
  const total = all ? items.length : await countTotal(model, { $and: found } as QueryFilter<Item>);

  const last = items.length > request.limit ? items[request.limit - 1] : undefined;
  return {
    items: items.slice(0, request.limit),
    nextCursor: last ? encodeCursor(sort, valueAt(last, path), valueAt(last, '_id')) : null,
    total,
  };
}
