import type { RemoveReceipt } from '@audience-relay/destinations/core';
import type { BegunBatch, Delivery } from './delivery';
import { noBatch } from './ledger-ids';
import type { HandleAwaiting, IdRange, LedgerRow, LedgerWrite } from './ports';
import { RemovalSelection } from './removal-guard';
import { mirrorUnsupported } from './send-batch';

type Leaver = Pick<LedgerRow, 'profileId' | 'identity' | 'hash' | 'remoteId'>;

/**
 * The last phase, of mirror only: takes off whom this export delivered and who is no member any more, and strangers
 * whom the listing found. It needs the identities of all members.
 */
export class LeaverRemover {
  private readonly selection = new RemovalSelection(this.delivery);

  constructor(private readonly delivery: Delivery) {}

  async remove(ranges: readonly IdRange[]): Promise<void> {
    for (const [index, range] of ranges.entries()) {
      await this.removeRange(range, ranges.slice(index + 1));
      if (this.delivery.stopped) return;
    }
  }

  private async removeRange(range: IdRange, later: readonly IdRange[]): Promise<void> {
    const size = this.delivery.destination.limits.maxRemovals ?? 100;
    let leavers: Leaver[] = [];
    let from = range.from;

    const cut = async (to: string | null) => {
      const rest = to === range.to ? later : [{ from: to, to: range.to }, ...later];
      if (leavers.length > 0) await this.begin(leavers, { from, to }, rest);
      else await this.delivery.advance(rest, {});
      leavers = [];
      from = to;
    };

    for await (const page of this.delivery.ports.ledger.read(range)) {
      await this.forgetStrangers(page);
      for (const row of page) {
        if (this.selection.kindOf(row) === null || !this.selection.isApproved(row)) continue;
        const { profileId, identity, hash, remoteId } = row;
        leavers.push({ profileId, identity, hash, remoteId });
        if (leavers.length < size) continue;
        await cut(row.profileId);
        if (this.delivery.stopped) return;
      }
      if (this.delivery.stopped) return;
    }
    await cut(range.to);
  }

  private async forgetStrangers(page: readonly LedgerRow[]): Promise<void> {
    const forgotten = page.filter((row) => this.selection.isForgotten(row)).map(({ profileId }) => profileId);
    if (forgotten.length > 0) await this.delivery.ports.ledger.drop(forgotten);
  }

  private begin(leavers: readonly Leaver[], range: IdRange, rest: readonly IdRange[]): Promise<void> {
    return this.delivery.begin('remove', range, rest, (batch) => this.takeOff(batch, leavers));
  }

  private async takeOff(batch: BegunBatch, leavers: readonly Leaver[]): Promise<void> {
    const { seq, key, range } = batch;
    const { destination, session } = this.delivery;
    const removals = leavers.map(({ identity, remoteId }) => ({ identity, remoteId }));
    const receipt = await this.delivery.call(batch, (context) => {
      if (!destination.remove) throw mirrorUnsupported(destination.name);
      return destination.remove({ key, removals }, context, session);
    });
    const refused = new Set(receipt.rejected.map(({ index }) => index));
    for (const issue of receipt.rejected) {
      const row = leavers[issue.index];
      if (row) this.delivery.note(row.profileId, 'rejected', issue, row.identity);
    }
    await this.noteRemoval(seq, leavers, receipt, refused);

    const { handle, removed, requests } = receipt;
    const awaiting: HandleAwaiting[] = [];
    if (handle !== undefined && removed > 0) {
      awaiting.push({
        ...range,
        seq,
        phase: 'remove',
        handle,
        records: removed,
        polls: 0,
        since: new Date(),
      });
    }
    await this.delivery.settle(
      batch,
      { records: leavers.length, bytes: 0, requests, rejected: refused.size },
      // What is only promised counts when the verdict is known.
      { removed: handle === undefined ? removed : 0, rejected: refused.size },
      awaiting,
    );
  }

  /**
   * Writes down what became of leavers. Rows of refused removals stay as they are: the next run tries again. Somebody
   * whom the destination does not know may only not be found yet, so a row goes at the second time.
   */
  private async noteRemoval(
    seq: number,
    leavers: readonly Leaver[],
    { unknown, handle }: RemoveReceipt,
    refused: ReadonlySet<number>,
  ): Promise<void> {
    const notFound = new Set(unknown);
    const gone: string[] = [];
    const promised: LedgerWrite[] = [];
    const missing: LedgerWrite[] = [];
    for (const [index, { profileId, identity, hash: known }] of leavers.entries()) {
      if (refused.has(index)) continue;
      const doubted = { profileId, identity, hash: '', added: false, unchanged: false, exists: true };
      if (notFound.has(index) && known !== '') missing.push(doubted);
      else if (notFound.has(index) || handle === undefined) gone.push(profileId);
      else promised.push(doubted);
    }
    if (promised.length > 0) await this.delivery.ports.ledger.write(this.delivery.fence, seq, promised);
    if (missing.length > 0) await this.delivery.ports.ledger.write(this.delivery.fence, noBatch, missing);
    if (gone.length > 0) await this.delivery.ports.ledger.drop(gone);
  }
}
