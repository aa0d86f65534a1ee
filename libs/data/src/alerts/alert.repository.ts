import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model, Types } from 'mongoose';
import { isDuplicateKey } from '../duplicate-key';
import type { AlertState, ExportRecord } from '../exports/export.schema';
import { findPage, type ListRequest, type Page } from '../lists/list-page';
import type { AlertRecord } from './alert.schema';

/** An export whose last run nobody has judged yet. */
export type UnjudgedExport = Pick<ExportRecord, '_id' | 'name' | 'lastRun' | 'rejectedLimit' | 'alert'>;

@Injectable()
export class AlertRepository {
  constructor(
    @InjectModel('Alert') private readonly alerts: Model<AlertRecord>,
    @InjectModel('Export') private readonly exports: Model<ExportRecord>,
  ) {}

  findPage(request: ListRequest, exportId?: Types.ObjectId): Promise<Page<AlertRecord>> {
    return findPage(this.alerts, exportId ? { exportId } : {}, request, {
      sorts: { at: 'at', kind: 'kind', export: 'exportName' },
      defaultSort: '-at',
      searchIn: ['exportName', 'message'],
    });
  }

  findUnjudged(): Promise<UnjudgedExport[]> {
    return this.exports
      .find(
        {
          'lastRun.finishedAt': { $ne: null },
          $expr: { $ne: ['$lastRun.id', '$alert.runId'] },
        },
        { name: 1, lastRun: 1, rejectedLimit: 1, alert: 1 },
      )
      .lean<UnjudgedExport[]>()
      .exec();
  }

  /** Keeps what is to be told. Told already (a process died before it wrote down that it had judged): nothing. */
  async insert(alert: AlertRecord): Promise<void> {
    try {
      await this.alerts.insertOne(alert);
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
  }

  /** Writes down how the export fares, unless another process did. */
  async judge({ _id, alert }: UnjudgedExport, now: AlertState): Promise<void> {
    await this.exports.updateOne({ _id, 'alert.runId': alert.runId }, { $set: { alert: now } }).exec();
  }

  findDue(now: Date): Promise<AlertRecord[]> {
    return this.alerts
      .find({ nextTryAt: { $ne: null, $lte: now } })
      .sort({ at: 1 })
      .limit(50)
      .lean<AlertRecord[]>()
      .exec();
  }

  async settle(
    { _id, tries }: AlertRecord,
    result: Pick<AlertRecord, 'webhook' | 'email' | 'nextTryAt'>,
  ): Promise<void> {
    await this.alerts.updateOne({ _id, tries }, { $set: result, $inc: { tries: 1 } }).exec();
  }
}
