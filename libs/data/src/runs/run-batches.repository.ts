import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, Types } from 'mongoose';
import { isDuplicateKey } from '../duplicate-key';
import type { RunBatchRecord } from './run-batch.schema';
import type { RunRecord } from './run.schema';

/** The history of batches, as workers write it: before the update that counts it, under ids that make a repeat harmless. */
@Injectable()
export class RunBatchesRepository {
  constructor(@InjectModel('RunBatch') private readonly batches: Model<RunBatchRecord>) {}

  /** @returns False when a later claim has closed the batch: nothing was written. */
  async write(runId: string, batch: Omit<RunBatchRecord, '_id' | 'runId' | 'confirmedAt'>): Promise<boolean> {
    const open = batch.status === 'interrupted' ? {} : { status: { $ne: 'interrupted' } as const };
    try {
      await this.batches.updateOne(
        { _id: `${runId}/${batch.seq}`, ...open },
        { $set: { ...batch, runId: new Types.ObjectId(runId), confirmedAt: null } },
        { upsert: true },
      );
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  /**
   * Writes that batches in flight were interrupted, if they got as far as a request.
   * @returns How many requests of them nobody counted as failed.
   */
  async writeInterrupted({ _id, inFlight }: RunRecord): Promise<number> {
    const open = inFlight.filter(({ requests, failed }) => requests > 0 && !failed);
    const now = new Date();
    for (const { seq, phase, requests } of open) {
      const row = { seq, phase, ...unsettled(requests), startedAt: now, durationMs: 0 };
      await this.write(_id.toHexString(), { ...row, status: 'interrupted' });
    }
    return open.reduce((total, { requests }) => total + requests, 0);
  }

  async confirm(runId: string, seq: number, rejected: number): Promise<void> {
    await this.batches.updateOne(
      { _id: `${runId}/${seq}` },
      { $set: { status: 'confirmed', confirmedAt: new Date() }, $inc: { rejected } },
    );
  }
}

/** What the history shows of a batch that was not settled. */
export function unsettled(
  requests: number,
): Pick<RunBatchRecord, 'records' | 'bytes' | 'requests' | 'failedRequests' | 'rejected'> {
  return { records: 0, bytes: 0, requests, failedRequests: requests, rejected: 0 };
}
