import type { Contact, ContactValues } from './contact';
import type { CustomField } from './custom-field';
import type { Job, JobStatus } from './job';

export interface ContactList {
  id: string;
  name: string;
}

export interface ContactExport {
  id: string;
  listIds: readonly string[];
  fileType: 'csv' | 'json';
  /** Largest file, in bytes. */
  maxFileBytes: number;
  /** Milliseconds since 1970. */
  createdAt: number;
  readyAt: number;
}

/** A CSV import that waits for its file. */
export interface PendingImport {
  jobId: string;
  listIds: readonly string[];
  fieldMappings: readonly (string | null)[];
}

/**
 * Every change of the account. The journal is a file of these, and replaying it in order gives the same
 * account again, which is why times and limits are part of them.
 */
export type Operation =
  | { op: 'account'; seed: number }
  | { op: 'list'; list: ContactList }
  | { op: 'list.delete'; id: string }
  | { op: 'field'; field: CustomField }
  | { op: 'field.delete'; id: string }
  | { op: 'key'; key: string; scopes: readonly string[] }
  | { op: 'key.delete'; key: string }
  | { op: 'export'; export: ContactExport }
  | { op: 'import'; import: PendingImport }
  /** Rows of an upsert job, ahead of the job itself; the payload is JSON with an array `contacts`. */
  | { op: 'rows'; jobId: string }
  | { op: 'job'; job: Job }
  | { op: 'job.apply'; id: string; at: number; maxContacts: number | null }
  | { op: 'job.finish'; id: string; at: number; status: JobStatus }
  /** Written by a compaction only: stored contacts (the payload) and the counters behind them. */
  | { op: 'contacts' }
  | { op: 'counters'; nextContact: number; nextField: number; deleted: DeletedContacts };

/** Contacts deleted in a month still count for its bill. */
export interface DeletedContacts {
  /** As in `2026-07`. */
  month: string;
  count: number;
}

/** A stored contact in the payload of a compaction. */
export type ContactRecord = [
  number: number,
  createdAt: number,
  updatedAt: number,
  listIds: readonly string[],
  values: ContactValues,
];

export function toRecord(contact: Contact): ContactRecord {
  return [contact.number, contact.createdAt, contact.updatedAt, contact.listIds, contact.values];
}
