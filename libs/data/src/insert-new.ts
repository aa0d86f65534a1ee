import type { Collection } from 'mongoose';
import { duplicateKey } from './duplicate-key';

interface WriteError {
  code: number;
  index: number;
}

/** Rows in one command. */
const commandSize = 10_000;

/**
 * Inserts rows, in the order given, leaving alone those whose id is there already.
 * @returns Those that were there.
 * @throws What the driver throws; then any of the rows may have been written.
 */
export async function insertNew<Row extends { _id: string }>(
  collection: Collection,
  rows: readonly Row[],
): Promise<Row[]> {
  const present: Row[] = [];
  for (let start = 0; start < rows.length; start += commandSize) {
    const part = rows.slice(start, start + commandSize);
    const errors = (await insertAtOnce(collection, part)) ?? (await insertByDriver(collection, part));
    for (const { index } of errors) present.push(part[index] as Row);
  }
  return present;
}

/**
 * By the bare command: the driver's `insertMany` first works out the size of each row, which takes longer than writing
 * them all.
 * @returns Null if anything but a row that was there came in the way: the driver knows what may be tried again.
 */
async function insertAtOnce(
  { conn: { db }, name }: Collection,
  documents: readonly object[],
): Promise<WriteError[] | null> {
  if (!db) return null;
  try {
    const { writeErrors = [], writeConcernError } = await db.command({
      insert: name,
      documents,
      ordered: false,
      ...(db.writeConcern && { writeConcern: db.writeConcern }),
    });
    return writeConcernError || !areDuplicates(writeErrors) ? null : writeErrors;
  } catch {
    return null;
  }
}

async function insertByDriver(collection: Collection, rows: readonly object[]): Promise<WriteError[]> {
  try {
    await collection.insertMany(rows as never, { ordered: false });
    return [];
  } catch (error) {
    const { writeErrors } = error as { writeErrors?: unknown };
    const errors = [writeErrors ?? []].flat();
    if (errors.length > 0 && areDuplicates(errors)) return errors;
    throw error;
  }
}

function areDuplicates(errors: readonly unknown[]): errors is WriteError[] {
  return errors.every((error) => (error as WriteError).code === duplicateKey);
}
