import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, Types } from 'mongoose';
import { insertNew } from '../insert-new';
import type { DeliveryRecord } from './delivery.schema';
import { type DeliveryRow, StoredRow } from './delivery-row';
import { rawPages } from './raw-document';
import type { IdRange } from './run.schema';

export interface DeliveryWrite {
  profileId: string;
  hash: string;
  identity: string;
  added: boolean;
  unchanged: boolean;
  exists: boolean;
  remoteId?: string;
}

export interface LedgerAccess {
  /** See `DeliveryRecord.f`. */
  fence: number;
  /** Batches that were never settled, as `<run>/<seq>`: their rows are read as not known to be at the destination. */
  distrusted: ReadonlySet<string>;
  /** Reads only rows of these profiles, which are asked for a page at a time, in order. Default: all. */
  only?: (range: IdRange, limit: number) => Promise<readonly string[]>;
}

/** Rows read at a time: few enough that they are gone before the garbage collector counts them as old. */
const pageSize = 1_000;

/** Opens delivery ledgers, and removes those of targets and exports that are no more. */
@Injectable()
export class DeliveryLedgerRepository {
  constructor(@InjectModel('Delivery') private readonly deliveries: Model<DeliveryRecord>) {}

  open(name: string, exportId: Types.ObjectId, access: LedgerAccess): DeliveryLedger {
    return new DeliveryLedger(this.deliveries.collection, name, exportId, access);
  }

  /** How many people a ledger knows. */
  async count(name: string): Promise<number> {
    return this.deliveries.countDocuments({ _id: { $gte: `${name}/`, $lt: endOf(name) } });
  }

  /** Removes a whole ledger. @param fence Rows that were written under a higher one stay. */
  async remove(name: string, fence = Infinity): Promise<void> {
    const rows = { _id: { $gte: `${name}/`, $lt: endOf(name) } };
    await this.deliveries.deleteMany(fence === Infinity ? rows : { ...rows, ...writtenUpTo(fence) });
  }

  /** Removes what ledgers know of one profile, under all identities it ever had there. */
  async forgetProfile(names: readonly string[], profileId: string): Promise<void> {
    for (const name of names) {
      const id = `${name}/${profileId}`;
      await this.deliveries.deleteMany({
        $or: [{ _id: id }, { _id: { $gt: `${id}\u0001`, $lt: `${id}\u0002` } }],
      });
    }
  }
}

/** `0` is the character after `/`: everything of one ledger sorts before it. */
function endOf(name: string): string {
  return `${name}0`;
}

/** Rows that were not written under a higher fence. */
function writtenUpTo(fence: number): { $nor: [{ f: { $gt: number } }] } {
  return { $nor: [{ f: { $gt: fence } }] };
}

type Collection = Model<DeliveryRecord>['collection'];

/** One export's ledger for one target. */
export class DeliveryLedger {
  private readonly prefix: string;

  constructor(
    private readonly collection: Collection,
    private readonly name: string,
    private readonly exportId: Types.ObjectId,
    private readonly access: LedgerAccess,
  ) {
    this.prefix = `${name}/`;
  }

  /** One sorted cursor: with a query a page, the database may choose to sort all that is left for each. */
  async *read(range: IdRange): AsyncGenerator<DeliveryRow[]> {
    const { only } = this.access;
    if (!only) return yield* this.find(this.ids(range));
    for (let { from } = range; ;) {
      const profileIds = await only({ from, to: range.to }, pageSize);
      const last = profileIds.at(-1);
      if (last === undefined) return;
      yield* this.find({ $in: profileIds.map((profileId) => this.prefix + profileId) });
      from = last;
    }
  }

  private find(ids: Record<string, unknown>): AsyncGenerator<DeliveryRow[]> {
    const cursor = this.collection
      .find<Uint8Array>({ _id: ids } as never, { projection: { x: 0, f: 0 }, raw: true })
      .sort({ _id: 1 })
      .batchSize(pageSize);
    const form = { prefix: this.prefix.length, distrusted: this.access.distrusted, names: [] };
    return rawPages(cursor, (bytes) => new StoredRow(bytes, form));
  }

  /** New rows are inserted, others updated; neither overwrites what was written under a higher fence. */
  async write({ runId }: { runId: string }, seq: number, writes: readonly DeliveryWrite[]): Promise<void> {
    const run = new Types.ObjectId(runId);
    const row = ({
      profileId,
      hash,
      identity,
      added,
      unchanged,
      remoteId,
    }: DeliveryWrite): DeliveryRecord => ({
      _id: this.prefix + profileId,
      x: this.exportId,
      h: hash,
      i: identity,
      r: run,
      s: seq,
      f: this.access.fence,
      a: added,
      u: unchanged,
      ...(remoteId !== undefined && { c: remoteId }),
    });
    const present = await insertNew(this.collection, writes.filter(({ exists }) => !exists).map(row));
    const updates = [...present, ...writes.filter(({ exists }) => exists).map(row)];
    const size = 5_000;
    for (let start = 0; start < updates.length; start += size) {
      await this.collection.bulkWrite(
        updates.slice(start, start + size).map(({ _id, ...change }) => ({
          updateOne: {
            filter: { _id, ...writtenUpTo(this.access.fence) } as never,
            update: { $set: change },
          },
        })),
        { ordered: false },
      );
    }
  }

  async takeBack(
    runId: string,
    seq: number,
    range: IdRange,
    profileIds: readonly string[] | 'all',
  ): Promise<void> {
    const ids =
      profileIds === 'all'
        ? this.ids(range)
        : { $in: profileIds.map((profileId) => this.prefix + profileId) };
    const filter = { _id: ids, r: new Types.ObjectId(runId), s: seq };
    await this.collection.deleteMany({ ...filter, a: true } as never);
    await this.collection.updateMany(filter as never, { $set: { h: '' } });
  }

  async doubt(runId: string, seq: number, range: IdRange): Promise<void> {
    const filter = { _id: this.ids(range), r: new Types.ObjectId(runId), s: seq };
    await this.collection.updateMany(filter as never, { $set: { h: '' } });
  }

  async drop(profileIds: readonly string[]): Promise<void> {
    await this.collection.deleteMany({
      _id: { $in: profileIds.map((profileId) => this.prefix + profileId) },
      ...writtenUpTo(this.access.fence),
    } as never);
  }

  private ids({ from, to }: IdRange): Record<string, string> {
    return {
      $gt: this.prefix + (from ?? ''),
      ...(to === null ? { $lt: endOf(this.name) } : { $lte: this.prefix + to }),
    };
  }
}
