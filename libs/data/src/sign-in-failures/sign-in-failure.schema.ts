import { Schema } from 'mongoose';

/** Wrong passwords of late for one account from one address. `_id` is a hash of both. */
export interface SignInFailureRecord {
  _id: string;
  count: number;
  /** Counting begins anew after this. The database removes the document later. */
  expiresAt: Date;
}

export const signInFailureSchema = new Schema<SignInFailureRecord>(
  {
    _id: { type: String, required: true },
    count: { type: Number, required: true },
    expiresAt: { type: Date, required: true },
  },
  { collection: 'signinfailures', versionKey: false },
);

signInFailureSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
