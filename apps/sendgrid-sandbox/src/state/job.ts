import type { Identifier } from './contact';

export type JobStatus = 'pending' | 'completed' | 'errored' | 'failed';

/** What a job does when it is applied. Rows of an upsert are kept beside the job until then. */
export type JobWork =
  /** `checked`: the request was refused unless its rows were well-formed, as those of a file are not. */
  | { kind: 'upsert'; listIds: readonly string[]; checked: boolean }
  | { kind: 'delete-contacts'; ids: readonly string[] | 'all' }
  | { kind: 'delete-list-contacts'; contactNumbers: readonly number[] }
  | { kind: 'remove-from-list'; listId: string; ids: readonly string[] }
  | { kind: 'delete-identifier'; contactId: string; identifier: Identifier; value: string }
  | { kind: 'erase'; emails: readonly string[] };

/** What a fault switch has in store for a job. */
export type JobFate =
  | { kind: 'normal' }
  /** Stays `pending` for ever; `applies` tells whether its contacts arrive all the same. */
  | { kind: 'stuck'; applies: boolean }
  /** Ends `failed`, with nothing done and this reason for every row. */
  | { kind: 'failed'; reason: string };

export interface RowError {
  /** The address, or another identifier of a contact without one. */
  identifier: string;
  reason: string;
}

export interface Job {
  id: string;
  /** As the service words it: `upsert_contacts` was recorded, the others are its documented `delete`. */
  type: 'upsert_contacts' | 'delete';
  work: JobWork;
  fate: JobFate;
  status: JobStatus;
  requested: number;
  created: number;
  updated: number;
  deleted: number;
  errors: RowError[];
  applied: boolean;
  /** Milliseconds since 1970. */
  startedAt: number;
  applyAt: number;
  finishAt: number;
  finishedAt?: number;
}

export function finalStatus(job: Job): Exclude<JobStatus, 'pending'> {
  if (job.errors.length === 0) return 'completed';
  return job.errors.length >= job.requested ? 'failed' : 'errored';
}
