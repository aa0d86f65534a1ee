import { hash } from 'node:crypto';
import type {
  Destination,
  EncodedRecord,
  ExportContext,
  MappedRow,
  Removal,
  RemoveReceipt,
} from '@audience-relay/destinations/core';
import { callDestination } from './call-destination';
import { IdentitySet } from './identity-set';
import { InFlight } from './in-flight';
import { compileMapper, type RowMapper } from './map-row';
import { maskIdentity } from './mask-identity';
import type { Stop } from './outcome';
import { gravest, type Outcome, outcomeOf, stopOutcome, Superseded } from './outcome';
import { paced } from './paced';
import type {
  CountChange,
  HandleAwaiting,
  IdRange,
  IssueWrite,
  Ledger,
  LedgerRow,
  LedgerWrite,
  Member,
  MemberReader,
  RunPlan,
  RunProgress,
  RunState,
} from './ports';
import type { RateGate, RatedCall } from './rate-gate';
import { ledgerPages, scanMembers } from './scan-members';
import { mirrorUnsupported, recordTooLarge, sendBatch } from './send-batch';

/** What the engine works with. Nothing here is Mongo, Bull or SendGrid. */
export interface DeliveryPorts {
  readonly members: MemberReader;
  readonly ledger: Ledger;
  readonly progress: RunProgress;
  readonly rates: RateGate;
}

export interface DeliveryInput {
  readonly plan: RunPlan;
  readonly state: RunState;
  readonly destination: Destination;
  /** Connection values, settings and mapping for the plugin. */
  readonly context: Omit<ExportContext<Record<string, never>, Record<string, never>>, 'signal'>;
  /** Aborted with a `Stop`: take nothing new, finish what is in flight. */
  readonly stopping: AbortSignal;
  /** Aborted with a `Stop`: give up at once. */
  readonly signal: AbortSignal;
}

/** How often a stretch without anything to send is written down, in milliseconds. */
const advanceEveryMs = 2_000;

/** Rows with a reason that one run keeps; beyond that they are only counted. */
export const issueLimit = 10_000;

interface Row {
  readonly id: string;
  readonly identity: string;
  readonly bytes: EncodedRecord;
  readonly hash: string;
  readonly kind: 'added' | 'changed' | 'unchanged';
  readonly delivered: LedgerRow | undefined;
}

/**
 * Delivers what is left of a run: reads members beside the ledger, sends who is new or changed in as few requests as
 * the destination's limits allow, takes off who left (mirror), and writes every step down so that whoever claims the
 * run next goes on exactly there.
 */
export async function deliverRun(input: DeliveryInput, ports: DeliveryPorts): Promise<Outcome> {
  const delivery = new Delivery(input, ports);
  try {
    return await delivery.run();
  } catch (error) {
    return outcomeOf(error, input.signal);
  }
}

class Delivery {
  private readonly plan = this.input.plan;
  private readonly destination = this.input.destination;
  private readonly fence = this.input.state.fence;
  private readonly map: RowMapper = compileMapper(this.destination.mapping, this.plan.mapping);
  private readonly sources = [
    ...new Set([
      ...Object.values(this.plan.mapping.fields),
      ...this.plan.mapping.custom.map(({ source }) => source),
    ]),
  ];
  private readonly identities = new IdentitySet();
  private readonly inFlight = new InFlight(this.destination.limits.concurrency);
  private session: unknown;
  private seq = this.input.state.nextSeq;
  private issues: IssueWrite[] = [];
  private issuesWritten = this.input.state.counts.rejected + this.input.state.counts.skipped;
  private leavers = 0;

  constructor(
    private readonly input: DeliveryInput,
    private readonly ports: DeliveryPorts,
  ) {}

