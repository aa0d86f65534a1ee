import { Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection, mongo } from 'mongoose';
import { LeaseRepository } from '../leases/lease.repository';
import { type LeaseRecord, leaseSchema } from '../leases/lease.schema';
import type { Migration } from './migration';
import { migrations } from './migrations';

/** A migration that began here, in the collection `migrations`. */
interface MigrationRecord {
  _id: number;
  name: string;
  startedAt: Date;
  /** Null: it was interrupted, or is at work. */
  finishedAt: Date | null;
  checkpoint: unknown;
}

export interface MigrationStatus {
  number: number;
  name: string;
  /** `interrupted`: begun and not finished; it goes on with the next start. `unknown`: of a newer program. */
  state: 'done' | 'interrupted' | 'pending' | 'unknown';
  finishedAt: Date | null;
}

/** The data does not fit the program. The message says what to do. */
export class MigrationRefusedError extends Error {
  override readonly name = 'MigrationRefusedError';
}

class LockLostError extends Error {
  override readonly name = 'LockLostError';
}

const lock = 'migrations';

/**
 * Brings stored data into the forms that this program reads, before it serves anything. Whoever starts first holds
 * the lock and migrates; the others wait. A process that is killed loses the lock after a while, and the next one
 * goes on where it was.
 */
export class Migrator {
  private readonly logger = new Logger(Migrator.name);
  private readonly records: mongo.Collection<MigrationRecord>;
  private readonly leases: LeaseRepository;

  constructor(
    private readonly connection: Connection,
    private readonly known: readonly Migration[] = migrations,
    private readonly times = { lockMs: 30_000, waitMs: 500 },
  ) {
    this.records = connection.collection<MigrationRecord>('migrations') as never;
    this.leases = new LeaseRepository(
      connection.models['Lease'] ?? connection.model<LeaseRecord>('Lease', leaseSchema),
    );
  }

  /** What has been done here, and what is to do; in order. */
  async status(): Promise<MigrationStatus[]> {
    const stored = await this.records.find().sort({ _id: 1 }).toArray();
    const begun = new Map(stored.map((record) => [record._id, record]));
    const known = this.known.map(({ number, name }): MigrationStatus => {
      const record = begun.get(number);
      const state = !record ? 'pending' : record.finishedAt ? 'done' : 'interrupted';
      return { number, name: record?.name ?? name, state, finishedAt: record?.finishedAt ?? null };
    });
    const unknown = stored
      .filter(({ _id }) => !this.known.some(({ number }) => number === _id))
      .map(({ _id, name, finishedAt }): MigrationStatus => {
        return { number: _id, name, state: 'unknown', finishedAt };
      });
    return [...known, ...unknown];
  }

  /**
   * Runs what is to do.
   * @throws MigrationRefusedError The data is newer than the program, or of another line of it.
   */
  async run(): Promise<void> {
    const owner = randomUUID();
    for (let waits = 0; await this.isBehind(); waits++) {
      if (await this.leases.hold(lock, owner, this.times.lockMs)) {
        try {
          await this.runPending(owner);
        } catch (error) {
          if (!(error instanceof LockLostError)) throw error;
          this.logger.warn(error.message);
        } finally {
          await this.leases.release(lock, owner);
        }
      } else {
        if (waits === 0) this.logger.log('Another process migrates the data; this one waits for it.');
        await delay(this.times.waitMs);
      }
    }
  }

  /** @throws MigrationRefusedError */
  private async isBehind(): Promise<boolean> {
    const status = await this.status();
    const last = this.known.at(-1)?.number ?? 0;
    const newer = status.findLast(({ state }) => state === 'unknown');
    if (newer)
      throw new MigrationRefusedError(
        `The data is newer than this program: migration ${newer.number} (${newer.name}) was applied to it, and this ` +
          `program knows ${last === 0 ? 'none' : `migrations up to ${last}`}. Start the newer version, or restore ` +
          'the backup that was made before the upgrade.',
      );
    for (const { number, name } of this.known) {
      const applied = status.find((each) => each.number === number);
      if (applied && applied.name !== name)
        throw new MigrationRefusedError(
          `Migration ${number} was applied to the data as ${applied.name}, but is ${name} in this program: the data ` +
            'belongs to another version. Start that version, or restore a backup of this one.',
        );
    }
    return status.some(({ state }) => state !== 'done');
  }

  private async runPending(owner: string): Promise<void> {
    // Again, under the lock: another process may have migrated in between.
    const done = new Set(
      (await this.status()).filter(({ state }) => state === 'done').map(({ number }) => number),
    );
    for (const migration of this.known) if (!done.has(migration.number)) await this.apply(migration, owner);
  }

  private async apply({ number, name, up }: Migration, owner: string): Promise<void> {
    const assertLock = async (): Promise<void> => {
      if (!(await this.leases.hold(lock, owner, this.times.lockMs)))
        throw new LockLostError(`Migration ${number} (${name}) is continued by another process.`);
    };
    const timer = setInterval(() => void assertLock().catch(() => undefined), this.times.lockMs / 3);
    const startedAt = new Date();
    try {
      await assertLock();
      await this.records.updateOne(
        { _id: number },
        { $setOnInsert: { name, startedAt, finishedAt: null, checkpoint: null } },
        { upsert: true },
      );
      const record = await this.records.findOne({ _id: number });
      this.logger.log(`Migration ${number} (${name}) ${record?.checkpoint ? 'goes on' : 'begins'}.`);
      await up({
        db: this.connection.db as mongo.Db,
        checkpoint: record?.checkpoint ?? null,
        saveCheckpoint: async (checkpoint) => {
          await assertLock();
          await this.records.updateOne({ _id: number }, { $set: { checkpoint } });
        },
      });
      await assertLock();
      await this.records.updateOne({ _id: number }, { $set: { finishedAt: new Date(), checkpoint: null } });
      this.logger.log(`Migration ${number} (${name}) is done after ${Date.now() - startedAt.getTime()} ms.`);
    } finally {
      clearInterval(timer);
    }
  }
}
