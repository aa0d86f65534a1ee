import { hash } from 'node:crypto';
import type { RemovalCounts } from '@audience-relay/contracts';
import type { EncodedRecord, MappedRow } from '@audience-relay/destinations/core';
import type { BegunBatch, Delivery } from './delivery';
import { traceOf } from './ledger-ids';
import { compileMapper, type RowMapper, sourcesOf } from './map-row';
import type { CountChange, HandleAwaiting, IdRange, LedgerRow, LedgerWrite, Member } from './ports';
import { scanMembers } from './scan-members';
import { type BatchResult, recordTooLarge, sendBatch } from './send-batch';

/** How often a stretch without anything to send is written down, in milliseconds. */
const advanceEveryMs = 2_000;

interface Row {
  readonly id: string;
  readonly identity: string;
  readonly bytes: EncodedRecord;
  readonly hash: string;
  readonly kind: 'added' | 'changed' | 'unchanged';
  /** The identity under which the ledger knows the person; undefined = it does not. */
  readonly deliveredAs: string | undefined;
}

/** The first phase: reads members beside the ledger, and sends who is new or changed in as few requests as possible. */
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

  constructor(private readonly delivery: Delivery) {}

  async send(ranges: readonly IdRange[]): Promise<void> {
    let position: string | null = null;
    for (const [index, range] of ranges.entries()) {
      // Who stands before this part was decided by an earlier claim, but counts for who is a duplicate.
      if (position !== range.from) await this.collectIdentities({ from: position, to: range.from });
      await this.sendRange(range, ranges.slice(index + 1));
      if (this.delivery.stopped) return;
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
      if (this.delivery.stopped) return;
    }
  }

  private async sendRange(range: IdRange, later: readonly IdRange[]): Promise<void> {
    const { limits } = this.delivery.destination;
    const { ledger, members } = this.delivery.ports;
    let rows: Row[] = [];
    let bytes = limits.envelopeBytes;
    let from = range.from;
    let counts = new Counts();
    let last = range.from;
    let advancedAt = performance.now();

    const cut = async (to: string | null) => {
      const rest = to === range.to ? later : [{ from: to, to: range.to }, ...later];
      if (rows.length > 0) await this.begin(rows, { from, to }, counts.taken(), rest);
      else await this.delivery.advance(rest, counts.taken());
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
            if (this.delivery.stopped) return;
          }
          bytes += row.bytes.byteLength + (rows.length > 0 ? limits.separatorBytes : 0);
          rows.push(row);
        }
        last = member.id;
      }
      if (this.delivery.stopped) return;
      if (rows.length === 0 && page.to !== range.to && performance.now() - advancedAt > advanceEveryMs) {
        await cut(page.to);
        last = page.to;
      }
    }
    await cut(range.to);
  }

  /** What is to be done about one member; counts it. @returns The row to send, if any. */
  private decide(member: Member, delivered: LedgerRow | undefined, counts: Counts): Row | null {
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
  ): Row | null {
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

  private begin(
    rows: readonly Row[],
    range: IdRange,
    counts: CountChange,
    rest: readonly IdRange[],
  ): Promise<void> {
    return this.delivery.begin('send', range, rest, (batch) => this.deliver(batch, rows, counts));
  }

  private async deliver(batch: BegunBatch, rows: readonly Row[], counts: CountChange): Promise<void> {
    const { destination, fence, ports, session } = this.delivery;
    const { seq, range } = batch;
    // The ledger first: a crash from here on costs a repeated upsert, never a person.
    await ports.ledger.write(fence, seq, this.ledgerRows(rows));
    const records = rows.map(({ bytes }) => bytes);
    const result = await sendBatch(batch.key, records, destination.limits, (part) =>
      this.delivery.call(batch, (context) => destination.send(part, context, session)),
    );
    await this.noteRejected(batch, rows, result);

    const { rejected, requests } = result;
    const sum = (of: 'bytes' | 'created' | 'updated') =>
      result.accepted.reduce((total, part) => total + part[of], 0);
    await this.delivery.settle(
      batch,
      { records: rows.length, bytes: sum('bytes'), requests, rejected: rejected.length },
      {
        ...counts,
        sent: rows.length,
        rejected: rejected.length,
        created: sum('created'),
        updated: sum('updated'),
      },
      handlesOf(result, seq, rows, range),
    );
  }

  private async noteRejected(
    { seq, range }: BegunBatch,
    rows: readonly Row[],
    { rejected }: BatchResult,
  ): Promise<void> {
    if (rejected.length === 0) return;
    const ids: string[] = [];
    for (const issue of rejected) {
      const { id, identity } = rows[issue.index] as Row;
      ids.push(id);
      this.delivery.note(id, 'rejected', issue, identity);
    }
    await this.delivery.ports.ledger.takeBack(this.delivery.fence.runId, seq, range, ids);
  }

  private ledgerRows(rows: readonly Row[]): LedgerWrite[] {
    return rows.flatMap(({ id, identity, hash: fingerprint, kind, deliveredAs }) => {
      const row = {
        profileId: id,
        hash: fingerprint,
        identity,
        added: kind === 'added',
        unchanged: kind === 'unchanged',
        exists: deliveredAs !== undefined,
      };
      if (this.delivery.plan.mode !== 'mirror' || deliveredAs === undefined || deliveredAs === identity)
        return [row];
      // The person is on the target under an identity that the profile no longer has. It is kept as a row of its own,
      // written first, so that no crash can lose it and it is taken off later.
      const trace = { profileId: traceOf(id, deliveredAs), hash: '', identity: deliveredAs };
      return [{ ...trace, added: false, unchanged: false, exists: false }, row];
    });
  }
}

/** What is to be confirmed: a handle for each accepted request, with the part of the ids that it covers. */
function handlesOf(
  { accepted }: BatchResult,
  seq: number,
  rows: readonly Row[],
  range: IdRange,
): HandleAwaiting[] {
  const since = new Date();
  return accepted.flatMap(({ handle, first, end, records }) => {
    if (handle === undefined || records === 0) return [];
    const from = first === 0 ? range.from : (rows[first - 1] as Row).id;
    const to = end === rows.length ? range.to : (rows[end - 1] as Row).id;
    return [{ seq, phase: 'send', handle, records, from, to, polls: 0, since }];
  });
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
