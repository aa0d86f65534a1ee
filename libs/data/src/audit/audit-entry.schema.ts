import { Schema, type Types } from 'mongoose';

/** One change that somebody made: who, when, what; never to which value. Written once, never changed. */
export interface AuditEntryRecord {
  _id: Types.ObjectId;
  at: Date;
  /** The operation, as the API calls it: `updateConnection`. */
  action: string;
  /** What it was done to: `connections`. */
  subject: string;
  subjectId: string | null;
  /** Null: nobody is known to have been signed in (signing out with a token that is no longer good). */
  userId: Types.ObjectId | null;
  /** Members of the request: which fields were set, not their values. */
  members: string[];
}

export const auditEntrySchema = new Schema<AuditEntryRecord>(
  {
    at: { type: Date, required: true },
    action: { type: String, required: true },
    subject: { type: String, required: true },
    subjectId: { type: String, default: null },
    userId: { type: Schema.Types.ObjectId, default: null },
    members: { type: [String], required: true },
  },
  { collection: 'audit', versionKey: false },
);

auditEntrySchema.index({ at: -1 });
auditEntrySchema.index({ subjectId: 1, at: -1 });
