import { type Model, mongo, type QueryFilter } from 'mongoose';

/** What is fewer is counted anew each time. */
const many = 100_000;

/** A total of many is believed for so many times as long as counting took: a second or two for a million. */
const believedTimes = 10;

/** Of one model at most so many totals are remembered. */
const maxRemembered = 100;

interface Known {
  readonly total: number;
  readonly until: number;
  /** Is counted anew. */
  counting?: Promise<number>;
}

const known = new WeakMap<object, Map<string, Known>>();

/**
 * How many there are in all pages of a list. A total of many is remembered for a moment, and counted again by one for
 * all who ask meanwhile.
 */
export async function countTotal<Item>(model: Model<Item>, filter: QueryFilter<Item>): Promise<number> {
  const totals = known.get(model) ?? new Map<string, Known>();
  known.set(model, totals);
  const key = mongo.BSON.EJSON.stringify(filter);
  const remembered = totals.get(key);
  if (!remembered) return countAnew(model, filter, key, totals);
  if (remembered.until > performance.now()) return remembered.total;
  remembered.counting ??= countAnew(model, filter, key, totals).finally(() => {
    remembered.counting = undefined;
  });
  return remembered.counting;
}

async function countAnew<Item>(
  model: Model<Item>,
  filter: QueryFilter<Item>,
  key: string,
  totals: Map<string, Known>,
): Promise<number> {
  const begun = performance.now();
  const total = await model.countDocuments(filter).exec();
  const ended = performance.now();
  totals.delete(key);
  if (total >= many) {
    if (totals.size >= maxRemembered) totals.clear();
    totals.set(key, { total, until: ended + (ended - begun) * believedTimes });
  }
  return total;
}
