import { type Connection, createConnection } from 'mongoose';
import { type Migration, updateEach } from './migration';
import { migrations } from './migrations';
import { MigrationRefusedError, Migrator } from './migrator';

const times = { lockMs: 600, waitMs: 20 };
const people = 3_500;

describe('the migrations of this program', () => {
  it('are numbered without gaps, each with a name of its own', () => {
    expect(migrations.map(({ number }) => number)).toEqual(migrations.map((_, index) => index + 1));
    expect(new Set(migrations.map(({ name }) => name)).size).toBe(migrations.length);
  });
});

describe('the migrator', () => {
  let connection: Connection;
  const uri = process.env['TEST_MONGODB_URI'] ?? '';

  beforeAll(async () => {
    if (!uri) throw new Error('TEST_MONGODB_URI is not set: integration tests need a database (npm test).');
    connection = await createConnection(uri, {
      dbName: `test_migrations_${process.pid}`,
      autoIndex: false,
      autoCreate: false,
    }).asPromise();
  });
  beforeEach(async () => {
    await connection.dropDatabase();
    await connection
      .collection('people')
      .insertMany(Array.from({ length: people }, (_, n) => ({ _id: n as never, old: n })));
  });
  afterAll(async () => {
    await connection.dropDatabase();
    await connection.close();
  });

  /** Counts the changes of each document: none may be changed twice. */
  const rename = (onPage: () => Promise<void> = () => Promise.resolve()): Migration => ({
    number: 1,
    name: 'rename-old',
    up: (context) =>
      updateEach(
        {
          ...context,
          saveCheckpoint: async (checkpoint) => {
            await context.saveCheckpoint(checkpoint);
            await onPage();
          },
        },
        'people',
        { paths: ['old'] },
        ({ old }) =>
          old === undefined
            ? null
            : ({ $set: { renamed: old }, $unset: { old: '' }, $inc: { changes: 1 } } as never),
      ),
  });
  const insert: Migration = {
    number: 2,
    name: 'insert-one',
    up: async ({ db }) => {
      await db.collection('people').insertOne({ _id: -1 as never });
    },
  };

  const migrated = () =>
    connection.collection('people').countDocuments({ renamed: { $exists: true }, changes: 1 });

  it('runs each once, in order, and says so', async () => {
    const migrator = new Migrator(connection, [rename(), insert], times);
    expect((await migrator.status()).map(({ state }) => state)).toEqual(['pending', 'pending']);
    await migrator.run();
    await new Migrator(connection, [rename(), insert], times).run();
    expect(await migrated()).toBe(people);
    expect(await migrator.status()).toEqual([
      { number: 1, name: 'rename-old', state: 'done', finishedAt: expect.any(Date) },
      { number: 2, name: 'insert-one', state: 'done', finishedAt: expect.any(Date) },
    ]);
  });

  it('lets one of many processes migrate, while the others wait', async () => {
    let runs = 0;
    const counted: Migration = {
      number: 1,
      name: 'slow',
      up: async () => {
        runs++;
        // Longer than the lock lasts by itself.
        await new Promise((resolve) => setTimeout(resolve, 1_500));
      },
    };
    await Promise.all(
      Array.from({ length: 5 }, () => new Migrator(connection, [counted, insert], times).run()),
    );
    expect(runs).toBe(1);
    expect(await connection.collection('people').countDocuments()).toBe(people + 1);
  });

  it('goes on where a killed process was', async () => {
    const killed = await createConnection(uri, { dbName: connection.name }).asPromise();
    // Nothing of it reaches the database any more, its lock included.
    const kill = async (): Promise<void> => killed.close(true);
    await expect(new Migrator(killed, [rename(kill), insert], times).run()).rejects.toThrow();

    let pages = 0;
    const migrator = new Migrator(
      connection,
      [
        rename(async () => {
          pages++;
        }),
        insert,
      ],
      times,
    );
    expect((await migrator.status())[0]?.state).toBe('interrupted');
    await migrator.run();
    expect(await migrated()).toBe(people);
    expect(pages).toBe(2);
  });

  it('goes on when a migration fails and is repaired', async () => {
    const broken: Migration = { ...rename(() => Promise.reject(new Error('The disk is full'))) };
    await expect(new Migrator(connection, [broken], times).run()).rejects.toThrow('The disk is full');
    await new Migrator(connection, [rename()], times).run();
    expect(await migrated()).toBe(people);
  });

  it('stops in a process that was paused, because another one goes on', async () => {
    let paused = (): void => undefined;
    const pause = new Promise<void>((resolve) => (paused = resolve));
    const slow = new Migrator(connection, [rename(() => pause)], times);
    const first = slow.run();
    // The process does not extend its lock while it is paused; here it is taken from it.
    while ((await connection.collection('migrations').findOne({ checkpoint: { $ne: null } })) === null)
      await new Promise((resolve) => setTimeout(resolve, 10));
    await connection
      .collection('leases')
      .updateOne(
        { _id: 'migrations' as never },
        { $set: { owner: 'another', until: new Date(Date.now() + 1_000) } },
      );
    paused();
    await first;
    // It waited for the other one, which did nothing, and then took the lock back.
    expect(await migrated()).toBe(people);
  });

  it('refuses data that is newer, and leaves it alone', async () => {
    await new Migrator(connection, [rename(), insert], times).run();
    const old = new Migrator(connection, [rename()], times);
    await expect(old.run()).rejects.toThrow(MigrationRefusedError);
    await expect(old.run()).rejects.toThrow(
      'The data is newer than this program: migration 2 (insert-one) was applied to it, and this program knows ' +
        'migrations up to 1. Start the newer version',
    );
    expect((await old.status()).at(-1)).toMatchObject({ number: 2, state: 'unknown' });
  });

  it('refuses data of another line of versions', async () => {
    await new Migrator(connection, [rename()], times).run();
    const other = new Migrator(connection, [{ ...insert, number: 1 }], times);
    await expect(other.run()).rejects.toThrow('Migration 1 was applied to the data as rename-old');
  });
});
