import { createHash } from 'node:crypto';
import { exceedsRemovalLimit, type RemovalCounts } from '@audience-relay/contracts';
import type { BatchRunner } from './batch-runner';
import type { Delivery } from './delivery';
import { allIds } from './id-order';
import { isFormerIdentity, isUnmanaged, noBatch, profileIdOf } from './ledger-ids';
import { maskIdentity } from './mask-identity';
import type { IssueWrite, LedgerRow, LedgerWrite, RunRemovals } from './ports';

/** Removals that a held run lists for the person who decides. */
const sampleLimit = 1_000;

/** Approved rows marked at a time. */
const markSize = 1_000;

type RemovalKind = 'left' | 'unmanaged' | 'former-identity';

/**
 * Which ledger rows stand for somebody who is to be taken off the target: whoever is a member under any profile
 * stays, whichever profile's row it is. Needs the identities of all members.
 */
export class RemovalSelection {
  /** The person whose row was seen last; rows of former identities follow it. */
  private person: { id: string; left: boolean; delivered: boolean } | null = null;

  constructor(private readonly delivery: Delivery) {}

  /** @param row In the ledger's order. */
  kindOf(row: LedgerRow): RemovalKind | null {
    const { profileId, identity, hash } = row;
    const stays = this.delivery.isMember(identity);
    if (isUnmanaged(profileId)) return stays || this.isForgotten(row) ? null : 'unmanaged';
    if (!isFormerIdentity(profileId)) {
      this.person = { id: profileId, left: !stays, delivered: hash !== '' };
      return stays ? null : 'left';
    }
    if (stays) return null;
    const { person } = this;
    const known = person?.id === profileIdOf(profileId) && (person.left || person.delivered);
    // Where the new identity is not known to be there, the former one is all there is of the person.
    return known ? 'former-identity' : 'left';
  }

  /** Unmanaged contacts whom an earlier run found and left: whether they are to go is for each run to find out. */
  isForgotten({ profileId, runId }: LedgerRow): boolean {
    const { fence, plan } = this.delivery;
    return isUnmanaged(profileId) && (!plan.removeUnmanaged || runId !== fence.runId);
  }

  /**
   * Whether the run may take the row's person off: all, or only those that a person approved. These are marked, or a
   * removal of them was begun.
   */
  isApproved({ runId, seq }: LedgerRow): boolean {
    const { fence, plan, removals } = this.delivery;
    if (plan.approvedRemovals === null) return true;
    return runId === fence.runId && (seq === noBatch || (removals !== null && seq >= removals.firstSeq));
  }
}

/**
 * The removal guard. Before the first removal it counts whom the run would take off; above the export's limit it takes
 * nobody off without a person's approval. Approval is bound to exactly the people counted, by a digest: they are
 * marked in the ledger as this run's, and no other row is taken off, whatever happens to the run or the members
 * afterwards.
 */
export class RemovalGuard {
  private samples: IssueWrite[] = [];

  constructor(
    private readonly delivery: Delivery,
    private readonly batches: BatchRunner,
  ) {}

  /**
   * Decides about the removals of a run, at each claim of it. Begins removing, or holds.
   * @param bound What is known of them without reading the ledger; null = nothing.
   * @returns Whether people may be taken off now.
   */
  async allows(bound: RemovalCounts | null): Promise<boolean> {
    const { plan, ports, fence, input } = this.delivery;
    const { phase, removals: before } = input.state;
    const removing = phase === 'remove';
    // Its people were marked before the first was taken off.
    if (removing && plan.approvedRemovals !== null) return true;
    const withinLimit = bound !== null && !exceedsRemovalLimit(bound, plan.removalLimit);
    const counts =
      withinLimit && plan.approvedRemovals === null ? { ...bound, digest: null } : await this.count();
    const counted = { ...counts, firstSeq: this.batches.nextSeq };
    if (this.delivery.stopped) return false;
    if (this.mustHold(counted, removing ? before : null)) {
      await this.delivery.assertFence(ports.progress.writeIssues(fence, this.samples));
      await this.delivery.assertFence(ports.progress.holdRemovals(fence, { ...counted, held: true }));
      return false;
    }
    if (removing) return true;
    if (counted.digest !== null && counted.digest === plan.approvedRemovals) await this.markApproved();
    if (this.delivery.stopped) return false;
    this.delivery.removals = { ...counted, held: false };
    await this.delivery.assertFence(ports.progress.beginRemoval(fence, this.delivery.removals, [allIds]));
    return true;
  }

