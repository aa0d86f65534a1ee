import { activeRunStatuses } from '@audience-relay/contracts';
import type { Fence, IdRange, Ledger, LedgerRow, LedgerWrite } from '@audience-relay/exports/ports';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, Types } from 'mongoose';
import type { ExportRecord, StoredLedger } from '../exports/export.schema';
import { insertNew } from '../insert-new';
import type { DeliveryRecord } from './delivery.schema';
import { StoredRow } from './delivery-row';
import { rawPages } from './raw-document';
import { RunBatchesRepository } from './run-batches.repository';
import { held, interruptedOf } from './run-claims.repository';
import { RunHistoryRepository } from './run-history.repository';
import type { RunRecord } from './run.schema';

export interface LedgerAccess {
  /** See `DeliveryRecord.f`. */
  fence: number;
  /** Batches that were never settled, as `<run>/<seq>`: their rows are read as not known to be at the destination. */
  untrusted: ReadonlySet<string>;
  /** Reads only rows of these profiles, which are asked for a page at a time, in order. Default: all. */
  only?: (range: IdRange, limit: number) => Promise<readonly string[]>;
}

/** Rows read at a time: few enough that they are gone before the garbage collector counts them as old. */
const pageSize = 1_000;

/**
 * Opens delivery ledgers, and removes those of exports that are no more. A run takes the ledger of its
 * export by raising the export's fence, which no later run and no later claim shares.
 */
@Injectable()
export class DeliveryLedgerRepository {
  constructor(
    @InjectModel('Delivery') private readonly deliveries: Model<DeliveryRecord>,
    @InjectModel('Export') private readonly exports: Model<ExportRecord>,
    @InjectModel('Run') private readonly runs: Model<RunRecord>,
    private readonly batches: RunBatchesRepository,
    private readonly history: RunHistoryRepository,
  ) {}

  open(name: string, exportId: Types.ObjectId, access: LedgerAccess): Ledger {
    return new DeliveryLedger(this.deliveries.collection, name, exportId, access);
  }

  /**
   * Takes the ledger of a run's export and target, after settling what earlier runs left open. The ledgers of other
   * targets of the export stay: it may go back to them.
   * @returns Null when the run is not this worker's any more.
   */
  async claim(
    { exportId, plan }: Pick<RunRecord, 'exportId' | 'plan'>,
    fence: Fence,
    target: { key: string; formerKey: string },
  ): Promise<Ledger | null> {
    const claim = await this.raiseFence(exportId, fence);
    if (!claim) return null;
    const { ledger, ledgers = [] } = claim;
    const nameOf = (key: string) => `${exportId.toHexString()}.${key}`;
    const known = ledgers.find((each) => each.target === target.key);
    const isFormer = ledger !== null && ledger === nameOf(target.formerKey);
    const name = known?.name ?? (isFormer ? ledger : nameOf(target.key));
    const all = known ? ledgers : [...ledgers, { target: target.key, name }];
    if ((ledger !== name || !known) && !(await this.use(name, all, exportId, claim.ledgerFence))) return null;

    const opened = all.map((each) =>
      this.open(each.name, exportId, { fence: claim.ledgerFence, untrusted: new Set() }),
    );
    for (const run of await this.findUnsettled(exportId)) {
      const batches = [...run.inFlight, ...run.awaiting, ...(run.interrupted ?? [])];
      for (const one of opened)
        for (const batch of batches) await one.markUncertain(run._id.toHexString(), batch.seq, batch);
      await this.settleUncertain(run);
    }
    const { retryOf } = plan;
    return this.open(name, exportId, {
      fence: claim.ledgerFence,
      untrusted: await this.untrustedBatches(exportId),
      ...(retryOf && { only: (range, limit) => this.history.rejectedProfileIds(retryOf, range, limit) }),
    });
  }

  /** How many people a ledger knows. */
  async count(name: string): Promise<number> {
    return this.deliveries.countDocuments({ _id: { $gte: `${name}/`, $lt: endOf(name) } });
  }

