import { hash } from 'node:crypto';
import type { RemovalCounts } from '@audience-relay/contracts';
import type { EncodedRecord, MappedRow } from '@audience-relay/destinations/core';
import type { BatchRunner, EncodedRow } from './batch-runner';
import type { Delivery } from './delivery';
import { compileMapper, type RowMapper, sourcesOf } from './map-row';
import type { CountChange, IdRange, LedgerRow, Member } from './ports';
import { scanMembers } from './scan-members';
import { recordTooLarge } from './send-batch';

/** How often a stretch without anything to send is written down, in milliseconds. */
const advanceEveryMs = 2_000;

/**
 * The first phase: reads members beside the ledger, decides about each, and fills as few requests as possible with
 * those who are new or changed.
 */
export class MemberSender {
  /** How many ledger rows of those read stand for somebody who may have to be taken off. */
  leavers = 0;
  /** How many people the ledger knew in what was read. */
  delivered = 0;
  private readonly map: RowMapper = compileMapper(
    this.delivery.destination.mapping,
    this.delivery.plan.mapping,
  );
  private readonly sources = sourcesOf(this.delivery.plan.mapping);

  constructor(
    private readonly delivery: Delivery,
    private readonly batches: BatchRunner,
  ) {}

  async send(ranges: readonly IdRange[]): Promise<void> {
    let position: string | null = null;
    for (const [index, range] of ranges.entries()) {
      // Who stands before this part was decided by an earlier claim, but counts for who is a duplicate.
      if (position !== range.from) await this.collectIdentities({ from: position, to: range.from });
      await this.sendRange(range, ranges.slice(index + 1));
      if (this.batches.stopped) return;
      position = range.to;
    }
  }

  /** At most whom the run would take off, and at least who stays, if this claim read everybody. */
  removalBound(): RemovalCounts {
    const { leavers, delivered } = this;
    const remaining = Math.max(0, delivered - leavers);
    return { people: leavers, unmanaged: 0, formerIdentities: 0, delivered, remaining };
  }

  /** Reads who is in a stretch that needs no sending, to know duplicates of them. */
  async collectIdentities(range: IdRange): Promise<void> {
    if (range.from !== null && range.from === range.to) return;
    for await (const page of scanMembers(
      range,
      this.sources,
      this.delivery.ports.members,
      this.delivery.ports.ledger,
    )) {
      for (const { member } of page.members) {
        const mapped = this.map(member);
        if (mapped.row) this.delivery.identities.add(mapped.row.identity);
        else this.keep(mapped.knownAs);
      }
      this.leavers += page.left;
      this.delivered += page.delivered;
      if (this.batches.stopped) return;
    }
  }

  private async sendRange(range: IdRange, later: readonly IdRange[]): Promise<void> {
    const { limits } = this.delivery.destination;
    const { ledger, members } = this.delivery.ports;
    let rows: EncodedRow[] = [];
    let bytes = limits.envelopeBytes;
    let from = range.from;
    let counts = new Counts();
    let last = range.from;
    let advancedAt = performance.now();

    const cut = async (to: string | null) => {
      const rest = to === range.to ? later : [{ from: to, to: range.to }, ...later];
      if (rows.length > 0) await this.batches.send(rows, { range: { from, to }, rest }, counts.taken());
      else await this.batches.advance(rest, counts.taken());
      rows = [];
      bytes = limits.envelopeBytes;
      from = to;
      counts = new Counts();
      advancedAt = performance.now();
    };

    for await (const page of scanMembers(range, this.sources, members, ledger)) {
      this.leavers += page.left;
      this.delivered += page.delivered;
      for (const { member, delivered } of page.members) {
        const row = this.decide(member, delivered, counts);
        if (row) {
          const more = row.bytes.byteLength + (rows.length > 0 ? limits.separatorBytes : 0);
          if (rows.length === limits.maxRecords || bytes + more > limits.maxBytes) {
            // The row that did not fit, and its count, belong to the next batch.
            const ofNext = counts.withhold(row.kind);
            await cut(last);
            counts.add(ofNext);
            if (this.batches.stopped) return;
          }
          bytes += row.bytes.byteLength + (rows.length > 0 ? limits.separatorBytes : 0);
          rows.push(row);
        }
        last = member.id;
      }
      if (this.batches.stopped) return;
      if (rows.length === 0 && page.to !== range.to && performance.now() - advancedAt > advanceEveryMs) {
        await cut(page.to);
        last = page.to;
      }
    }
    await cut(range.to);
  }

