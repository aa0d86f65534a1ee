import type { mongo } from 'mongoose';

/** What a migration works with. */
export interface MigrationContext {
  db: mongo.Db;
  /** What `saveCheckpoint` last kept, by this process or by one that was killed; null at the beginning. */
  checkpoint: unknown;
  /** Keeps how far it is, and throws when this process has lost the lock: another one goes on from here. */
  saveCheckpoint(checkpoint: unknown): Promise<void>;
}

/**
 * One change of stored forms. A process can be killed at any point of it, so running it again on data that is partly
 * changed must end in the same data.
 */
export interface Migration {
  /** 1, 2, 3, ... without gaps. */
  number: number;
  /** What it does, for people: `rename-strangers-of-exports`. */
  name: string;
  up(context: MigrationContext): Promise<void>;
}

type Stored = mongo.Document & { _id: string | mongo.ObjectId };

const pageSize = 1_000;

/**
 * Changes the documents of a collection page by page, in the order of their ids. After a kill it goes on with the
 * page at which it was.
 * @param select Filter and the paths that `change` reads.
 * @param change The update of one document; null leaves it as it is.
 */
export async function updateEach(
  { db, checkpoint, saveCheckpoint }: MigrationContext,
  collectionName: string,
  select: { filter?: mongo.Filter<Stored>; paths: readonly string[] },
  change: (document: Stored) => mongo.UpdateFilter<Stored> | null,
): Promise<void> {
  const collection = db.collection<Stored>(collectionName);
  const projection = Object.fromEntries(select.paths.map((path) => [path, 1]));
  for (let after = checkpoint as Stored['_id'] | null; ;) {
    const behind = after === null ? {} : { _id: { $gt: after } };
    const page = await collection
      .find({ $and: [select.filter ?? {}, behind] } as mongo.Filter<Stored>, { projection })
      .sort({ _id: 1 })
      .limit(pageSize)
      .toArray();
    const writes = page.flatMap((document) => {
      const update = change(document);
      return update === null ? [] : [{ updateOne: { filter: { _id: document._id }, update } }];
    });
    if (writes.length > 0) await collection.bulkWrite(writes, { ordered: false });
    const last = page.at(-1);
    if (!last || page.length < pageSize) return;
    after = last._id;
    await saveCheckpoint(after);
  }
}
