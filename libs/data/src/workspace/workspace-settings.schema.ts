import { Schema, type Types } from 'mongoose';

/** What holds for everybody who works here. One document. */
export interface WorkspaceSettingsRecord {
  _id: 'workspace';
  /** IANA name: decides to which day a moment belongs in rules. */
  timeZone: string;
  updatedAt: Date | null;
  updatedBy: Types.ObjectId | null;
  version: number;
}

export const workspaceSettingsSchema = new Schema<WorkspaceSettingsRecord>(
  {
    _id: { type: String, required: true },
    timeZone: { type: String, required: true },
    updatedAt: { type: Date, default: null },
    updatedBy: { type: Schema.Types.ObjectId, default: null },
    version: { type: Number, required: true },
  },
  { collection: 'workspacesettings', versionKey: false },
);
