import type { RefreshSchedule } from '@audience-relay/contracts';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model, Types } from 'mongoose';
import { isDuplicateKey } from '../duplicate-key';
import type { RefreshSettingsRecord } from './refresh-settings.schema';
import { type WriteResult, writeResult } from '../write-result';

const initial: RefreshSettingsRecord = {
  _id: 'refresh',
  schedule: { every: 'off', timeZone: 'UTC', times: ['06:00'], weekdays: [1] },
  nextAt: null,
  activeRefreshId: null,
  updatedAt: null,
  updatedBy: null,
  version: 1,
};

@Injectable()
export class RefreshSettingsRepository {
  constructor(@InjectModel('RefreshSettings') private readonly settings: Model<RefreshSettingsRecord>) {}

  /** The settings; off until somebody sets them. */
  async read(): Promise<RefreshSettingsRecord> {
    const stored = await this.settings.findById('refresh').lean<RefreshSettingsRecord>().exec();
    return stored ?? this.create();
  }

  update(
    version: number,
    schedule: RefreshSchedule,
    nextAt: Date | null,
    by: Types.ObjectId,
  ): Promise<WriteResult<RefreshSettingsRecord>> {
    return writeResult(() =>
      this.settings
        .findOneAndUpdate(
          { _id: 'refresh', version },
          { $set: { schedule, nextAt, updatedAt: new Date(), updatedBy: by }, $inc: { version: 1 } },
          { returnDocument: 'after' },
        )
        .lean<RefreshSettingsRecord>()
        .exec(),
    );
  }

  /** Several processes may find nothing at once; one document comes of it. */
  private async create(): Promise<RefreshSettingsRecord> {
    try {
      await this.settings.insertOne(initial);
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
    const stored = await this.settings.findById('refresh').lean<RefreshSettingsRecord>().exec();
    return stored ?? initial;
  }
}
