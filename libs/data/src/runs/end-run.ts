import {
  type activeRunStatuses,
  type RunReason,
  type RunStatus,
  statusesBefore,
} from '@audience-relay/contracts';
import type { Model, QueryFilter, UpdateQuery } from 'mongoose';
import type { ExportRecord, LastRun } from '../exports/export.schema';
import type { RunRecord } from './run.schema';

export type EndedRunStatus = Exclude<RunStatus, (typeof activeRunStatuses)[number]>;

export interface RunEnding {
  status: EndedRunStatus;
  reason: RunReason | null;
  /** Further members of the run to set in the same update, `sentAt` for example. */
  set?: Partial<RunRecord>;
}

/** The collections that ending a run touches. */
export interface RunModels {
  runs: Model<RunRecord>;
  exports: Model<ExportRecord>;
}

/** A run as its export shows it. */
export function lastRunOf(run: RunRecord): LastRun {
  const { _id: id, status, reason, counts, queuedAt, finishedAt } = run;
  return { id, status, reason, counts, queuedAt, finishedAt };
}

/**
 * Ends a run and frees its export: the only way to do either, for workers, the API and the reconciler.
 *
 * Two conditional updates. The first makes the run ended and raises its epoch, so that no worker's fence holds any
 * more; the second frees the export. A process that dies between them leaves an export held by an ended run, which the
 * reconciler frees by `freeExport`.
 * @param guard Besides that the state may follow the present one: the run's id, and what the caller's right to end it depends on (its epoch, say).
 * @returns The ended run; null when the guard did not hold: then nothing was written.
 */
export async function endRun(
  { runs, exports }: RunModels,
  guard: QueryFilter<RunRecord>,
  { status, reason, set }: RunEnding,
): Promise<RunRecord | null> {
  const now = new Date();
  const update: UpdateQuery<RunRecord> = {
    $set: { ...set, status, reason, finishedAt: now, updatedAt: now, nextActionAt: null, lease: null },
    $inc: { epoch: 1 },
  };
  const active: QueryFilter<RunRecord> = { status: { $in: statusesBefore(status) } };
  const ended = await runs
    .findOneAndUpdate({ $and: [guard, active] }, update, { returnDocument: 'after' })
    .lean<RunRecord>()
    .exec();
  if (ended) await freeExport(exports, ended);
  return ended;
}

/** Frees the export of an ended run and keeps the run as its last one. Does nothing if the run no longer holds it. */
export async function freeExport(exports: Model<ExportRecord>, run: RunRecord): Promise<boolean> {
  const { modifiedCount } = await exports
    .updateOne(
      { _id: run.exportId, activeRunId: run._id },
      { $set: { activeRunId: null, lastRun: lastRunOf(run) } },
    )
    .exec();
  return modifiedCount === 1;
}
