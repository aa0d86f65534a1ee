import { Schema } from 'mongoose';

/** Who may do what only one process at a time should do. `_id` names the task. */
export interface LeaseRecord {
  _id: string;
  /** The process, unique among living ones. */
  owner: string;
  until: Date;
}

export const leaseSchema = new Schema<LeaseRecord>(
  {
    _id: { type: String, required: true },
    owner: { type: String, required: true },
    until: { type: Date, required: true },
  },
  { collection: 'leases', versionKey: false },
);
