import type { RunCounts, RunReason } from '@audience-relay/contracts';
import type { RunEnding } from '@audience-relay/data';

/** How a run ends of which everything was sent and every verdict came, or was given up. */
export function endingOf(
  { counts }: { counts: RunCounts },
  unconfirmed: number,
): Pick<RunEnding, 'status' | 'reason'> {
  const { sent, rejected, skipped, removed } = counts;
  if (unconfirmed > 0) {
    return {
      status: 'partial',
      reason: {
        code: 'unconfirmed',
        message: `The destination did not say within a day what became of ${unconfirmed} batches. The next run sends them again.`,
      },
    };
  }
  if (rejected === 0) return { status: 'succeeded', reason: skipped > 0 ? skippedReason(skipped) : null };
  if (sent === 0) {
    return {
      status: removed > 0 ? 'partial' : 'failed',
      reason: {
        code: 'removals-refused',
        message: `The destination did not take ${rejected} people off the list. The next run tries again.`,
      },
    };
  }
  if (rejected >= sent && removed === 0) {
    return {
      status: 'failed',
      reason: {
        code: 'all-rejected',
        message: `The destination rejected all of the ${sent} rows that were sent.`,
      },
    };
  }
  return {
    status: 'partial',
    reason: {
      code: 'some-rejected',
      message: `The destination rejected ${rejected} of ${sent} rows. They are listed with their reasons; the next run sends them again.`,
    },
  };
}

function skippedReason(skipped: number): RunReason {
  const members = skipped === 1 ? '1 member was' : `${skipped} members were`;
  return { code: 'some-skipped', message: `${members} not sent. They are listed with their reasons.` };
}
