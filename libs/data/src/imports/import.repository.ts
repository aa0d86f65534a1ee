import type { ImportCounts, ImportEnding, ImportProgress } from '@audience-relay/intake';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, type QueryFilter, Types } from 'mongoose';
import { findPage, type ListRequest, type Page } from '../lists/list-page';
import type { ImportRecord } from './import.schema';

export type NewImport = Pick<ImportRecord, 'source' | 'format' | 'columns' | 'idColumn' | 'startedBy'>;

/** An import without its issues: what lists and live progress show. */
export type ImportSummary = Omit<ImportRecord, 'issues'>;

export const importSorts = { startedAt: 'startedAt', finishedAt: 'finishedAt', status: 'status' };

const noCounts: ImportCounts = { read: 0, created: 0, updated: 0, unchanged: 0, rejected: 0, warnings: 0 };

@Injectable()
export class ImportRepository {
  constructor(@InjectModel('Import') private readonly imports: Model<ImportRecord>) {}

  findById(id: Types.ObjectId): Promise<ImportRecord | null> {
    return this.imports.findById(id).lean<ImportRecord>().exec();
  }

  /** Without their issues. */
  findPage(request: ListRequest): Promise<Page<ImportSummary>> {
    return findPage(this.imports, {}, request, {
      sorts: importSorts,
      defaultSort: '-startedAt',
      searchIn: ['source'],
      without: ['issues'],
    });
  }

  /** Those that were under way at some time of a period, newest first, without their issues. */
  findBetween(from: Date, to: Date, limit: number): Promise<ImportSummary[]> {
    return this.imports
      .find(
        { startedAt: { $lte: to }, $or: [{ finishedAt: null }, { finishedAt: { $gte: from } }] },
        { issues: 0 },
      )
      .sort({ startedAt: -1 })
      .limit(limit)
      .lean<ImportSummary[]>()
      .exec();
  }

  /** Those that changed after a moment, oldest change first, without their issues: for live progress. */
  findChangedSince(since: Date, limit = 100): Promise<ImportSummary[]> {
    return this.imports
      .find({ updatedAt: { $gt: since } }, { issues: 0 })
      .sort({ updatedAt: 1 })
      .limit(limit)
      .lean<ImportSummary[]>()
      .exec();
  }

  async insert(started: NewImport): Promise<ImportRecord> {
    const now = new Date();
    const record: ImportRecord = {
      _id: new Types.ObjectId(),
      status: 'running',
      reason: null,
      ...started,
      counts: noCounts,
      issues: [],
      startedAt: now,
      finishedAt: null,
      updatedAt: now,
    };
    await this.imports.collection.insertOne(record);
    return record;
  }

  async saveProgress(id: Types.ObjectId, { columns, counts, issues }: ImportProgress): Promise<void> {
    await this.imports
      .updateOne({ _id: id, status: 'running' }, { $set: { columns, counts, issues, updatedAt: new Date() } })
      .exec();
  }

  /** Ends it, whatever its status was: the process that runs it knows best. */
  end(id: Types.ObjectId, ending: ImportProgress & ImportEnding): Promise<ImportRecord | null> {
    const now = new Date();
    return this.imports
      .findByIdAndUpdate(
        id,
        { $set: { ...ending, updatedAt: now, finishedAt: now } },
        { returnDocument: 'after' },
      )
      .lean<ImportRecord>()
      .exec();
  }

  /** Ends those whose process is gone: nothing was heard of them since `before`. */
  async interruptSilent(before: Date): Promise<number> {
    const now = new Date();
    const silent: QueryFilter<ImportRecord> = { status: 'running', updatedAt: { $lt: before } };
    const { modifiedCount } = await this.imports
      .updateMany(silent, {
        $set: {
          status: 'interrupted',
          reason: {
            code: 'server-stopped',
            message: 'The system stopped while it read the file. What was read is kept: send the file again.',
          },
          updatedAt: now,
          finishedAt: now,
        },
      })
      .exec();
    return modifiedCount;
  }
}
