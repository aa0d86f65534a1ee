import type { Confirmation, Destination, ExportContext, LateIssue } from '@audience-relay/destinations/core';
import { pollDelayMs } from './backoff';
import { withRateLimit } from './call-destination';
import { issueLimit } from './delivery';
import { maskIdentity } from './mask-identity';
import { mostSevere, type Outcome, outcomeOf, type Stop, stopOutcome, Superseded } from './outcome';
import type {
  CountChange,
  Fence,
  HandleAwaiting,
  IssueWrite,
  Ledger,
  LedgerRow,
  RateGate,
  RunPlan,
  RunProgress,
} from './ports';

/** How long the destination may owe its verdict before the run ends without it, in milliseconds. */
export const longestWaitMs = 24 * 60 * 60_000;

export interface ConfirmationInput {
  readonly fence: Fence;
  readonly plan: Pick<RunPlan, 'connectionId'>;
  readonly awaiting: readonly HandleAwaiting[];
  readonly destination: Destination;
  readonly context: Omit<ExportContext<Record<string, never>, Record<string, never>>, 'signal'>;
  readonly stopping: AbortSignal;
  readonly signal: AbortSignal;
}

export interface ConfirmationPorts {
  readonly ledger: Ledger;
  readonly progress: RunProgress;
  readonly rates: RateGate;
}

export type ConfirmationOutcome =
  /** No verdict is owed any more. `unconfirmed`: so many batches were given up. */
  | { readonly kind: 'confirmed'; readonly unconfirmed: number }
  /** Ask again after so many milliseconds. */
  | { readonly kind: 'pending'; readonly afterMs: number }
  | Exclude<Outcome, { kind: 'delivered' }>;

/**
 * Asks once about each batch whose verdict is owed. Rows that the destination finally refused become issues, and
 * their ledger rows are reverted, so that the next run sends them again.
 */
export async function confirmRun(
  input: ConfirmationInput,
  ports: ConfirmationPorts,
): Promise<ConfirmationOutcome> {
  const failures: Outcome[] = [];
  const delays: number[] = [];
  let unconfirmed = 0;

  for (const handle of input.awaiting) {
    if (input.stopping.aborted) failures.push(stopOutcome(input.stopping.reason as Stop));
    if (failures.length > 0) break;
    try {
      if (Date.now() - handle.since.getTime() > longestWaitMs) {
        unconfirmed += 1;
        continue;
      }
      const pending = await confirmOne(handle, input, ports);
      if (pending !== null) delays.push(pending);
    } catch (error) {
      failures.push(outcomeOf(error, input.signal));
    }
  }
  if (failures.length > 0) return mostSevere(failures) as Exclude<Outcome, { kind: 'delivered' }>;
  return delays.length > 0
    ? { kind: 'pending', afterMs: Math.min(...delays) }
    : { kind: 'confirmed', unconfirmed };
}

/** @returns Milliseconds until it may be asked again, or null when the verdict is known. */
async function confirmOne(
  handle: HandleAwaiting,
  { fence, plan, destination, context, signal }: ConfirmationInput,
  { ledger, progress, rates }: ConfirmationPorts,
): Promise<number | null> {
  const verdict = await withRateLimit<Confirmation>(rates, plan.connectionId, 'confirm', signal, (inner) => {
    if (!destination.confirm) throw new Error(`${destination.key} gave a handle but has no confirm`);
    return destination.confirm(handle.handle, { ...context, signal: inner });
  });
  if (verdict.status === 'pending') {
    await assertFence(progress.countPoll(fence, handle));
    return pollDelayMs(handle.polls + 1);
  }
  const counts =
    handle.phase === 'send'
      ? {
          created: verdict.created,
          updated: verdict.updated,
          rejected: await revertRefused(handle, verdict, fence, ledger, progress),
        }
      : await dropRemoved(handle, verdict, fence, ledger, progress);
  await assertFence(progress.settleHandle(fence, handle, counts));
  return null;
}

