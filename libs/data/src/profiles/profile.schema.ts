import type { FieldValue } from '@audience-relay/contracts';
import { Schema, type Types } from 'mongoose';

/** One person, unified: everything that imports have told under one id. */
export interface ProfileRecord {
  /** The id of the source, or one derived from the e-mail address. */
  _id: string;
  /** Values by field key. A field without a value is absent, never null or empty. */
  fields: Record<string, FieldValue>;
  /** Segments whose last refresh found this person. Absent until the first. Written by `SegmentMembersRepository` only. */
  segments?: Types.ObjectId[];
  /** When an import last changed a value. */
  updatedAt: Date;
}

export const profileSchema = new Schema<ProfileRecord>(
  {
    _id: { type: String, required: true },
    fields: { type: Schema.Types.Mixed, required: true },
    segments: { type: [Schema.Types.ObjectId], default: undefined },
    updatedAt: { type: Date, required: true },
  },
  { collection: 'profiles', versionKey: false, minimize: false },
);

// The only index besides `_id`: every further one makes each join and leave dearer, since the row is written anew.
profileSchema.index({ segments: 1, _id: 1 });
