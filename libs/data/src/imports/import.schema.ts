import type { FieldType, RunReason, SemanticType } from '@audience-relay/contracts';
import { Schema, type Types } from 'mongoose';

/**
 * `succeeded`: every row is in. `partial`: some rows were rejected. `failed`: it could not be read to its end, or no
 * row was fit. `interrupted`: the sender or this system went away. What was read until then is kept.
 */
export type ImportStatus = 'running' | 'succeeded' | 'partial' | 'failed' | 'interrupted';

export const importStatuses = [
  'running',
  'succeeded',
  'partial',
  'failed',
  'interrupted',
] as const satisfies readonly ImportStatus[];

export const importFormats = ['csv', 'ndjson'] as const;

export type ImportFormat = (typeof importFormats)[number];

/** Which profile field a column fills. */
export interface ImportColumn {
  /** As the file names it. */
  column: string;
  /** The profile field's key; null for the column of profile ids. */
  field: string | null;
  semanticType: SemanticType;
  type: FieldType;
}

export interface ImportCounts {
  /** Rows read: created + updated + unchanged + rejected. */
  read: number;
  created: number;
  updated: number;
  unchanged: number;
  rejected: number;
  /** Rows that are in, but with something that deserves a look. */
  warnings: number;
}

/** One row that was rejected, or is in with a warning. Never holds a value of the row. */
export interface ImportIssue {
  /** Of the file, from 1. */
  line: number;
  kind: 'rejected' | 'warning';
  code: string;
  reason: string;
}

/** Issues that are kept; further ones are only counted. */
export const keptIssues = 1_000;

export interface ImportRecord {
  _id: Types.ObjectId;
  status: ImportStatus;
  /** Why it failed or was interrupted. */
  reason: RunReason | null;
  /** The file's name, when it was told. */
  source: string | null;
  format: ImportFormat;
  columns: ImportColumn[];
  /** The column of profile ids; null = derived from the e-mail address. */
  idColumn: string | null;
  counts: ImportCounts;
  issues: ImportIssue[];
  startedAt: Date;
  startedBy: Types.ObjectId | null;
  finishedAt: Date | null;
  /** Written at least every few seconds while it runs: an old one belongs to a process that is gone. */
  updatedAt: Date;
}

const mixed = Schema.Types.Mixed;

export const importSchema = new Schema<ImportRecord>(
  {
    status: { type: String, required: true },
    reason: { type: mixed, default: null },
    source: { type: String, default: null },
    format: { type: String, required: true },
    columns: { type: mixed, required: true },
    idColumn: { type: String, default: null },
    counts: { type: mixed, required: true },
    issues: { type: mixed, required: true },
    startedAt: { type: Date, required: true },
    startedBy: { type: Schema.Types.ObjectId, default: null },
    finishedAt: { type: Date, default: null },
    updatedAt: { type: Date, required: true },
  },
  { collection: 'imports', versionKey: false, minimize: false },
);

importSchema.index({ status: 1, updatedAt: 1 });
importSchema.index({ startedAt: -1 });
