import type { Role } from '@audience-relay/contracts';
import { Schema, type Types } from 'mongoose';

/** A person who signs in. */
export interface UserRecord {
  _id: Types.ObjectId;
  /** Trimmed and lower-cased; unique. */
  email: string;
  name: string;
  /** The name lower-cased, for sorting. */
  nameKey: string;
  role: Role;
  /** argon2id, with its parameters and salt. */
  passwordHash: string;
  disabled: boolean;
  lastSignInAt: Date | null;
  createdAt: Date;
  createdBy: Types.ObjectId | null;
  updatedAt: Date;
  updatedBy: Types.ObjectId | null;
  version: number;
}

export const userSchema = new Schema<UserRecord>(
  {
    email: { type: String, required: true },
    name: { type: String, required: true },
    nameKey: { type: String, required: true },
    role: { type: String, required: true },
    passwordHash: { type: String, required: true },
    disabled: { type: Boolean, required: true },
    lastSignInAt: { type: Date, default: null },
    createdAt: { type: Date, required: true },
    createdBy: { type: Schema.Types.ObjectId, default: null },
    updatedAt: { type: Date, required: true },
    updatedBy: { type: Schema.Types.ObjectId, default: null },
    version: { type: Number, required: true },
  },
  { collection: 'users', versionKey: false },
);

userSchema.index({ email: 1 }, { unique: true });