  async run(): Promise<Outcome> {
    const refusal = await this.checkTotal();
    if (refusal) return refusal;
    if (this.plan.mode === 'mirror' && !this.destination.remove)
      throw mirrorUnsupported(this.destination.name);
    this.session = await callDestination(this.input.signal, (signal) =>
      this.destination.prepare(this.contextWith(signal)),
    );

    let phase = this.input.state.phase;
    if (phase === 'send') {
      const failures = await this.lane((ranges) => this.sendRanges(ranges), this.input.state.ranges);
      if (failures) return failures;
      // Leavers were counted on the way only if this claim saw every part.
      const nobodyLeft = !this.input.state.resumed && this.leavers === 0;
      if (this.plan.mode !== 'mirror' || this.plan.retry || nobodyLeft) return { kind: 'delivered' };
      await this.hold(this.ports.progress.beginPhase(this.fence, 'remove', everything));
      phase = 'remove';
    }
    const ranges = this.input.state.phase === 'remove' ? this.input.state.ranges : everything;
    if (this.input.state.phase === 'remove' || this.input.state.resumed) {
      await this.collectIdentities({ from: null, to: null });
    }
    return (await this.lane((rest) => this.removeRanges(rest), ranges)) ?? { kind: 'delivered' };
  }

  /** Counts the members once, and refuses the run when they are more than its limits allow. */
  private async checkTotal(): Promise<Outcome | null> {
    if (this.input.state.total !== null) return null;
    const total = await this.ports.members.count();
    await this.hold(this.ports.progress.setTotal(this.fence, total));
    const limit = Math.min(this.plan.hardLimit ?? Infinity, this.destination.limits.hardTotal ?? Infinity);
    if (total <= limit) return null;
    return {
      kind: 'skipped',
      reason: {
        code: 'hard-limit-exceeded',
        message:
          `The segments have ${total} members, more than the limit of ${limit}. Nothing was sent. ` +
          'Raise the limit of the export, or choose smaller segments.',
      },
    };
  }

  /** Works through ranges, then waits for what is in flight whatever happened. @returns Null if all went well. */
  private async lane(
    work: (ranges: readonly IdRange[]) => Promise<void>,
    ranges: readonly IdRange[],
  ): Promise<Outcome | null> {
    const failures: Outcome[] = [];
    try {
      await work(ranges);
    } catch (error) {
      failures.push(outcomeOf(error, this.input.signal));
    }
    for (const error of await this.inFlight.settle()) failures.push(outcomeOf(error, this.input.signal));
    if (this.input.stopping.aborted) failures.push(stopOutcome(this.input.stopping.reason as Stop));
    return failures.length > 0 ? gravest(failures) : null;
  }

  private async sendRanges(ranges: readonly IdRange[]): Promise<void> {
    let position: string | null = null;
    for (const [index, range] of ranges.entries()) {
      // Who stands before this part was decided by an earlier claim, but counts for who is a duplicate.
      if (position !== range.from) await this.collectIdentities({ from: position, to: range.from });
      await this.sendRange(range, ranges.slice(index + 1));
      if (this.stopped) return;
      position = range.to;
    }
  }

