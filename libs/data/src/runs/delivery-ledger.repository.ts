import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, Types } from 'mongoose';
import type { DeliveryRecord } from './delivery.schema';
import { RawDocument, readRaw } from './raw-document';
import { insertNew, type RunFence } from './run-work.repository';
import type { IdRange } from './run.schema';

export interface DeliveryRow {
  profileId: string;
  hash: string;
  identity: string;
  runId: string;
  seq: number;
  added: boolean;
  remoteId?: string;
}

export interface DeliveryWrite {
  profileId: string;
  hash: string;
  identity: string;
  added: boolean;
  exists: boolean;
}

/** Rows read at a time: few enough that they are gone before the garbage collector counts them as old. */
const pageSize = 1_000;

/** Opens delivery ledgers, and removes those of targets and exports that are no more. */
@Injectable()
export class DeliveryLedgerRepository {
  constructor(@InjectModel('Delivery') private readonly deliveries: Model<DeliveryRecord>) {}

  open(name: string, exportId: Types.ObjectId): DeliveryLedger {
    return new DeliveryLedger(this.deliveries.collection, name, exportId);
  }

  /** Removes a whole ledger. */
  async remove(name: string): Promise<void> {
    await this.deliveries.deleteMany({ _id: { $gte: `${name}/`, $lt: endOf(name) } });
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

type Collection = Model<DeliveryRecord>['collection'];

/** One export's ledger for one target. */
export class DeliveryLedger {
  private readonly prefix: string;

  constructor(
    private readonly collection: Collection,
    private readonly name: string,
    private readonly exportId: Types.ObjectId,
  ) {
    this.prefix = `${name}/`;
  }

  /** One sorted cursor: with a query a page, the database may choose to sort all that is left for each. */
  async *read(range: IdRange): AsyncGenerator<DeliveryRow[]> {
    const cursor = this.collection
      .find<Uint8Array>({ _id: this.ids(range) } as never, { projection: { x: 0, e: 0 }, raw: true })
      .sort({ _id: 1 })
      .batchSize(pageSize);
    const names: string[] = [];
    const read = (bytes: Uint8Array) =>
      readRaw(
        bytes,
        (buffer) => this.parse(new RawDocument(buffer, names)),
        (row) => this.rowOf(row as DeliveryRecord),
      );
    try {
      while (await cursor.hasNext()) yield cursor.readBufferedDocuments().map(read);
    } finally {
      await cursor.close();
    }
  }

  private parse(row: RawDocument): DeliveryRow {
    const read = { profileId: '', hash: '', identity: '', runId: '', seq: 0, added: false };
    let remoteId: string | undefined;
    while (row.advance()) {
      if (row.key === '_id') read.profileId = String(row.value()).slice(this.prefix.length);
      else if (row.key === 'h') read.hash = String(row.value());
      else if (row.key === 'i') read.identity = String(row.value());
      else if (row.key === 'r') read.runId = row.id();
      else if (row.key === 's') read.seq = Number(row.value());
      else if (row.key === 'a') read.added = row.value() === true;
      else if (row.key === 'c') remoteId = String(row.value());
    }
    return { ...read, remoteId };
  }

  private rowOf({ _id, h, i, r, s, a, c }: DeliveryRecord): DeliveryRow {
    const profileId = _id.slice(this.prefix.length);
    return { profileId, hash: h, identity: i, runId: r.toHexString(), seq: s, added: a, remoteId: c };
  }

  /** New rows are inserted, others updated; neither overwrites what a later claim of the same run wrote. */
  async write({ runId, epoch }: RunFence, seq: number, writes: readonly DeliveryWrite[]): Promise<void> {
    const run = new Types.ObjectId(runId);
    const row = ({ profileId, hash, identity, added }: DeliveryWrite): DeliveryRecord => ({
      _id: this.prefix + profileId,
      x: this.exportId,
      h: hash,
      i: identity,
      r: run,
      e: epoch,
      s: seq,
      a: added,
    });
    const present = await insertNew(
      this.collection as never,
      writes.filter(({ exists }) => !exists).map(row),
    );
    const updates = [...present, ...writes.filter(({ exists }) => exists).map(row)];
    const size = 5_000;
    for (let start = 0; start < updates.length; start += size) {
      await this.collection.bulkWrite(
        updates.slice(start, start + size).map(({ _id, ...change }) => ({
          updateOne: {
            filter: { _id, $nor: [{ r: run, e: { $gt: epoch } }] } as never,
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
    } as never);
  }

  private ids({ from, to }: IdRange): Record<string, string> {
    return {
      $gt: this.prefix + (from ?? ''),
      ...(to === null ? { $lt: endOf(this.name) } : { $lte: this.prefix + to }),
    };
  }
}
