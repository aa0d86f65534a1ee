import type {
  DeliveryMode,
  DeliveryScope,
  FieldValue,
  RemovalLimit,
  RunCounts,
  RunReason,
  RunStatus,
  TriggerKind,
} from '@audience-relay/contracts';
import type { HandleAwaiting, IdRange, Listing, RunPhase, RunRemovals } from '@audience-relay/exports/ports';
import { Schema, type Types } from 'mongoose';
import type { StoredMapping } from '../exports/export.schema';

/** A batch that was begun and not yet settled. It may or may not have reached the destination. */
export interface BatchInFlight extends IdRange {
  seq: number;
  phase: RunPhase;
  /** Its requests so far, counted before they are made. */
  requests: number;
  /** It failed, and its requests are among the failed ones. */
  failed?: true;
}

/** A batch that was begun and never settled: what its ledger rows say is not trusted. */
export interface InterruptedBatch extends IdRange {
  seq: number;
}

/** What started a run. */
export interface RunTrigger {
  kind: TriggerKind;
  by: { id: Types.ObjectId; name: string } | null;
  /** When a schedule wanted it. */
  scheduledFor?: Date;
  /** The time of the schedule was missed (nothing ran then), and this run makes up for it. */
  late?: boolean;
  /** The system refresh that it belongs to. */
  refreshId?: Types.ObjectId;
}

/** What a person decided about the removals of a held run. */
export interface RemovalDecision {
  kind: 'approved' | 'rejected';
  by: { id: Types.ObjectId; name: string };
  at: Date;
  /** The run that makes the approved removals. */
  runId: Types.ObjectId | null;
}

/** What the run works by, frozen when it was started: a change of the export does not change a run under way. */
export interface RunPlan {
  settings: Record<string, FieldValue>;
  mapping: StoredMapping;
  segmentIds: Types.ObjectId[];
  mode: DeliveryMode;
  /** Mirror: whoever is on the target and no member is taken off. Absent in runs of earlier versions. */
  strangers?: boolean;
  scope: DeliveryScope;
  hardLimit: number | null;
  /** Absent in runs of earlier versions. */
  removalLimit?: RemovalLimit;
  /** The removals of a held run that a person approved. */
  approval?: { runId: Types.ObjectId; digest: string };
  /** Only the rows that this run rejected. */
  retryOf: Types.ObjectId | null;
}

/**
 * A run: the state machine itself. Every write of a worker is one conditional update on `epoch`, so a worker that
 * lost its lease can write nothing. The whole id space is always settled, in `inFlight`, or in `ranges`.
 */
export interface RunRecord {
  _id: Types.ObjectId;
  exportId: Types.ObjectId;
  exportName: string;
  connectionId: Types.ObjectId | null;
  destination: string;
  status: RunStatus;
  reason: RunReason | null;
  trigger: RunTrigger;
  plan: RunPlan;
  /** De-duplicated members when the run began; null before. */
  total: number | null;
  counts: RunCounts;
  /** All that were made for batches, as far as can be known: counted right before they are made. */
  requests: number;
  /** Those among them whose batch had to be sent again: they failed, or nobody heard their answer. */
  failedRequests: number;
  /** How often the run was claimed. */
  epoch: number;
  lease: { owner: string; until: Date } | null;
  /** How often the run was queued; part of the job's id. */
  dispatch: number;
  /** Failed tries in a row without a settled batch between them. */
  attempts: number;
  /** When a waiting or confirming run goes on; when a queued one counts as never dequeued. */
  nextActionAt: Date | null;
  phase: RunPhase;
  ranges: IdRange[];
  inFlight: BatchInFlight[];
  awaiting: HandleAwaiting[];
  /** Of this run's earlier claims. The export's next run clears up their ledger rows. */
  interrupted: InterruptedBatch[];
  /** Numbers of batches that were settled as uncertain. A worker that wakes up late may still have written rows of theirs. */
  distrusted: number[];
  nextSeq: number;
  listing: Listing | null;
  /** People found on the target whom the export did not put there; null when nobody looked. */
  strangers: number | null;
  /** Null before they were counted, and in runs of earlier versions. */
  removals: RunRemovals | null;
  removalDecision: RemovalDecision | null;
  cancelRequestedAt: Date | null;
  cancelRequestedBy: Types.ObjectId | null;
  queuedAt: Date;
  startedAt: Date | null;
  /** When the last batch was accepted. */
  sentAt: Date | null;
  finishedAt: Date | null;
  updatedAt: Date;
}

const mixed = Schema.Types.Mixed;

export const runSchema = new Schema<RunRecord>(
  {
    exportId: { type: Schema.Types.ObjectId, required: true },
    exportName: { type: String, required: true },
    connectionId: { type: Schema.Types.ObjectId, default: null },
    destination: { type: String, required: true },
    status: { type: String, required: true },
    reason: { type: mixed, default: null },
    trigger: { type: mixed, required: true },
    plan: { type: mixed, required: true },
    total: { type: Number, default: null },
    counts: { type: mixed, required: true },
    requests: { type: Number, default: 0 },
    failedRequests: { type: Number, default: 0 },
    epoch: { type: Number, default: 0 },
    lease: { type: mixed, default: null },
    dispatch: { type: Number, default: 1 },
    attempts: { type: Number, default: 0 },
    nextActionAt: { type: Date, default: null },
    phase: { type: String, default: 'send' },
    ranges: { type: mixed, required: true },
    inFlight: { type: mixed, required: true },
    awaiting: { type: mixed, required: true },
    interrupted: { type: mixed, default: [] },
    distrusted: { type: [Number], default: [] },
    nextSeq: { type: Number, default: 1 },
    listing: { type: mixed, default: null },
    strangers: { type: Number, default: null },
    removals: { type: mixed, default: null },
    removalDecision: { type: mixed, default: null },
    cancelRequestedAt: { type: Date, default: null },
    cancelRequestedBy: { type: Schema.Types.ObjectId, default: null },
    queuedAt: { type: Date, required: true },
    startedAt: { type: Date, default: null },
    sentAt: { type: Date, default: null },
    finishedAt: { type: Date, default: null },
    updatedAt: { type: Date, required: true },
  },
  { collection: 'runs', versionKey: false, minimize: false },
);

runSchema.index({ exportId: 1, _id: -1 });
runSchema.index({ status: 1, nextActionAt: 1 });
runSchema.index({ updatedAt: 1 });
runSchema.index({ finishedAt: 1 });
