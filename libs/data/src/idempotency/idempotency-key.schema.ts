import { Schema } from 'mongoose';

/** A request that was made with an `Idempotency-Key`, and its answer. `_id` is `<user>/<key>`. */
export interface IdempotencyKeyRecord {
  _id: string;
  /** Of method, path and body: the same key must mean the same request. */
  requestHash: string;
  /** HTTP status of the answer; null while the request is being worked on. */
  status: number | null;
  body: unknown;
  startedAt: Date;
}

export const idempotencyKeySchema = new Schema<IdempotencyKeyRecord>(
  {
    _id: { type: String, required: true },
    requestHash: { type: String, required: true },
    status: { type: Number, default: null },
    body: { type: Schema.Types.Mixed, default: null },
    startedAt: { type: Date, required: true },
  },
  { collection: 'idempotencykeys', versionKey: false, minimize: false },
);

idempotencyKeySchema.index({ startedAt: 1 }, { expireAfterSeconds: 24 * 60 * 60 });
