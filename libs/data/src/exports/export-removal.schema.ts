import { Schema, type Types } from 'mongoose';

/** An export that is being removed. Stands until everything that belonged to it is gone. `_id` is the export's. */
export interface ExportRemovalRecord {
  _id: Types.ObjectId;
  at: Date;
}

export const exportRemovalSchema = new Schema<ExportRemovalRecord>(
  {
    _id: { type: Schema.Types.ObjectId, required: true },
    at: { type: Date, required: true },
  },
  { collection: 'exportremovals', versionKey: false },
);
