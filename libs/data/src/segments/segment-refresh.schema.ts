import { Schema, type Types } from 'mongoose';

/** One refresh that succeeded: a point of the member-count graph. */
export interface SegmentRefreshRecord {
  _id: Types.ObjectId;
  segmentId: Types.ObjectId;
  at: Date;
  count: number;
  joined: number;
  left: number;
  /** Milliseconds from claim to end. */
  durationMs: number;
}

export const segmentRefreshSchema = new Schema<SegmentRefreshRecord>(
  {
    segmentId: { type: Schema.Types.ObjectId, required: true },
    at: { type: Date, required: true },
    count: { type: Number, required: true },
    joined: { type: Number, required: true },
    left: { type: Number, required: true },
    durationMs: { type: Number, required: true },
  },
  { collection: 'segmentrefreshes', versionKey: false },
);

segmentRefreshSchema.index({ segmentId: 1, at: -1 });
