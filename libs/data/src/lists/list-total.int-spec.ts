import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, createConnection, type Model, Schema } from 'mongoose';
import { insertNew } from '../insert-new';
import { countTotal } from './list-total';

interface Item {
  _id: string;
  kind: string;
}

describe('the total of a list', () => {
  let connection: Connection;
  let items: Model<Item>;

  beforeAll(async () => {
    const uri = process.env.TEST_MONGODB_URI;
    if (!uri) throw new Error('TEST_MONGODB_URI is not set');
    connection = await createConnection(uri, { dbName: `list-total-${process.pid}` }).asPromise();
    const schema = new Schema<Item>({ _id: String, kind: String }, { versionKey: false });
    items = connection.model<Item>('Item', schema);
  });

  afterAll(async () => {
    await connection.dropDatabase();
    await connection.close();
  });

  const add = (kind: string, count: number) =>
    insertNew(
      items.collection,
      Array.from({ length: count }, (_, index) => ({ _id: `${kind}-${index}`, kind })),
    );

  /** Until what is remembered is believed no more. */
  async function until(kind: string, total: number): Promise<void> {
    for (const end = Date.now() + 20_000; Date.now() < end; await sleep(50))
      if ((await countTotal(items, { kind })) === total) return;
    throw new Error(`The total did not become ${total}`);
  }

  it('is counted each time while there are few', async () => {
    await add('few', 3);
    expect(await countTotal(items, { kind: 'few' })).toBe(3);
    await items.deleteOne({ kind: 'few' });
    expect(await countTotal(items, { kind: 'few' })).toBe(2);
  });

  it('is remembered for a moment where there are many, and counted again by one for all', async () => {
    await add('many', 100_002);
    expect(await countTotal(items, { kind: 'many' })).toBe(100_002);
    await items.deleteOne({ _id: 'many-1' });
    expect(await countTotal(items, { kind: 'many' })).toBe(100_002);
    await until('many', 100_001);

    await items.deleteOne({ _id: 'many-2' });
    const counts = jest.spyOn(items, 'countDocuments');
    await until('many', 100_000);
    const alone = counts.mock.calls.length;
    await items.deleteOne({ _id: 'many-3' });
    // Fewer than many from here on: remembered once more, then counted each time.
    for (let asked = 0; counts.mock.calls.length === alone; asked += 1) {
      if (asked === 400) throw new Error('The total was not counted again');
      const totals = await Promise.all(Array.from({ length: 20 }, () => countTotal(items, { kind: 'many' })));
      expect(new Set(totals).size).toBe(1);
      await sleep(50);
    }
    expect([alone, counts.mock.calls.length]).toEqual([1, 2]);
    expect(await countTotal(items, { kind: 'many' })).toBe(99_999);
  }, 60_000);
});
