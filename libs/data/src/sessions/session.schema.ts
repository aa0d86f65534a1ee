import { Schema, type Types } from 'mongoose';

/**
 * A sign-in and all refresh tokens that came of it: only the newest is valid. An older one that turns up again was
 * stolen, or its successor was, so the whole session ends.
 */
export interface SessionRecord {
  _id: Types.ObjectId;
  userId: Types.ObjectId;
  /** SHA-256 of the valid refresh token. */
  tokenHash: string;
  /** SHA-256 of the one before, and when it was replaced: two tabs may refresh at the same moment. */
  previousHash: string | null;
  rotatedAt: Date;
  /** What the browser or script called itself when it signed in; absent in older sessions. */
  userAgent?: string | null;
  createdAt: Date;
  /** Slides with every refresh, up to `endsAt`; the database removes the document after it. */
  expiresAt: Date;
  /** The latest moment to which the session can be extended. */
  endsAt: Date;
}

export const sessionSchema = new Schema<SessionRecord>(
  {
    userId: { type: Schema.Types.ObjectId, required: true },
    tokenHash: { type: String, required: true },
    previousHash: { type: String, default: null },
    rotatedAt: { type: Date, required: true },
    userAgent: { type: String, default: null },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    endsAt: { type: Date, required: true },
  },
  { collection: 'sessions', versionKey: false },
);

sessionSchema.index({ userId: 1 });
sessionSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
