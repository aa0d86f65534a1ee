import type { RefreshSchedule } from '@audience-relay/contracts';
import { Schema, type Types } from 'mongoose';

/** The one document of system refreshes: when they are due, and which one is under way. */
export interface RefreshSettingsRecord {
  _id: 'refresh';
  schedule: RefreshSchedule;
  /** When the next one is due. Moved on by the same update that claims the due refresh. */
  nextAt: Date | null;
  /** The one refresh under way. */
  activeRefreshId: Types.ObjectId | null;
  updatedAt: Date | null;
  updatedBy: Types.ObjectId | null;
  version: number;
}

export const refreshSettingsSchema = new Schema<RefreshSettingsRecord>(
  {
    _id: { type: String, required: true },
    schedule: { type: Schema.Types.Mixed, required: true },
    nextAt: { type: Date, default: null },
    activeRefreshId: { type: Schema.Types.ObjectId, default: null },
    updatedAt: { type: Date, default: null },
    updatedBy: { type: Schema.Types.ObjectId, default: null },
    version: { type: Number, required: true },
  },
  { collection: 'refreshsettings', versionKey: false },
);
