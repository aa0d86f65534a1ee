import type { AlertKind, ExportHealth, RunCounts, RunReason, RunStatus } from '@audience-relay/contracts';

interface JudgedRun {
  status: RunStatus;
  reason: RunReason | null;
  counts: RunCounts;
}

export interface Judgement {
  state: ExportHealth;
  /** What to report; null when nothing changed. */
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
  run: JudgedRun,
  before: ExportHealth,
  rejectedLimit: number | null,
): Judgement {
  const state = stateAfter(run, before, rejectedLimit);
  if (state === before) return { state, alert: null };
  const kind = state === 'fine' ? 'recovered' : state;
  return { state, alert: { kind, message: messageOf(kind, name, run, rejectedLimit) } };
}

function stateAfter(
  { status, reason, counts }: JudgedRun,
  before: ExportHealth,
  rejectedLimit: number | null,
): ExportHealth {
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

function rejectedShare({ sent, rejected }: RunCounts): number {
  return sent === 0 ? 0 : (rejected / sent) * 100;
}

function messageOf(
  kind: AlertKind,
  name: string,
  { status, reason, counts }: JudgedRun,
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
