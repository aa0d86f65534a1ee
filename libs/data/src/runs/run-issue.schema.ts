import { Schema, type Types } from 'mongoose';

/**
 * `rejected`: the destination refused the row. `skipped`: it was never sent. `warning`: sent, but with something left
 * out. `removal`: the run would have taken the person off the target and was held.
 */
export type RunIssueKind = 'rejected' | 'skipped' | 'warning' | 'removal';

/** One row that needs a person's eye. Its `_id` is `<run>/<profile>/<code>`, so writing it twice is writing it once. */
export interface RunIssueRecord {
  _id: string;
  runId: Types.ObjectId;
  exportId: Types.ObjectId;
  profileId: string;
  kind: RunIssueKind;
  code: string;
  message: string;
  /** The identity with most letters masked: `j***@gmail.com`. */
  identity: string | null;
  /** The remote field it is about. */
  field: string | null;
  at: Date;
}

export const runIssueSchema = new Schema<RunIssueRecord>(
  {
    _id: { type: String, required: true },
    runId: { type: Schema.Types.ObjectId, required: true },
    exportId: { type: Schema.Types.ObjectId, required: true },
    profileId: { type: String, required: true },
    kind: { type: String, required: true },
    code: { type: String, required: true },
    message: { type: String, required: true },
    identity: { type: String, default: null },
    field: { type: String, default: null },
    at: { type: Date, required: true },
  },
  { collection: 'runissues', versionKey: false },
);

runIssueSchema.index({ runId: 1, kind: 1, profileId: 1 });
runIssueSchema.index({ profileId: 1 });