  private mustHold(counted: Omit<RunRemovals, 'held' | 'firstSeq'>, before: RunRemovals | null): boolean {
    const { plan, input } = this.delivery;
    if (plan.approvedRemovals !== null)
      return counted.digest !== plan.approvedRemovals && counted.people + counted.unmanaged > 0;
    // Taken up again: whom it took off already counts, too. If nobody new is to go, it was decided before.
    const planned = before && !before.held ? before.people + before.unmanaged : Infinity;
    const done = Math.min(input.state.counts.removed, planned);
    if (planned < Infinity && counted.people + counted.unmanaged + done <= planned) return false;
    const delivered = Math.max(before?.delivered ?? 0, counted.delivered);
    return exceedsRemovalLimit({ ...counted, people: counted.people + done, delivered }, plan.removalLimit);
  }

  /** Counts exactly, in one pass over the ledger. */
  private async count(): Promise<RemovalCounts & { digest: string }> {
    const { fence, ports } = this.delivery;
    const digest = createHash('sha256');
    const counts = { people: 0, unmanaged: 0, formerIdentities: 0, delivered: 0, remaining: 0 };
    const selection = new RemovalSelection(this.delivery);
    this.samples = [];
    for await (const page of ports.ledger.read(allIds)) {
      for (const row of page) {
        const { profileId, identity, hash, runId, added } = row;
        const kind = selection.kindOf(row);
        if (!isUnmanaged(profileId) && !isFormerIdentity(profileId)) {
          if (!(added && runId === fence.runId)) counts.delivered += 1;
          if (kind === null && hash !== '') counts.remaining += 1;
        }
        if (kind === null) continue;
        counts[countOf[kind]] += 1;
        digest.update(JSON.stringify([profileId, identity]));
        if (this.samples.length < sampleLimit) this.samples.push(sampleOf(row, kind));
      }
      if (this.delivery.stopped) break;
    }
    return { ...counts, digest: digest.digest('base64url') };
  }

  /** Makes the rows of those who were approved this run's own, keeping what they say. */
  private async markApproved(): Promise<void> {
    const { fence, ports } = this.delivery;
    const selection = new RemovalSelection(this.delivery);
    let marks: LedgerWrite[] = [];
    const write = async () => {
      if (marks.length > 0) await ports.ledger.write(fence, noBatch, marks);
      marks = [];
    };
    for await (const page of ports.ledger.read(allIds)) {
      for (const row of page) {
        if (selection.kindOf(row) === null) continue;
        const { profileId, identity, hash, remoteId } = row;
        const mark = { profileId, identity, hash, added: false, unchanged: false, exists: true };
        marks.push({ ...mark, ...(remoteId !== undefined && { remoteId }) });
        if (marks.length === markSize) await write();
      }
      if (this.delivery.stopped) return;
    }
    await write();
  }
}

const countOf = {
  left: 'people',
  unmanaged: 'unmanaged',
  'former-identity': 'formerIdentities',
} as const satisfies Record<RemovalKind, keyof RemovalCounts>;

const sampleMessages: Readonly<Record<RemovalKind, string>> = {
  left: 'This export delivered the person, and no member of its segments has this address any more.',
  unmanaged: 'The person is on the target, and no export put them there.',
  'former-identity': 'The person has another address now, under which they stay.',
};

function sampleOf({ profileId, identity }: LedgerRow, kind: RemovalKind): IssueWrite {
  const masked = maskIdentity(identity);
  return {
    profileId,
    kind: 'removal',
    code: `removal-${kind}`,
    message: sampleMessages[kind],
    identity: masked,
    field: null,
  };
}
