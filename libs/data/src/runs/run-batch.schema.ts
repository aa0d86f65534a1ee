import { Schema, type Types } from 'mongoose';
import type { RunPhase } from './run.schema';

export type RunBatchStatus = 'accepted' | 'awaiting' | 'confirmed' | 'rejected';

/** One settled batch, for the run's history. Nothing is decided by it: the run document is the truth. `_id` is `<run>/<seq>`. */
export interface RunBatchRecord {
  _id: string;
  runId: Types.ObjectId;
  seq: number;
  phase: RunPhase;
  status: RunBatchStatus;
  records: number;
  /** Of the request bodies that were accepted. */
  bytes: number;
  requests: number;
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
    rejected: { type: Number, required: true },
    startedAt: { type: Date, required: true },
    durationMs: { type: Number, required: true },
    confirmedAt: { type: Date, default: null },
  },
  { collection: 'runbatches', versionKey: false },
);

runBatchSchema.index({ runId: 1, seq: 1 });
