import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model, Types } from 'mongoose';
import { DeliveryLedgerRepository } from '../runs/delivery-ledger.repository';
import { RunRemovalRepository } from '../runs/run-removal.repository';
import type { ExportRemovalRecord } from './export-removal.schema';
import type { ExportRecord } from './export.schema';

/**
 * Removes what belonged to an export: its runs, their issues and batches, its ledgers. The intent is written before
 * the export goes and taken back when all is gone, so a process that dies in between leaves nothing behind for good.
 */
@Injectable()
export class ExportRemovalRepository {
  constructor(
    @InjectModel('ExportRemoval') private readonly removals: Model<ExportRemovalRecord>,
    @InjectModel('Export') private readonly exports: Model<ExportRecord>,
    private readonly runs: RunRemovalRepository,
    private readonly ledgers: DeliveryLedgerRepository,
  ) {}

  async begin({ _id }: ExportRecord): Promise<void> {
    await this.removals.updateOne({ _id }, { $set: { at: new Date() } }, { upsert: true }).exec();
  }

  /** The export stays after all. */
  async cancel(exportId: Types.ObjectId): Promise<void> {
    await this.removals.deleteOne({ _id: exportId }).exec();
  }

  /** Cleans up after an export that is gone. May be repeated. */
  async finish(exportId: Types.ObjectId): Promise<void> {
    const removal = await this.removals.findById(exportId).lean<ExportRemovalRecord>().exec();
    if (!removal) return;
    await this.ledgers.removeOfExport(exportId);
    await this.runs.removeOfExport(exportId);
    await this.removals.deleteOne({ _id: exportId }).exec();
  }

  /** Continues removals that a process left behind. Called by the reconciler. */
  async finishBefore(before: Date): Promise<void> {
    const left = await this.removals
      .find({ at: { $lt: before } })
      .lean<ExportRemovalRecord[]>()
      .exec();
    for (const { _id } of left) {
      if (await this.exports.exists({ _id }).exec()) await this.cancel(_id);
      else await this.finish(_id);
    }
  }
}
