import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model, Types } from 'mongoose';
import { type WriteResult, writeResult } from '../write-result';
import type { WorkspaceSettingsRecord } from './workspace-settings.schema';

const initial: WorkspaceSettingsRecord = {
  _id: 'workspace',
  timeZone: 'UTC',
  updatedAt: null,
  updatedBy: null,
  version: 0,
};

@Injectable()
export class WorkspaceSettingsRepository {
  constructor(@InjectModel('WorkspaceSettings') private readonly settings: Model<WorkspaceSettingsRecord>) {}

  /** The settings; UTC until somebody sets them. */
  async read(): Promise<WorkspaceSettingsRecord> {
    const stored = await this.settings.findById('workspace').lean<WorkspaceSettingsRecord>().exec();
    return stored ?? initial;
  }

  update(
    version: number,
    timeZone: string,
    by: Types.ObjectId,
  ): Promise<WriteResult<WorkspaceSettingsRecord>> {
    const changes = { timeZone, updatedAt: new Date(), updatedBy: by };
    if (version === 0) return this.create({ ...initial, ...changes, version: 1 });
    return writeResult(() =>
      this.settings
        .findOneAndUpdate(
          { _id: 'workspace', version },
          { $set: changes, $inc: { version: 1 } },
          { returnDocument: 'after' },
        )
        .lean<WorkspaceSettingsRecord>()
        .exec(),
    );
  }

  private async create(record: WorkspaceSettingsRecord): Promise<WriteResult<WorkspaceSettingsRecord>> {
    const result = await writeResult(async () => {
      await this.settings.collection.insertOne(record as never);
      return record;
    });
    // Somebody else was first.
    return 'refused' in result ? { refused: 'conflict' } : result;
  }
}
