import type { SearchKeys } from '@audience-relay/intake';
import { Schema } from 'mongoose';

/**
 * What a profile is found by, lower-cased. Apart from the profile, because three more indexes there would make every
 * refresh of a segment two to three times as slow.
 */
export interface ProfileSearchRecord extends SearchKeys {
  /** The profile's id. */
  _id: string;
}

export const profileSearchSchema = new Schema<ProfileSearchRecord>(
  { _id: { type: String, required: true }, email: String, name: String, family: String },
  { collection: 'profilesearch', versionKey: false },
);

profileSearchSchema.index({ email: 1 });
profileSearchSchema.index({ name: 1 });
profileSearchSchema.index({ family: 1 });
