import { Schema } from 'mongoose';

/** A living worker process. `_id` is its own name (host and pid). */
export interface WorkerHeartbeatRecord {
  _id: string;
  at: Date;
}

export const workerHeartbeatSchema = new Schema<WorkerHeartbeatRecord>(
  { _id: { type: String, required: true }, at: { type: Date, required: true } },
  { collection: 'workerheartbeats', versionKey: false },
);

// Workers that ended are forgotten.
workerHeartbeatSchema.index({ at: 1 }, { expireAfterSeconds: 3600 });