  /** Removes all ledgers of an export: their names begin with its id. */
  async removeOfExport(exportId: Types.ObjectId): Promise<void> {
    const id = exportId.toHexString();
    // "/" is the character after ".".
    await this.deliveries.deleteMany({ _id: { $gte: `${id}.`, $lt: `${id}/` } });
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

  /** @returns The ledgers, and the new fence, higher than that of any claim before; null = the run's fence is lost. */
  private async raiseFence(
    exportId: Types.ObjectId,
    { runId, epoch }: Fence,
  ): Promise<Pick<ExportRecord, 'ledger' | 'ledgers' | 'ledgerFence'> | null> {
    const activeRunId = new Types.ObjectId(runId);
    const target = await this.exports
      .findOneAndUpdate(
        { _id: exportId, activeRunId },
        { $inc: { ledgerFence: 1 } },
        { returnDocument: 'after', projection: { ledger: 1, ledgers: 1, ledgerFence: 1 } },
      )
      .lean<Pick<ExportRecord, 'ledger' | 'ledgers' | 'ledgerFence'>>();
    // Looked at afterwards: a worker that woke up late has raised a fence that it must not write under.
    return target && (await this.runs.exists(held({ runId, epoch }))) ? target : null;
  }

  /** @returns False: another has claimed it. */
  private async use(
    ledger: string,
    ledgers: StoredLedger[],
    exportId: Types.ObjectId,
    fence: number,
  ): Promise<boolean> {
    const { matchedCount } = await this.exports.updateOne(
      { _id: exportId, ledgerFence: fence },
      { $set: { ledger, ledgers } },
    );
    return matchedCount === 1;
  }

  /** Ended runs of an export whose last batches nobody settled, or whose verdicts nobody awaits any more. */
  private findUnsettled(exportId: Types.ObjectId): Promise<RunRecord[]> {
    return this.runs
      .find({
        exportId,
        status: { $nin: activeRunStatuses },
        $or: ['inFlight', 'awaiting', 'interrupted'].map((of) => ({ [`${of}.0`]: { $exists: true } })),
      })
      .lean<RunRecord[]>();
  }

  /** After the ledger rows of such a run were marked. */
  private async settleUncertain(run: RunRecord): Promise<void> {
    const lost = await this.batches.writeInterrupted(run);
    const seqs = [...interruptedOf(run), ...(run.interrupted ?? [])].map(({ seq }) => seq);
    await this.runs.updateOne(
      { _id: run._id },
      {
        $set: { inFlight: [], awaiting: [], interrupted: [] },
        $addToSet: { distrusted: { $each: seqs } },
        $inc: { failedRequests: lost },
      },
    );
  }

  /** Batches of an export's runs whose ledger rows are not trusted, whenever they were written: `<run>/<seq>`. */
  private async untrustedBatches(exportId: Types.ObjectId): Promise<Set<string>> {
    const runs = await this.runs
      .find({ exportId, 'distrusted.0': { $exists: true } }, { distrusted: 1 })
      .lean<Pick<RunRecord, '_id' | 'distrusted'>[]>();
    return new Set(
      runs.flatMap(({ _id, distrusted }) => distrusted.map((seq) => `${_id.toHexString()}/${seq}`)),
    );
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
class DeliveryLedger implements Ledger {
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
  async *read(range: IdRange): AsyncGenerator<LedgerRow[]> {
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

  private find(ids: Record<string, unknown>): AsyncGenerator<LedgerRow[]> {
    const cursor = this.collection
      .find<Uint8Array>({ _id: ids } as never, { projection: { x: 0, f: 0 }, raw: true })
      .sort({ _id: 1 })
      .batchSize(pageSize);
    const form = { prefix: this.prefix.length, untrusted: this.access.untrusted, names: [] };
    return rawPages(cursor, (bytes) => new StoredRow(bytes, form));
  }

  /** New rows are inserted, others updated; neither overwrites what was written under a higher fence. */
  async write({ runId }: { runId: string }, seq: number, writes: readonly LedgerWrite[]): Promise<void> {
    const run = new Types.ObjectId(runId);
    const row = ({ profileId, hash, identity, added, unchanged, remoteId }: LedgerWrite): DeliveryRecord => ({
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

  async revert(
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

  async markUncertain(runId: string, seq: number, range: IdRange): Promise<void> {
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