  /** What is to be done about one member; counts it. @returns The row to send, if any. */
  private decide(member: Member, delivered: LedgerRow | undefined, counts: Counts): EncodedRow | null {
    counts.change.members += 1;
    const mapped = this.map(member);
    // Delivered under an identity that the profile no longer has: to be taken off, unless somebody else has it now.
    const identity = mapped.row === null ? mapped.knownAs : mapped.row.identity;
    if (delivered && delivered.identity !== identity) this.leavers += 1;
    if (mapped.row === null) {
      this.keep(identity);
      counts.change.skipped += 1;
      this.delivery.note(member.id, 'skipped', mapped.issue, mapped.identity);
      return null;
    }
    const { row, warnings } = mapped;
    if (!this.delivery.identities.add(row.identity)) {
      counts.change.skipped += 1;
      this.delivery.note(member.id, 'skipped', duplicate, row.identity);
      return null;
    }
    const bytes = this.delivery.destination.encode(row, this.delivery.session);
    if (recordTooLarge(bytes, this.delivery.destination.limits)) {
      counts.change.skipped += 1;
      this.delivery.note(member.id, 'skipped', tooLarge, row.identity);
      return null;
    }
    for (const warning of warnings) this.delivery.note(member.id, 'warning', warning, row.identity);
    return this.compare(member.id, row, bytes, delivered, counts);
  }

  private keep(identity: string | null): void {
    if (identity !== null) this.delivery.kept.add(identity);
  }

  private compare(
    id: string,
    { identity }: MappedRow,
    bytes: EncodedRecord,
    delivered: LedgerRow | undefined,
    counts: Counts,
  ): EncodedRow | null {
    const fingerprint = this.delivery.plan.contentKey + hash('sha256', bytes, 'base64url').slice(0, 22);
    // A row that this run wrote in a batch that was never settled may or may not have arrived: it is sent again.
    const ownUnsettled = delivered?.runId === this.delivery.fence.runId;
    const uncertain = delivered !== undefined && (delivered.hash === '' || ownUnsettled);
    const added = delivered === undefined || (uncertain && delivered.added);
    const same = delivered?.hash === fingerprint;
    // What this run began to send again although it had arrived before is no change when it is sent once more, even
    // if it was refused in between.
    const resent = ownUnsettled && delivered.unchanged && (same || delivered.hash === '');
    const unchanged = uncertain ? resent : same;
    const kind = added ? 'added' : unchanged ? 'unchanged' : 'changed';
    counts.change[kind] += 1;
    if (unchanged && !uncertain && this.delivery.plan.scope !== 'everyone') return null;
    return { id, identity, bytes, hash: fingerprint, kind, deliveredAs: delivered?.identity };
  }
}

/** Counts of the members since the last cut. */
class Counts {
  readonly change = { members: 0, added: 0, changed: 0, unchanged: 0, skipped: 0 };

  /** Takes the newest member out again. */
  withhold(kind: 'added' | 'changed' | 'unchanged'): CountChange {
    this.change.members -= 1;
    this.change[kind] -= 1;
    return { members: 1, [kind]: 1 };
  }

  add(change: CountChange): void {
    for (const key of Object.keys(this.change) as (keyof Counts['change'])[])
      this.change[key] += change[key] ?? 0;
  }

  taken(): CountChange {
    return { ...this.change };
  }
}

const duplicate = {
  code: 'duplicate-identity',
  message: 'Another member with a lower profile id has the same identity and is sent instead.',
  field: null,
};

const tooLarge = {
  code: 'record-too-large',
  message: 'The record is larger than a whole request to the destination may be.',
  field: null,
};
