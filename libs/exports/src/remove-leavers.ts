import type { BatchRunner, Leaver } from './batch-runner';
import type { Delivery } from './delivery';
import type { IdRange, LedgerRow } from './ports';
import { RemovalSelection } from './removal-guard';

/**
 * The last phase, of mirror only: takes off whom this export delivered and who is no member any more, and unmanaged
 * contacts whom the listing found. It needs the identities of all members.
 */
export class LeaverRemover {
  private readonly selection = new RemovalSelection(this.delivery);

  constructor(
    private readonly delivery: Delivery,
    private readonly batches: BatchRunner,
  ) {}

  async remove(ranges: readonly IdRange[]): Promise<void> {
    for (const [index, range] of ranges.entries()) {
      await this.removeRange(range, ranges.slice(index + 1));
      if (this.batches.stopped) return;
    }
  }

  private async removeRange(range: IdRange, later: readonly IdRange[]): Promise<void> {
    const size = this.delivery.destination.limits.maxRemovals ?? 100;
    let leavers: Leaver[] = [];
    let from = range.from;

    const cut = async (to: string | null) => {
      const rest = to === range.to ? later : [{ from: to, to: range.to }, ...later];
      if (leavers.length > 0) await this.batches.remove(leavers, { range: { from, to }, rest });
      else await this.batches.advance(rest, {});
      leavers = [];
      from = to;
    };

    for await (const page of this.delivery.ports.ledger.read(range)) {
      await this.dropForgotten(page);
      for (const row of page) {
        if (this.selection.kindOf(row) === null || !this.selection.isApproved(row)) continue;
        const { profileId, identity, hash, remoteId } = row;
        leavers.push({ profileId, identity, hash, remoteId });
        if (leavers.length < size) continue;
        await cut(row.profileId);
        if (this.batches.stopped) return;
      }
      if (this.batches.stopped) return;
    }
    await cut(range.to);
  }

  private async dropForgotten(page: readonly LedgerRow[]): Promise<void> {
    const forgotten = page.filter((row) => this.selection.isForgotten(row)).map(({ profileId }) => profileId);
    if (forgotten.length > 0) await this.delivery.ports.ledger.drop(forgotten);
  }
}
