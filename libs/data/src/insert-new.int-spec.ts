import { type Collection, type Connection, createConnection } from 'mongoose';
import { insertNew } from './insert-new';

describe('inserting what is new', () => {
  let connection: Connection;
  let collection: Collection;

  beforeAll(async () => {
    const uri = process.env.TEST_MONGODB_URI;
    if (!uri) throw new Error('TEST_MONGODB_URI is not set');
    connection = await createConnection(uri, { dbName: `insert-new-${process.pid}` }).asPromise();
    collection = connection.collection('rows');
  });

  afterEach(() => collection.deleteMany({}));

  afterAll(async () => {
    await connection.dropDatabase();
    await connection.close();
  });

  const stored = (_id: string) => collection.findOne({ _id } as never);

  it('tells which rows were there, and leaves them alone', async () => {
    await insertNew(collection, [{ _id: 'b', value: 1 }]);
    const again = await insertNew(collection, [
      { _id: 'a', value: 2 },
      { _id: 'b', value: 2 },
      { _id: 'c', value: 2 },
    ]);
    expect(again).toEqual([{ _id: 'b', value: 2 }]);
    expect(await stored('b')).toEqual({ _id: 'b', value: 1 });
    expect(await stored('c')).toEqual({ _id: 'c', value: 2 });
  });

  it('does so for more rows than go into one command', async () => {
    await insertNew(collection, [{ _id: '10500' }]);
    const rows = Array.from({ length: 11_000 }, (_, index) => ({ _id: String(index), value: index }));
    expect(await insertNew(collection, rows)).toEqual([{ _id: '10500', value: 10_500 }]);
    expect(await collection.countDocuments()).toBe(11_000);
  });

  it('throws what the driver throws when the database cannot take a row', async () => {
    const impossible = { _id: ['no', 'id'] as unknown as string };
    await expect(insertNew(collection, [{ _id: 'd' }, impossible])).rejects.toThrow(/_id/);
  });

  it('inserts nothing of nothing', async () => {
    expect(await insertNew(collection, [])).toEqual([]);
  });
});
