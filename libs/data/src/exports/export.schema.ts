import type {
  ExportHealth,
  DeliveryMode,
  DeliveryScope,
  ExportSchedule,
  FieldType,
  FieldValue,
  RemovalLimit,
  RunCounts,
  RunReason,
  RunStatus,
} from '@audience-relay/contracts';
import { Schema, type Types } from 'mongoose';

/** Which profile field fills which remote field; custom fields by the name they have at the destination. */
export interface StoredMapping {
  fields: Record<string, string>;
  custom: { source: string; name: string; type: FieldType }[];
}

/** The last run as the exports list shows it. Written by whoever ends or changes a run, never read for decisions. */
export interface LastRun {
  id: Types.ObjectId;
  status: RunStatus;
  reason: RunReason | null;
  counts: RunCounts;
  queuedAt: Date;
  finishedAt: Date | null;
}

/** An export's schedule with what the clock needs. */
export interface StoredSchedule extends ExportSchedule {
  /** Kind `own`: when it is due next. Moved on by the same update that claims the export for the due run. */
  nextAt: Date | null;
}

/** A target's delivery ledger. */
export interface StoredLedger {
  /** The key of the target; see `targetOf` of the engine. */
  target: string;
  name: string;
}

/** How an export last fared, so that one message is sent per change and not per run. */
export interface AlertState {
  state: ExportHealth;
  /** The last run that was judged. */
  runId: Types.ObjectId | null;
}

/** What is delivered where, and how. */
export interface ExportRecord {
  _id: Types.ObjectId;
  name: string;
  /** The name lower-cased, for sorting. */
  nameKey: string;
  /** Null = detached: everything is kept, nothing runs. */
  connectionId: Types.ObjectId | null;
  destination: string;
  /** Values of the destination's settings fields. */
  settings: Record<string, FieldValue>;
  /** Names of chosen targets at the time of choosing, for people: `{ list: 'Newsletter' }`. */
  settingsLabels: Record<string, string>;
  mapping: StoredMapping;
  segmentIds: Types.ObjectId[];
  mode: DeliveryMode;
  /** Mirror: also takes off people whom this export did not put on the target. Absent in exports of earlier versions. */
  removeStrangers?: boolean;
  scope: DeliveryScope;
  /** More members than this: the run is skipped with that reason. */
  hardLimit: number | null;
  /** Mirror: more removals than this need a person's approval. Absent in exports of earlier versions. */
  removalLimit?: RemovalLimit;
  schedule: StoredSchedule;
  /** Percent of the sent rows: more rejected than this raises an alert. Null = never. */
  rejectedLimit: number | null;
  alert: AlertState;
  /** The one active run. Claimed by one conditional update, released by the run's last one. */
  activeRunId: Types.ObjectId | null;
  lastRun: LastRun | null;
  /** The last system refresh that started or skipped this export, and by which run: it does so once. */
  lastRefresh: { id: Types.ObjectId; runId: Types.ObjectId } | null;
  /** Name of the delivery ledger in use; null before the first run. Changes with connection and target. */
  ledger: string | null;
  /** The ledgers of all targets that it delivered to: whoever goes back to a target finds its people known. */
  ledgers?: StoredLedger[];
  /** Raised by every claim of a run that opens the ledger; see `DeliveryRecord.f`. */
  ledgerFence: number;
  createdAt: Date;
  createdBy: Types.ObjectId | null;
  updatedAt: Date;
  updatedBy: Types.ObjectId | null;
  version: number;
}

const mapping = new Schema<StoredMapping>(
  {
    fields: { type: Schema.Types.Mixed, required: true },
    custom: { type: [{ _id: false, source: String, name: String, type: { type: String } }], required: true },
  },
  { _id: false },
);

export const exportSchema = new Schema<ExportRecord>(
  {
    name: { type: String, required: true },
    nameKey: { type: String, required: true },
    connectionId: { type: Schema.Types.ObjectId, default: null },
    destination: { type: String, required: true },
    settings: { type: Schema.Types.Mixed, default: {} },
    settingsLabels: { type: Schema.Types.Mixed, default: {} },
    mapping: { type: mapping, required: true },
    segmentIds: { type: [Schema.Types.ObjectId], required: true },
    mode: { type: String, required: true },
    removeStrangers: { type: Boolean, default: false },
    scope: { type: String, required: true },
    hardLimit: { type: Number, default: null },
    removalLimit: { type: Schema.Types.Mixed },
    schedule: { type: Schema.Types.Mixed, required: true },
    rejectedLimit: { type: Number, default: null },
    alert: { type: Schema.Types.Mixed, required: true },
    activeRunId: { type: Schema.Types.ObjectId, default: null },
    lastRun: { type: Schema.Types.Mixed, default: null },
    lastRefresh: { type: Schema.Types.Mixed, default: null },
    ledger: { type: String, default: null },
    ledgers: { type: Schema.Types.Mixed, default: [] },
    ledgerFence: { type: Number, default: 0 },
    createdAt: { type: Date, required: true },
    createdBy: { type: Schema.Types.ObjectId, default: null },
    updatedAt: { type: Date, required: true },
    updatedBy: { type: Schema.Types.ObjectId, default: null },
    version: { type: Number, required: true },
  },
  { collection: 'exports', versionKey: false, minimize: false },
);

exportSchema.index({ connectionId: 1 });
exportSchema.index({ segmentIds: 1 });
exportSchema.index({ 'schedule.nextAt': 1 });
