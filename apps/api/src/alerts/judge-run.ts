import type { AlertKind } from '@audience-relay/contracts';
import type { AlertState, LastRun } from '@audience-relay/data';

type State = AlertState['state'];

export interface Judgement {
  state: State;
  /** What is to be told; null when nothing changed. */
  alert: { kind: AlertKind; message: string } | null;
}

/** Skipped because the run before was not done: the export works. */
const harmless = new Set(['run-active']);

/**
 * How an export fares after its last run, and what that changes.
 * @param rejectedLimit Percent of the sent rows.
 */
export function judgeRun(
  name: string,
  run: Pick<LastRun, 'status' | 'reason' | 'counts'>,
  before: State,
  rejectedLimit: number | null,
): Judgement {
  const state = stateAfter(run, before, rejectedLimit);
  if (state === before) return { state, alert: null };
  const kind = state === 'fine' ? 'recovered' : state;
  return { state, alert: { kind, message: messageOf(kind, name, run, rejectedLimit) } };
}

function stateAfter(
  { status, reason, counts }: Pick<LastRun, 'status' | 'reason' | 'counts'>,
  before: State,
  rejectedLimit: number | null,
): State {
  switch (status) {
    case 'failed':
      return 'failing';
    case 'held':
      return 'held';
    case 'skipped':
      return harmless.has(reason?.code ?? '') ? before : 'failing';
    case 'succeeded':
    case 'partial':
      return rejectedLimit !== null && rejectedShare(counts) > rejectedLimit ? 'rejecting' : 'fine';
    case 'cancelled':
    case 'queued':
    case 'running':
    case 'waiting':
    case 'confirming':
      return before;
  }
}

function rejectedShare({ sent, rejected }: LastRun['counts']): number {
  return sent === 0 ? 0 : (rejected / sent) * 100;
}

function messageOf(
  kind: AlertKind,
  name: string,
  { status, reason, counts }: Pick<LastRun, 'status' | 'reason' | 'counts'>,
  rejectedLimit: number | null,
): string {
  switch (kind) {
    case 'failing':
      return `The export "${name}" ${status === 'skipped' ? 'was skipped' : 'failed'}. ${reason?.message ?? ''}`.trim();
    case 'held':
      return `The export "${name}" waits for approval. ${reason?.message ?? ''}`.trim();
    case 'rejecting':
      return (
        `The export "${name}": ${counts.rejected} of ${counts.sent} rows were rejected ` +
        `(${rejectedShare(counts).toFixed(1)} %), more than the limit of ${rejectedLimit} %.`
      );
    case 'recovered':
      return `The export "${name}" works again: ${counts.sent} rows sent, ${counts.rejected} rejected.`;
  }
}
