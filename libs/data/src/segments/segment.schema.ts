import type { RunReason, SegmentRule } from '@audience-relay/contracts';
import { Schema, type Types } from 'mongoose';

/** `active`: takes part in scheduled refreshes. `inactive`: keeps its last members. `draft`: the rule is not complete. */
export type SegmentState = 'active' | 'inactive' | 'draft';

/** How its last refresh went, or where the next one stands. */
export type SegmentStatus = 'none' | 'queued' | 'refreshing' | 'succeeded' | 'failed';

/** A named rule, and who it found when it was last refreshed. */
export interface SegmentRecord {
  _id: Types.ObjectId;
  name: string;
  /** The name lower-cased: unique, and for sorting. */
  nameKey: string;
  description: string;
  rule: SegmentRule;
  state: SegmentState;
  /** Members found by the last refresh that succeeded; null before the first. */
  memberCount: number | null;
  status: SegmentStatus;
  /** Why the last refresh failed. */
  reason: RunReason | null;
  /** End of the last refresh that succeeded. */
  refreshedAt: Date | null;
  /** When the status last changed: what makes a lost refresh overdue. */
  statusAt: Date;
  /** How often a refresh was asked for; part of the job's id. */
  dispatch: number;
  /** Asked for again while one was under way: that one may have read the old rule. */
  again: boolean;
  /** Who refreshes it now. A lease that has run out may be taken over. */
  lease: { owner: string; until: Date } | null;
  createdAt: Date;
  createdBy: Types.ObjectId | null;
  updatedAt: Date;
  updatedBy: Types.ObjectId | null;
  version: number;
}

const mixed = Schema.Types.Mixed;

export const segmentSchema = new Schema<SegmentRecord>(
  {
    name: { type: String, required: true },
    nameKey: { type: String, required: true },
    description: { type: String, default: '' },
    rule: { type: mixed, required: true },
    state: { type: String, required: true },
    memberCount: { type: Number, default: null },
    status: { type: String, required: true },
    reason: { type: mixed, default: null },
    refreshedAt: { type: Date, default: null },
    statusAt: { type: Date, required: true },
    dispatch: { type: Number, default: 0 },
    again: { type: Boolean, default: false },
    lease: { type: mixed, default: null },
    createdAt: { type: Date, required: true },
    createdBy: { type: Schema.Types.ObjectId, default: null },
    updatedAt: { type: Date, required: true },
    updatedBy: { type: Schema.Types.ObjectId, default: null },
    version: { type: Number, required: true },
  },
  { collection: 'segments', versionKey: false, minimize: false },
);

segmentSchema.index({ nameKey: 1 }, { unique: true });
segmentSchema.index({ status: 1, statusAt: 1 });
