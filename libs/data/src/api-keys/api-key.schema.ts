import type { Role } from '@audience-relay/contracts';
import { Schema, type Types } from 'mongoose';

/** A key by which a script acts under a name of its own. Revoked ones stay, for the names of what they did. */
export interface ApiKeyRecord {
  _id: Types.ObjectId;
  name: string;
  /** The name lower-cased, for sorting. */
  nameKey: string;
  role: Role;
  /** SHA-256 of the whole key. */
  hash: string;
  /** The key's last four characters, to tell keys apart. */
  hint: string;
  /** Null = never. */
  expiresAt: Date | null;
  /** To the minute. */
  lastUsedAt: Date | null;
  createdAt: Date;
  createdBy: Types.ObjectId;
  revokedAt: Date | null;
  revokedBy: Types.ObjectId | null;
}

export const apiKeySchema = new Schema<ApiKeyRecord>(
  {
    name: { type: String, required: true },
    nameKey: { type: String, required: true },
    role: { type: String, required: true },
    hash: { type: String, required: true },
    hint: { type: String, required: true },
    expiresAt: { type: Date, default: null },
    lastUsedAt: { type: Date, default: null },
    createdAt: { type: Date, required: true },
    createdBy: { type: Schema.Types.ObjectId, required: true },
    revokedAt: { type: Date, default: null },
    revokedBy: { type: Schema.Types.ObjectId, default: null },
  },
  { collection: 'apikeys', versionKey: false },
);
