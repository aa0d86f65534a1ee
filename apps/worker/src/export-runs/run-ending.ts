import type { RunReason } from '@audience-relay/contracts';
import type { RunEnding, RunPlan, RunRecord } from '@audience-relay/data';
import type { RunRemovals } from '@audience-relay/exports';

/** How a run ends of which everything was sent and every verdict came, or was given up. */
export function endingOf(
  { counts, removals, plan }: Pick<RunRecord, 'counts' | 'removals'> & { plan: Pick<RunPlan, 'approval'> },
  unconfirmed: number,
): Pick<RunEnding, 'status' | 'reason'> {
  if (removals?.held)
    return { status: 'held', reason: heldReason(removals, counts.removed, plan.approval !== undefined) };
  const { sent, rejected, skipped, removed } = counts;
  if (unconfirmed > 0) {
    return {
      status: 'partial',
      reason: {
        code: 'unconfirmed',
        message: `The destination did not say within a day what became of ${unconfirmed} batches. The next run sends them again.`,
        numbers: { batches: unconfirmed },
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
        numbers: { rejected },
      },
    };
  }
  if (rejected >= sent && removed === 0) {
    return {
      status: 'failed',
      reason: {
        code: 'all-rejected',
        message: `The destination rejected all of the ${sent} rows that were sent.`,
        numbers: { sent, rejected },
      },
    };
  }
  return {
    status: 'partial',
    reason: {
      code: 'some-rejected',
      message: `The destination rejected ${rejected} of ${sent} rows. They are listed with their reasons; the next run sends them again.`,
      numbers: { sent, rejected },
    },
  };
}

function skippedReason(skipped: number): RunReason {
  const members = skipped === 1 ? '1 member was' : `${skipped} members were`;
  return {
    code: 'some-skipped',
    message: `${members} not sent. They are listed with their reasons.`,
    numbers: { skipped },
  };
}

function heldReason(
  { people, unmanaged, delivered, remaining }: RunRemovals,
  removed: number,
  approved: boolean,
): RunReason {
  const numbers = { leaving: people + unmanaged, people, unmanaged, delivered, remaining, removed };
  const others = unmanaged > 0 ? ` and ${unmanaged} people whom no export put there` : '';
  const whom = `${people} of the ${delivered} people whom this export delivered${others}`;
  const nobody = removed === 0 ? 'Nobody was taken off' : `After ${removed}, nobody else was taken off`;
  const decide = 'Approve the removals if they are right, or correct the segments, the mapping or the data.';
  return approved
    ? {
        code: 'approval-void',
        message: `The removals are not those that were approved any more: they would be ${whom}. ${nobody}. ${decide}`,
        numbers,
      }
    : {
        code: 'removals-held',
        message: `The run would take ${whom} off the target, more than the limit of the export. ${nobody}; everyone else was sent. ${decide}`,
        numbers,
      };
}
