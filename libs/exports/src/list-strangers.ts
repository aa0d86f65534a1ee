import { isDestinationFailure, type PeoplePage, type Removal } from '@audience-relay/destinations/core';
import { pollDelayMs } from './backoff';
import { longestWaitMs } from './confirm-run';
import type { Delivery } from './delivery';
import { IdentitySet } from './identity-set';
import { isStranger, noBatch, strangerOf, strangersRange } from './ledger-ids';
import type { Outcome } from './outcome';
import { paced } from './paced';
import type { Listing, LedgerWrite } from './ports';

/** Strangers written at a time. */
const writeSize = 1_000;

/**
 * Between the phases, of mirror with strangers only: finds who is on the target and neither a member nor delivered by
 * this export, and writes them into the ledger, from where they are taken off like people who left. It can be done
 * again from its beginning at any time.
 */
export class StrangerLister {
  private listing = this.delivery.input.state.listing;

  /** @param knowMembers Reads the identities of all members, if that was not done yet. */
  constructor(
    private readonly delivery: Delivery,
    private readonly knowMembers: () => Promise<void>,
  ) {}

  /** @returns How the claim ends if it cannot go on yet; else how many strangers there are. */
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
    if (Date.now() - since.getTime() > longestWaitMs) return this.leaveThem(notTold);
    const listing: Listing = { cursor: page.cursor, polls: polls + 1, since };
    await this.delivery.hold(ports.progress.setListing(fence, listing));
    return { kind: 'waiting', afterMs: pollDelayMs(listing.polls), costsAttempt: false, reason: gathering };
  }

  /** After any failure but being told to wait the listing begins anew: its cursor may be what is wrong. */
  private async ask(cursor: string | undefined): Promise<PeoplePage> {
    const { destination, session, ports, fence, plan, input } = this.delivery;
    try {
      return await paced(ports.rates, plan.connectionId, 'list', input.signal, async (signal) => {
        if (!destination.listPeople) throw new Error(`${destination.key} cannot list people`);
        return destination.listPeople(cursor, this.delivery.contextWith(signal), session);
      });
    } catch (error) {
      if (this.listing && isDestinationFailure(error) && error.kind !== 'rate-limited')
        await this.delivery.hold(ports.progress.setListing(fence, null));
      throw error;
    }
  }

  /** Whom this export delivered. Strangers whom an earlier run found are forgotten. */
  private async readKnown(): Promise<IdentitySet> {
    const { ports, fence } = this.delivery;
    const known = new IdentitySet();
    for await (const page of ports.ledger.read({ from: null, to: null })) {
      const stale: string[] = [];
      for (const { profileId, identity, runId } of page) {
        if (!isStranger(profileId)) known.add(identity);
        else if (runId !== fence.runId) stale.push(profileId);
      }
      if (stale.length > 0) await ports.ledger.drop(stale);
      if (this.delivery.stopped) break;
    }
    return known;
  }

  private async write(people: readonly Removal[], known: IdentitySet): Promise<void> {
    const { ports, fence } = this.delivery;
    const strangers = people
      .filter(({ identity }) => !this.delivery.isMember(identity) && !known.has(identity))
      .map(({ identity, remoteId }): LedgerWrite => {
        const row = { profileId: strangerOf(identity), hash: '', identity, added: false, unchanged: false };
        return { ...row, exists: false, ...(remoteId !== undefined && { remoteId }) };
      });
    for (let start = 0; start < strangers.length && !this.delivery.stopped; start += writeSize) {
      await ports.ledger.write(fence, noBatch, strangers.slice(start, start + writeSize));
    }
  }

  private async end(): Promise<number> {
    const { ports, fence } = this.delivery;
    let strangers = 0;
    for await (const page of ports.ledger.read(strangersRange)) strangers += page.length;
    await this.delivery.hold(ports.progress.endListing(fence, strangers));
    return strangers;
  }

  /** Takes no stranger off, and says why. */
  private async leaveThem({ code, message }: { code: string; message: string }): Promise<number> {
    const { ports, fence } = this.delivery;
    const issue = { profileId: '', kind: 'warning', code, message, identity: null, field: null } as const;
    await this.delivery.hold(ports.progress.writeIssues(fence, [issue]));
    await this.delivery.hold(ports.progress.endListing(fence, 0));
    return 0;
  }
}

const gathering = {
  code: 'listing-target',
  message: 'Everyone was sent. The destination is still listing who is on the target; the run goes on then.',
};

const notTold = {
  code: 'strangers-not-listed',
  message:
    'The destination did not list within a day who is on the target. People whom this export did not put there were left on it.',
};
