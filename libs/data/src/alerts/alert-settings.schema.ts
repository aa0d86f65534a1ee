import { Schema, type Types } from 'mongoose';
import type { SealedSecret } from '../secrets/secret-box';

/** Where alerts go besides the console's list. One document. */
export interface AlertSettingsRecord {
  _id: 'alerts';
  webhook: { url: string; signingSecret: SealedSecret | null } | null;
  email: { baseUrl: string; apiKey: SealedSecret; from: string; to: string[] } | null;
  updatedAt: Date | null;
  updatedBy: Types.ObjectId | null;
  version: number;
}

const mixed = Schema.Types.Mixed;

export const alertSettingsSchema = new Schema<AlertSettingsRecord>(
  {
    _id: { type: String, required: true },
    webhook: { type: mixed, default: null },
    email: { type: mixed, default: null },
    updatedAt: { type: Date, default: null },
    updatedBy: { type: Schema.Types.ObjectId, default: null },
    version: { type: Number, required: true },
  },
  { collection: 'alertsettings', versionKey: false, minimize: false },
);