/** Forgets people who are off the target now; whoever is still on it is listed, and tried again by the next run. */
async function dropRemoved(
  handle: HandleAwaiting,
  verdict: Extract<Confirmation, { status: 'done' }>,
  fence: Fence,
  ledger: Ledger,
  progress: RunProgress,
): Promise<CountChange> {
  const { failed, issues, rejectedWhole } = verdict;
  if (!rejectedWhole && failed === 0 && issues.length === 0) {
    for await (const page of ledger.read(handle)) {
      const removed = page.filter((row) => isOf(handle, fence, row));
      if (removed.length > 0) await ledger.drop(removed.map(({ profileId }) => profileId));
    }
    return { removed: handle.records };
  }
  const rows = await rowsOf(handle, fence, ledger);
  const kept = issuesByRow(rows, issues);
  const reason = rejectedWhole ?? (failed >= handle.records ? removalFailed : null);
  if (reason) for (const row of rows) if (!kept.has(row)) kept.set(row, reason);
  const listed = [...kept].slice(0, issueLimit).map(([row, issue]) => issueFor(row, issue));
  await assertFence(progress.writeIssues(fence, listed));
  const rejected = rejectedWhole ? handle.records : Math.max(failed, kept.size);
  if (rejected > kept.size) await noteUnnamed(rows, rejected - kept.size, removalUnnamed, fence, progress);
  // Where it is not said who is still there, all of them are tried again.
  else await ledger.drop(rows.filter((row) => !kept.has(row)).map(({ profileId }) => profileId));
  return { removed: Math.max(0, handle.records - rejected), rejected };
}

const removalFailed = {
  code: 'removal-failed',
  message: 'The destination did not take this person off the list. The next run tries again.',
};

const removalUnnamed = {
  code: 'unnamed-removals',
  message:
    'people were not taken off by the destination, which did not say who they are. The next run tries all of that request again.',
};

/** @returns How many rows were refused. */
async function revertRefused(
  handle: HandleAwaiting,
  verdict: Extract<Confirmation, { status: 'done' }>,
  fence: Fence,
  ledger: Ledger,
  progress: RunProgress,
): Promise<number> {
  const { rejectedWhole, issues, failed } = verdict;
  if (!rejectedWhole && failed === 0 && issues.length === 0) return 0;
  const rows = (await rowsOf(handle, fence, ledger)).filter(({ hash }) => hash !== '');
  if (rejectedWhole) {
    const refused = rows.slice(0, issueLimit).map((row) => issueFor(row, rejectedWhole));
    await assertFence(progress.writeIssues(fence, refused));
    await ledger.revert(fence.runId, handle.seq, handle, 'all');
    return handle.records;
  }
  const found = issuesByRow(rows, issues);
  const issuesFound = [...found].map(([row, issue]) => issueFor(row, issue));
  await assertFence(progress.writeIssues(fence, issuesFound));
  await ledger.revert(
    fence.runId,
    handle.seq,
    handle,
    [...found.keys()].map(({ profileId }) => profileId),
  );
  if (failed > found.size) {
    // Some rows were refused and nobody says which. Sending the whole batch again next time loses no one.
    await ledger.markUncertain(fence.runId, handle.seq, handle);
    await noteUnnamed(rows, failed - found.size, unnamedRows, fence, progress);
  }
  return Math.max(failed, found.size);
}

/** Which rows the verdict names. */
function issuesByRow(
  rows: readonly LedgerRow[],
  issues: readonly LateIssue[],
): Map<LedgerRow, { code: string; message: string }> {
  const byIdentity = new Map(rows.map((row) => [row.identity, row]));
  const found = new Map<LedgerRow, LateIssue>();
  for (const issue of issues) {
    const row =
      issue.identity !== undefined
        ? byIdentity.get(issue.identity.trim().toLowerCase())
        : rows[issue.index ?? -1];
    if (row) found.set(row, issue);
  }
  return found;
}

/** One issue for all rows that nobody names. */
async function noteUnnamed(
  rows: readonly LedgerRow[],
  count: number,
  { code, message }: { code: string; message: string },
  fence: Fence,
  progress: RunProgress,
): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const unnamed = issueFor(first, { code, message: `${count} ${message}` });
  await assertFence(progress.writeIssues(fence, [{ ...unnamed, identity: null, profileId: '' }]));
}

const unnamedRows = {
  code: 'unnamed-rows',
  message:
    'rows of one batch were refused by the destination without saying which. The next run sends this batch again.',
};

/** The rows of one accepted request, in the order in which they were sent. */
async function rowsOf(handle: HandleAwaiting, fence: Fence, ledger: Ledger): Promise<LedgerRow[]> {
  const rows: LedgerRow[] = [];
  for await (const page of ledger.read(handle))
    for (const row of page) if (isOf(handle, fence, row)) rows.push(row);
  return rows;
}

function isOf({ seq }: HandleAwaiting, fence: Fence, row: LedgerRow): boolean {
  return row.runId === fence.runId && row.seq === seq;
}

function issueFor(row: LedgerRow, { code, message }: { code: string; message: string }): IssueWrite {
  return {
    profileId: row.profileId,
    kind: 'rejected',
    code,
    message,
    identity: maskIdentity(row.identity),
    field: null,
  };
}

async function assertFence(written: Promise<boolean>): Promise<void> {
  if (!(await written)) throw new Superseded();
}
