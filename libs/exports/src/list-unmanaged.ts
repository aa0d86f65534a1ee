import { isDestinationFailure, type PeoplePage, type Removal } from '@audience-relay/destinations/core';
import { pollDelayMs } from './backoff';
import { longestWaitMs } from './confirm-run';
import { withRateLimit } from './call-destination';
import type { Delivery } from './delivery';
import { allIds } from './id-order';
import { IdentitySet } from './identity-set';
import { isUnmanaged, noBatch, unmanagedId, unmanagedRange } from './ledger-ids';
import type { Outcome } from './outcome';
import type { Listing, LedgerWrite } from './ports';

/** Unmanaged contacts written at a time. */
const writeSize = 1_000;

/**
 * Between the phases, of mirror with the removal of unmanaged contacts only: finds who is on the target and neither a member nor delivered by
 * this export, and writes them into the ledger, from where they are taken off like people who left. It can be done
 * again from its beginning at any time.
 */
export class UnmanagedLister {
  private listing = this.delivery.input.state.listing;

  /** @param knowMembers Reads the identities of all members, if that was not done yet. */
  constructor(
    private readonly delivery: Delivery,
    private readonly knowMembers: () => Promise<void>,
  ) {}

  /** @returns How the claim ends if it cannot go on yet; else how many unmanaged contacts there are. */
  async list(): Promise<Outcome | number> {
    const { fence, ports } = this.delivery;
    let page = await this.ask(this.listing?.cursor);
    if (page.status === 'page') {
      await this.knowMembers();
      const known = await this.readKnown();
      while (page.status === 'page' && !this.delivery.stopped) {
        await this.write(page.people, known);
        if (page.nextCursor === undefined) return this.end();
        page = await this.ask(page.nextCursor);
      }
    }
    if (page.status === 'page') return 0;
    const { polls = 0, since = new Date() } = this.listing ?? {};
    if (Date.now() - since.getTime() > longestWaitMs) return this.leaveThem(notListed);
    const listing: Listing = { cursor: page.cursor, polls: polls + 1, since };
    await this.delivery.assertFence(ports.progress.setListing(fence, listing));
    return { kind: 'waiting', afterMs: pollDelayMs(listing.polls), costsAttempt: false, reason: gathering };
  }

  /** After any failure but a rate limit the listing begins anew: its cursor may be what is wrong. */
  private async ask(cursor: string | undefined): Promise<PeoplePage> {
    const { destination, session, ports, fence, plan, input } = this.delivery;
    try {
      return await withRateLimit(ports.rates, plan.connectionId, 'list', input.signal, async (signal) => {
        if (!destination.listPeople) throw new Error(`${destination.key} cannot list people`);
        return destination.listPeople(cursor, this.delivery.contextWith(signal), session);
      });
    } catch (error) {
      if (this.listing && isDestinationFailure(error) && error.kind !== 'rate-limited')
        await this.delivery.assertFence(ports.progress.setListing(fence, null));
      throw error;
    }
  }

  /** Whom this export delivered. Unmanaged contacts whom an earlier run found are forgotten. */
  private async readKnown(): Promise<IdentitySet> {
    const { ports, fence } = this.delivery;
    const known = new IdentitySet();
    for await (const page of ports.ledger.read(allIds)) {
      const stale: string[] = [];
      for (const { profileId, identity, runId } of page) {
        if (!isUnmanaged(profileId)) known.add(identity);
        else if (runId !== fence.runId) stale.push(profileId);
      }
      if (stale.length > 0) await ports.ledger.drop(stale);
      if (this.delivery.stopped) break;
    }
    return known;
  }

  private async write(people: readonly Removal[], known: IdentitySet): Promise<void> {
    const { ports, fence } = this.delivery;
    const unmanaged = people
      .filter(({ identity }) => !this.delivery.isMember(identity) && !known.has(identity))
      .map(({ identity, remoteId }): LedgerWrite => {
        const row = { profileId: unmanagedId(identity), hash: '', identity, added: false, unchanged: false };
        return { ...row, exists: false, ...(remoteId !== undefined && { remoteId }) };
      });
    for (let start = 0; start < unmanaged.length && !this.delivery.stopped; start += writeSize) {
      await ports.ledger.write(fence, noBatch, unmanaged.slice(start, start + writeSize));
    }
  }

  private async end(): Promise<number> {
    const { ports, fence } = this.delivery;
    let unmanaged = 0;
    for await (const page of ports.ledger.read(unmanagedRange)) unmanaged += page.length;
    await this.delivery.assertFence(ports.progress.endListing(fence, unmanaged));
    return unmanaged;
  }

  /** Takes none of them off, and says why. */
  private async leaveThem({ code, message }: { code: string; message: string }): Promise<number> {
    const { ports, fence } = this.delivery;
    const issue = { profileId: '', kind: 'warning', code, message, identity: null, field: null } as const;
    await this.delivery.assertFence(ports.progress.writeIssues(fence, [issue]));
    await this.delivery.assertFence(ports.progress.endListing(fence, 0));
    return 0;
  }
}

const gathering = {
  code: 'listing-target',
  message: 'Everyone was sent. The destination is still listing who is on the target; the run goes on then.',
};

const notListed = {
  code: 'strangers-not-listed',
  message:
    'The destination did not list within a day who is on the target. People whom this export did not put there were left on it.',
};
