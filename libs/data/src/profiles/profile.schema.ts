import type { FieldValue } from '@audience-relay/contracts';
import { Schema, type Types } from 'mongoose';

/** One person, unified: everything that imports have told under one id. */
export interface ProfileRecord {
  /** The id of the source, or one derived from the e-mail address. */
  _id: string;
  /** Values by field key. A field without a value is absent, never null or empty. */
  fields: Record<string, FieldValue>;
  /**
   * By field key: the text that a value was read from, where it is not the value itself (`26-08-2020`), and texts that
   * are not of the field's type. By them a field can change its type without a new import. Absent = there are none.
   */
  texts?: Record<string, string>;
  /** Segments whose last refresh found this person. Absent until the first. Written by `SegmentMembersRepository` only. */
  segments?: Types.ObjectId[];
  /** When an import last changed a value. */
  updatedAt: Date;
}

export const profileSchema = new Schema<ProfileRecord>(
  {
    _id: { type: String, required: true },
    fields: { type: Schema.Types.Mixed, required: true },
    texts: { type: Schema.Types.Mixed, default: undefined },
    segments: { type: [Schema.Types.ObjectId], default: undefined },
    updatedAt: { type: Date, required: true },
  },
  { collection: 'profiles', versionKey: false, minimize: false },
);

// The only index besides `_id`: every further one makes each join and leave dearer, since the row is written anew.
profileSchema.index({ segments: 1, _id: 1 });