  private async sendRange(range: IdRange, later: readonly IdRange[]): Promise<void> {
    const { limits } = this.destination;
    const { ledger, members } = this.ports;
    let rows: Row[] = [];
    let bytes = limits.envelopeBytes;
    let from = range.from;
    let counts = new Counts();
    let last = range.from;
    let advancedAt = performance.now();

    const cut = async (to: string | null) => {
      const rest = to === range.to ? later : [{ from: to, to: range.to }, ...later];
      if (rows.length > 0) await this.begin(rows, { from, to }, counts.taken(), rest);
      else {
        await this.flushIssues();
        await this.hold(this.ports.progress.advance(this.fence, rest, counts.taken()));
      }
      rows = [];
      bytes = limits.envelopeBytes;
      from = to;
      counts = new Counts();
      advancedAt = performance.now();
    };

    for await (const page of scanMembers(range, this.sources, members, ledger)) {
      this.leavers += page.left;
      for (const { member, delivered } of page.members) {
        const row = this.decide(member, delivered, counts);
        if (row) {
          const more = row.bytes.byteLength + (rows.length > 0 ? limits.separatorBytes : 0);
          if (rows.length === limits.maxRecords || bytes + more > limits.maxBytes) {
            // The row that did not fit, and its count, belong to the next batch.
            const ofNext = counts.withhold(row.kind);
            await cut(last);
            counts.add(ofNext);
            if (this.stopped) return;
          }
          bytes += row.bytes.byteLength + (rows.length > 0 ? limits.separatorBytes : 0);
          rows.push(row);
        }
        last = member.id;
      }
      if (this.stopped) return;
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
    if (delivered && delivered.identity !== mapped.row?.identity) this.leavers += 1;
    if (mapped.row === null) {
      counts.change.skipped += 1;
      this.note(member.id, 'skipped', mapped.issue, mapped.identity);
      return null;
    }
    const { row, warnings } = mapped;
    if (!this.identities.add(row.identity)) {
      counts.change.skipped += 1;
      this.note(member.id, 'skipped', duplicate, row.identity);
      return null;
    }
    const bytes = this.destination.encode(row, this.session);
    if (recordTooLarge(bytes, this.destination.limits)) {
      counts.change.skipped += 1;
      this.note(member.id, 'skipped', tooLarge, row.identity);
      return null;
    }
    for (const warning of warnings) this.note(member.id, 'warning', warning, row.identity);
    return this.compare(member.id, row, bytes, delivered, counts);
  }

  private compare(
    id: string,
    { identity }: MappedRow,
    bytes: EncodedRecord,
    delivered: LedgerRow | undefined,
    counts: Counts,
  ): Row | null {
    const content = hash('sha256', bytes, 'buffer');
    const fingerprint = this.plan.contentKey + content.toString('base64url', 0, 16);
    // A row that this run wrote in a batch that was never settled may or may not have arrived: it is sent again.
    const uncertain =
      delivered !== undefined && (delivered.hash === '' || delivered.runId === this.fence.runId);
    const added = delivered === undefined || (uncertain && delivered.added);
    const unchanged = !uncertain && delivered?.hash === fingerprint;
    const kind = added ? 'added' : unchanged ? 'unchanged' : 'changed';
    counts.change[kind] += 1;
    if (unchanged && this.plan.scope !== 'everyone') return null;
    return { id, identity, bytes, hash: fingerprint, kind, delivered };
  }

  /** Writes a batch down as begun and sets it going; waits only for a free place. */
  private async begin(
    rows: readonly Row[],
    range: IdRange,
    counts: CountChange,
    rest: readonly IdRange[],
  ): Promise<void> {
    await this.flushIssues();
    await this.inFlight.place();
    if (this.stopped) return;
    const seq = this.seq;
    this.seq += 1;
    await this.hold(this.ports.progress.beginBatch(this.fence, { ...range, seq, phase: 'send' }, rest));
    this.inFlight.start(this.deliver(seq, rows, range, counts));
  }

  private async deliver(
    seq: number,
    rows: readonly Row[],
    range: IdRange,
    counts: CountChange,
  ): Promise<void> {
    const { ledger, progress } = this.ports;
    const startedAt = new Date();
    await ledger.write(this.fence, seq, this.ledgerRows(rows));
    const result = await sendBatch(
      batchKey('s', range),
      rows.map(({ bytes }) => bytes),
      this.destination.limits,
      (batch) =>
        this.call('send', (signal) => this.destination.send(batch, this.contextWith(signal), this.session)),
    );

    if (result.rejected.length > 0) {
      const refused = result.rejected.map(({ index }) => (rows[index] as Row).id);
      await ledger.takeBack(this.fence.runId, seq, range, refused);
      for (const issue of result.rejected) {
        const row = rows[issue.index] as Row;
        this.note(row.id, 'rejected', { ...issue, field: null }, row.identity);
      }
      await this.flushIssues();
    }
    const handles = result.accepted.flatMap<HandleAwaiting>(({ handle, first, end, records }) =>
      handle === undefined || records === 0
        ? []
        : [
            {
              seq,
              phase: 'send',
              handle,
              records,
              from: first === 0 ? range.from : (rows[first - 1] as Row).id,
              to: end === rows.length ? range.to : (rows[end - 1] as Row).id,
              polls: 0,
              since: new Date(),
            },
          ],
    );
    const sum = (of: 'bytes' | 'created' | 'updated') =>
      result.accepted.reduce((total, part) => total + part[of], 0);
    await this.hold(
      progress.settleBatch(
        this.fence,
        {
          seq,
          phase: 'send',
          records: rows.length,
          bytes: sum('bytes'),
          requests: result.requests,
          rejected: result.rejected.length,
          startedAt,
          durationMs: Date.now() - startedAt.getTime(),
        },
        {
          ...counts,
          sent: rows.length,
          rejected: result.rejected.length,
          created: sum('created'),
          updated: sum('updated'),
        },
        handles,
      ),
    );
  }

  private ledgerRows(rows: readonly Row[]): LedgerWrite[] {
    return rows.flatMap(({ id, identity, hash: fingerprint, kind, delivered }) => {
      const row = {
        profileId: id,
        hash: fingerprint,
        identity,
        added: kind === 'added',
        exists: delivered !== undefined,
      };
      if (this.plan.mode !== 'mirror' || !delivered || delivered.identity === identity) return [row];
      // The person is on the target under an identity that the profile no longer has. It is kept as a row of its own,
      // written first, so that no crash can lose it and it is taken off later.
      const trace = { profileId: traceOf(id, delivered.identity), hash: '', identity: delivered.identity };
      return [{ ...trace, added: false, exists: false }, row];
    });
  }

  private async removeRanges(ranges: readonly IdRange[]): Promise<void> {
    for (const [index, range] of ranges.entries()) {
      await this.removeRange(range, ranges.slice(index + 1));
      if (this.stopped) return;
    }
  }

  private async removeRange(range: IdRange, later: readonly IdRange[]): Promise<void> {
    const size = this.destination.limits.maxRemovals ?? 100;
    let leavers: LedgerRow[] = [];
    let from = range.from;

    const cut = async (to: string | null) => {
      const rest = to === range.to ? later : [{ from: to, to: range.to }, ...later];
      if (leavers.length > 0) await this.beginRemoval(leavers, { from, to }, rest);
      else await this.hold(this.ports.progress.advance(this.fence, rest, {}));
      leavers = [];
      from = to;
    };

    for await (const page of ledgerPages(this.ports.ledger, range)) {
      for (const row of page) {
        // Whoever is a member under any profile stays, whichever profile's row this is.
        if (this.identities.has(row.identity)) continue;
        leavers.push(row);
        if (leavers.length < size) continue;
        await cut(row.profileId);
        if (this.stopped) return;
      }
      if (this.stopped) return;
    }
    await cut(range.to);
  }

  private async beginRemoval(
    leavers: readonly LedgerRow[],
    range: IdRange,
    rest: readonly IdRange[],
  ): Promise<void> {
    await this.inFlight.place();
    if (this.stopped) return;
    const seq = this.seq;
    this.seq += 1;
    await this.hold(this.ports.progress.beginBatch(this.fence, { ...range, seq, phase: 'remove' }, rest));
    this.inFlight.start(this.remove(seq, leavers, range));
  }

  private async remove(seq: number, leavers: readonly LedgerRow[], range: IdRange): Promise<void> {
    const startedAt = new Date();
    const removals: Removal[] = leavers.map(({ identity, remoteId }) => ({ identity, remoteId }));
    const receipt = await this.call('remove', (signal) => {
      if (!this.destination.remove) throw mirrorUnsupported(this.destination.name);
      return this.destination.remove(
        { key: batchKey('r', range), removals },
        this.contextWith(signal),
        this.session,
      );
    });
    const refused = new Set(receipt.rejected.map(({ index }) => index));
    for (const issue of receipt.rejected) {
      const row = leavers[issue.index];
      if (row) this.note(row.profileId, 'rejected', { ...issue, field: null }, row.identity);
    }
    await this.flushIssues();
    await this.noteRemoval(seq, leavers, receipt, refused);
    const { handle } = receipt;
    await this.hold(
      this.ports.progress.settleBatch(
        this.fence,
        {
          seq,
          phase: 'remove',
          records: leavers.length,
          bytes: 0,
          requests: receipt.requests,
          rejected: refused.size,
          startedAt,
          durationMs: Date.now() - startedAt.getTime(),
        },
        // What is only promised counts when the verdict is known.
        { removed: handle === undefined ? receipt.removed : 0, rejected: refused.size },
        handle === undefined || receipt.removed === 0
          ? []
          : [
              {
                ...range,
                seq,
                phase: 'remove',
                handle,
                records: receipt.removed,
                polls: 0,
                since: new Date(),
              },
            ],
      ),
    );
  }

  /**
   * Writes down what became of leavers. Rows of refused removals stay as they are: the next run tries again. Somebody
   * whom the destination does not know may only not be found yet, so a row goes at the second time.
   */
  private async noteRemoval(
    seq: number,
    leavers: readonly LedgerRow[],
    { unknown, handle }: RemoveReceipt,
    refused: ReadonlySet<number>,
  ): Promise<void> {
    const notFound = new Set(unknown);
    const gone: string[] = [];
    const promised: LedgerWrite[] = [];
    const missing: LedgerWrite[] = [];
    for (const [index, { profileId, identity, hash: known }] of leavers.entries()) {
      if (refused.has(index)) continue;
      const doubted = { profileId, identity, hash: '', added: false, exists: true };
      if (notFound.has(index) && known !== '') missing.push(doubted);
      else if (notFound.has(index) || handle === undefined) gone.push(profileId);
      else promised.push(doubted);
    }
    if (promised.length > 0) await this.ports.ledger.write(this.fence, seq, promised);
    if (missing.length > 0) await this.ports.ledger.write(this.fence, noBatch, missing);
    if (gone.length > 0) await this.ports.ledger.drop(gone);
  }

  /** Reads who is in a stretch that needs no sending, to know duplicates of them. */
  private async collectIdentities(range: IdRange): Promise<void> {
    if (range.from !== null && range.from === range.to) return;
    for await (const page of scanMembers(range, this.sources, this.ports.members, this.ports.ledger)) {
      for (const { member } of page.members) {
        const { row } = this.map(member);
        if (row) this.identities.add(row.identity);
      }
      this.leavers += page.left;
      if (this.stopped) return;
    }
  }

  private call<Receipt extends { rates?: Parameters<RateGate['report']>[2] }>(
    kind: RatedCall,
    call: (signal: AbortSignal) => Promise<Receipt>,
  ): Promise<Receipt> {
    return paced(this.ports.rates, this.plan.connectionId, kind, this.input.signal, call);
  }

  private note(
    profileId: string,
    kind: IssueWrite['kind'],
    { code, message, field }: Pick<IssueWrite, 'code' | 'message' | 'field'>,
    identity: string | null,
  ): void {
    if (this.issuesWritten >= issueLimit) return;
    this.issuesWritten += 1;
    const masked = identity === null ? null : maskIdentity(identity);
    this.issues.push({ profileId, kind, code, message, field, identity: masked });
  }

  private async flushIssues(): Promise<void> {
    if (this.issues.length === 0) return;
    const { issues } = this;
    this.issues = [];
    await this.ports.progress.writeIssues(this.fence, issues);
  }

  private contextWith(signal: AbortSignal): ExportContext<Record<string, never>, Record<string, never>> {
    return { ...this.input.context, signal };
  }

  /** Every write of progress passes here: false means that another worker has the run. */
  private async hold(written: Promise<boolean>): Promise<void> {
    if (!(await written)) throw new Superseded();
  }

  private get stopped(): boolean {
    return this.input.stopping.aborted || this.input.signal.aborted || this.inFlight.failed;
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

/** Stands in ledger rows that belong to no batch whose verdict is awaited. */
const noBatch = 0;

const everything: readonly IdRange[] = [{ from: null, to: null }];

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

/** The same when the stretch is sent again after a crash, because the stretch then begins at the same place. */
function batchKey(phase: 's' | 'r', { from }: IdRange): string {
  return `${phase}-${from === null ? 'first' : hash('sha256', from, 'hex').slice(0, 16)}`;
}

/** Ledger id under which a former identity of a profile is kept. No profile has it, so it reads as someone who left. */
function traceOf(profileId: string, identity: string): string {
  return `${profileId}\u0001${hash('sha256', identity, 'base64url').slice(0, 16)}`;
}
