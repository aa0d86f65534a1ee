import type { RunPhase } from '@audience-relay/exports/ports';
import { Schema, type Types } from 'mongoose';

/** `failed`: a request of it failed. `interrupted`: its worker died over it. What these carried was sent again. */
export type RunBatchStatus = 'accepted' | 'awaiting' | 'confirmed' | 'rejected' | 'failed' | 'interrupted';

/** One batch that reached the destination or was to, for the run's history. Nothing is decided by it: the run document is the truth. `_id` is `<run>/<seq>`. */
export interface RunBatchRecord {
  _id: string;
  runId: Types.ObjectId;
  seq: number;
  phase: RunPhase;
  status: RunBatchStatus;
  /** Rows that were taken or refused: none of a batch that failed. */
  records: number;
  /** Of the request bodies that were accepted. */
  bytes: number;
  requests: number;
  /** All of them when the batch failed or was interrupted, else none. */
  failedRequests: number;
  rejected: number;
  startedAt: Date;
  /** Milliseconds from begin to settled. */
  durationMs: number;
  confirmedAt: Date | null;
}

export const runBatchSchema = new Schema<RunBatchRecord>(
  {
    _id: { type: String, required: true },
    runId: { type: Schema.Types.ObjectId, required: true },
    seq: { type: Number, required: true },
    phase: { type: String, required: true },
    status: { type: String, required: true },
    records: { type: Number, required: true },
    bytes: { type: Number, required: true },
    requests: { type: Number, required: true },
    failedRequests: { type: Number, default: 0 },
    rejected: { type: Number, required: true },
    startedAt: { type: Date, required: true },
    durationMs: { type: Number, required: true },
    confirmedAt: { type: Date, default: null },
  },
  { collection: 'runbatches', versionKey: false },
);

runBatchSchema.index({ runId: 1, seq: 1 });
