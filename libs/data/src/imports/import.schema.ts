import type { RunReason } from '@audience-relay/contracts';
import type {
  ImportColumn,
  ImportCounts,
  ImportFormat,
  ImportIssue,
  ImportStatus,
} from '@audience-relay/intake';
import { Schema, type Types } from 'mongoose';

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
