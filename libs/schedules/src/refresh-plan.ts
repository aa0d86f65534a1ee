import {
  type RefreshExportTask,
  type RefreshStatus,
  type RefreshTask,
  type RefreshTaskStatus,
  type RunReason,
  type SegmentRule,
  segmentsOfRule,
} from '@audience-relay/contracts';

interface PlannedSegment<Id> {
  _id: Id;
  name: string;
  state: 'active' | 'inactive' | 'draft';
  rule: SegmentRule;
}

interface PlannedExport<Id> {
  _id: Id;
  name: string;
  segmentIds: Id[];
}

/** What is known of a segment that was asked to refresh. */
interface SegmentProgress {
  status: string;
  /** It must be refreshed once more. */
  again: boolean;
  reason: RunReason | null;
}

/** All tasks of a refresh, before it starts. */
export function planRefresh<Id>(
  segments: readonly PlannedSegment<Id>[],
  exports: readonly PlannedExport<Id>[],
  now: Date,
): { segments: RefreshTask<Id>[]; exports: RefreshExportTask<Id>[] } {
  return {
    segments: segments.map((segment) => segmentTask(segment, now)),
    exports: exports.map(({ _id, name, segmentIds }) => ({
      ...waiting,
      id: _id,
      name,
      segmentIds,
      runId: null,
    })),
  };
}

const waiting = { status: 'waiting', reason: null, startedAt: null, finishedAt: null } as const;

function segmentTask<Id>({ _id, name, state, rule }: PlannedSegment<Id>, now: Date): RefreshTask<Id> {
  const needs = segmentsOfRule(rule);
  const task: RefreshTask<Id> = { ...waiting, id: _id, name, ...(needs.length > 0 && { needs }) };
  if (state === 'active') return task;
  const word = state === 'draft' ? 'a draft' : 'inactive';
  return ended(task, 'skipped', now, {
    code: 'segment-inactive',
    message: `The segment ${name} is ${word}: it is not refreshed.`,
  });
}

export function ended<Task extends RefreshTask<unknown>>(
  task: Task,
  status: RefreshTaskStatus,
  now: Date,
  reason: RunReason | null = null,
): Task {
  return { ...task, status, reason, finishedAt: now };
}

export function isEnded({ status }: RefreshTask<unknown>): boolean {
  return status !== 'waiting' && status !== 'running';
}

/**
 * What a segment says about the request that was made of it. The request made it queued, or noted that it must be
 * refreshed `again`; so once it is neither, it has been refreshed since.
 */
export function segmentOutcome<Id>(
  task: RefreshTask<Id>,
  segment: SegmentProgress | undefined,
  now: Date,
): RefreshTask<Id> {
  if (!segment)
    return ended(task, 'failed', now, { code: 'segment-removed', message: `${task.name} was removed.` });
  if (segment.again) return task;
  if (segment.status === 'succeeded') return ended(task, 'succeeded', now);
  if (segment.status === 'failed') return ended(task, 'failed', now, segment.reason);
  return task;
}

/**
 * Whether a segment may be refreshed: `wait` while one that it stands on is at work, a reason when one of them failed.
 * One that is not refreshed at all keeps its last members, which are good enough.
 */
export function segmentReadiness(
  { needs = [] }: RefreshTask<unknown>,
  segments: ReadonlyMap<string, RefreshTask<unknown>>,
): 'go' | 'wait' | RunReason {
  const needed = needs.flatMap((id) => segments.get(id) ?? []);
  const missed = needed.find(({ status }) => status === 'failed' || status === 'cancelled');
  if (missed) return reasonToSkip(missed);
  return needed.every(isEnded) ? 'go' : 'wait';
}

/**
 * Whether an export may start: `wait` while one of its segments is at work, a reason when one of them was not
 * refreshed. Segments that are not part of the refresh do not hold it up; the run itself looks at them.
 */
export function readiness<Id>(
  task: RefreshExportTask<Id>,
  segments: ReadonlyMap<string, RefreshTask<Id>>,
): 'go' | 'wait' | RunReason {
  const needed = task.segmentIds.flatMap((id) => segments.get(String(id)) ?? []);
  const missed = needed.find(({ status }) => isMissed(status));
  if (missed) return reasonToSkip(missed);
  return needed.every(({ status }) => status === 'succeeded') ? 'go' : 'wait';
}

function isMissed(status: RefreshTaskStatus): boolean {
  return status === 'failed' || status === 'skipped' || status === 'cancelled';
}

function reasonToSkip({ name, status, reason }: RefreshTask<unknown>): RunReason {
  if (reason?.code === 'segment-inactive' || reason?.code === 'segment-removed') return reason;
  if (status === 'cancelled')
    return { code: 'segment-cancelled', message: `The refresh of the segment ${name} was cancelled.` };
  const why = reason ? ` ${reason.message}` : '';
  return { code: 'segment-failed', message: `The segment ${name} could not be refreshed.${why}` };
}

/** How a refresh as a whole went, when all of it has ended. */
export function refreshOutcome(
  segments: readonly RefreshTask<unknown>[],
  exports: readonly RefreshTask<unknown>[],
  cancelled: boolean,
): { status: Exclude<RefreshStatus, 'running'>; reason: RunReason | null } {
  if (cancelled)
    return {
      status: 'cancelled',
      reason: { code: 'cancelled', message: 'The refresh was cancelled on request.' },
    };
  // An inactive segment is somebody's choice; an export that it keeps from running is worth a word.
  const wrong = [
    ...segments.filter(({ status }) => status === 'failed'),
    ...exports.filter(({ status }) => status !== 'succeeded'),
  ];
  if (wrong.length === 0) return { status: 'succeeded', reason: null };
  const names = wrong.slice(0, 5).map(({ name }) => name);
  const more = wrong.length > names.length ? ` and ${wrong.length - names.length} more` : '';
  const good = [...segments, ...exports].some(({ status }) => status === 'succeeded' || status === 'partial');
  return {
    status: good ? 'partial' : 'failed',
    reason: { code: 'not-all-done', message: `Not all went well: ${names.join(', ')}${more}.` },
  };
}
