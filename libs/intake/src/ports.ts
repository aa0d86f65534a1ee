import type {
  FieldType,
  FieldValue,
  ProfileField,
  RunReason,
  SemanticType,
  ValueFormat,
} from '@audience-relay/contracts';

export const importFormats = ['csv', 'ndjson'] as const;

export type ImportFormat = (typeof importFormats)[number];

/**
 * `succeeded`: every row is in. `partial`: some rows were rejected. `failed`: it could not be read to its end, or no
 * row was fit. `interrupted`: the sender or this system went away. What was read until then is kept.
 */
export const importStatuses = ['running', 'succeeded', 'partial', 'failed', 'interrupted'] as const;

export type ImportStatus = (typeof importStatuses)[number];

/** Which profile field a column fills. */
export interface ImportColumn {
  /** As the file names it. */
  column: string;
  /** The profile field's key; null for the column of profile ids, and for one that is left out. */
  field: string | null;
  semanticType: SemanticType;
  type: FieldType;
  /** How its numbers or dates are written; null = in the one form that has a single meaning. */
  format: ValueFormat | null;
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

/** What has happened since an import began. */
export interface ImportProgress {
  columns: ImportColumn[];
  counts: ImportCounts;
  issues: ImportIssue[];
}

export interface ImportEnding {
  status: Exclude<ImportStatus, 'running'>;
  /** Why it failed or was interrupted. */
  reason: RunReason | null;
}

/** What a profile is found by, lower-cased; absent where there is no such value. */
export interface SearchKeys {
  email?: string;
  /** First name, then last name. */
  name?: string;
  /** Last name, then first name. */
  family?: string;
}

export interface NewProfile {
  id: string;
  fields: Record<string, FieldValue>;
  /** The text that a value was read from, where it is not the value itself, or where it is not of the field's type. */
  texts?: Record<string, string>;
  search: SearchKeys;
}

/** What an import changes of a known profile. */
export interface ProfileChange {
  id: string;
  /** New values by key; null takes the value away. */
  values: Record<string, FieldValue>;
  /** New texts by key, as in `NewProfile`; null takes the text away. */
  texts?: Record<string, string | null>;
  /** Null: found by the same as before. */
  search: SearchKeys | null;
}

export interface KnownProfile {
  readonly _id: string;
  readonly fields: Readonly<Record<string, FieldValue>>;
  readonly texts?: Readonly<Record<string, string>>;
}

/** Where profiles are kept. */
export interface ProfileStore {
  /** Those of the given profiles that are known, with all their values. */
  findValues(ids: readonly string[]): Promise<readonly KnownProfile[]>;
  /** @returns The ids that were known already, say because another import was quicker. Those are not touched. */
  insertNew(profiles: readonly NewProfile[]): Promise<ReadonlySet<string>>;
  /** Writes only the values that changed, so that two imports with different columns do not undo each other. */
  applyChanges(changes: readonly ProfileChange[]): Promise<void>;
}

/** Where the fields of profiles are kept. */
export interface FieldStore {
  findDefinitions(): Promise<ProfileField[]>;
  /** Adds those that are not known. Of two imports at once the first decides what the field is. */
  add(fields: readonly ProfileField[]): Promise<void>;
  /** Makes a field one of text, and all its values with it: each as it was written in its file. */
  widen(key: string): Promise<void>;
}

export interface IntakePorts {
  readonly profiles: ProfileStore;
  readonly fields: FieldStore;
  /** A set of profile ids that is small for a million of them. */
  newIdSet(): { /** @returns Whether it is new. */ add(id: string): boolean };
}
