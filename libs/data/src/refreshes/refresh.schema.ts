import type { RefreshExportTask, RefreshStatus, RefreshTask, RunReason } from '@audience-relay/contracts';
import { Schema, type Types } from 'mongoose';

export type SegmentTask = RefreshTask<Types.ObjectId>;

export type ExportTask = RefreshExportTask<Types.ObjectId>;

/** What started a refresh. */
export interface RefreshTrigger {
  kind: 'schedule' | 'on-demand';
  by: { id: Types.ObjectId; name: string } | null;
  /** When the schedule wanted it. */
  scheduledFor: Date | null;
  /** The time had been missed, and this makes up for it. */
  late: boolean;
}

/**
 * One refresh of the whole system: its segments, then the exports that follow it. Driven by whichever API process
 * leads; each step is one update conditional on `step`, so two leaders cannot both take it.
 */
export interface RefreshRecord {
  _id: Types.ObjectId;
  status: RefreshStatus;
  reason: RunReason | null;
  trigger: RefreshTrigger;
  /** Raised by every write. */
  step: number;
  segments: SegmentTask[];
  exports: ExportTask[];
  cancelRequestedAt: Date | null;
  startedAt: Date;
  finishedAt: Date | null;
  updatedAt: Date;
}

const mixed = Schema.Types.Mixed;

export const refreshSchema = new Schema<RefreshRecord>(
  {
    status: { type: String, required: true },
    reason: { type: mixed, default: null },
    trigger: { type: mixed, required: true },
    step: { type: Number, required: true },
    segments: { type: mixed, required: true },
    exports: { type: mixed, required: true },
    cancelRequestedAt: { type: Date, default: null },
    startedAt: { type: Date, required: true },
    finishedAt: { type: Date, default: null },
    updatedAt: { type: Date, required: true },
  },
  { collection: 'refreshes', versionKey: false, minimize: false },
);

refreshSchema.index({ status: 1 });
refreshSchema.index({ updatedAt: 1 });
