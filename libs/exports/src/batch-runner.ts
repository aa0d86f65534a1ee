import { hash } from 'node:crypto';
import {
  type EncodedRecord,
  isDestinationFailure,
  type RateReport,
  type RemoveReceipt,
} from '@audience-relay/destinations/core';
import { withRateLimit } from './call-destination';
import type { Delivery, DestinationContext } from './delivery';
import { formerIdentityId, noBatch } from './ledger-ids';
import { Superseded } from './outcome';
import type {
  CountChange,
  HandleAwaiting,
  IdRange,
  LedgerRow,
  LedgerWrite,
  RunPhase,
  SettledBatch,
} from './ports';
import { type BatchResult, mirrorUnsupported, sendBatch } from './send-batch';

/** A member as it is sent. */
export interface EncodedRow {
  readonly id: string;
  readonly identity: string;
  readonly bytes: EncodedRecord;
  /** Of mapping and wire form. */
  readonly hash: string;
  readonly kind: 'added' | 'changed' | 'unchanged';
  /** The identity under which the ledger knows the person; undefined = it does not. */
  readonly deliveredAs: string | undefined;
}

export type Leaver = Pick<LedgerRow, 'profileId' | 'identity' | 'hash' | 'remoteId'>;

/** The part of the ids that a batch covers, and what is left to do after it. */
export interface Stretch {
  readonly range: IdRange;
  readonly rest: readonly IdRange[];
}

/** A batch that has been begun. */
interface BegunBatch {
  readonly seq: number;
  readonly phase: RunPhase;
  readonly range: IdRange;
  /** Names the batch to the destination; see `SendBatch.key`. */
  readonly key: string;
  readonly startedAt: Date;
  /** Calls to the destination that were counted before they were made. */
  calls: number;
}

/**
 * Takes each batch through its whole life, several at once: written down as begun, its ledger rows written, its
 * requests counted and made, what the destination refused taken back from the ledger, and all of it settled by one
 * update. Whatever is interrupted in between stays in flight and is sent again by the next claim.
 */
export class BatchRunner {
  private readonly running = new Set<Promise<void>>();
  private readonly failures: unknown[] = [];
  private seq = this.delivery.input.state.nextSeq;

  constructor(private readonly delivery: Delivery) {}

  get nextSeq(): number {
    return this.seq;
  }

  /** No further batch may be begun: the run is to stop, or a batch failed. The others still end. */
  get stopped(): boolean {
    return this.delivery.stopped || this.failures.length > 0;
  }

  /** Sends rows as one batch. Waits only for a free place; does nothing once stopped. */
  send(rows: readonly EncodedRow[], stretch: Stretch, counts: CountChange): Promise<void> {
    return this.begin('send', stretch, (batch) => this.sendRows(batch, rows, counts));
  }

  /** Takes people off the target as one batch, in the same way. */
  remove(leavers: readonly Leaver[], stretch: Stretch): Promise<void> {
    return this.begin('remove', stretch, (batch) => this.removeLeavers(batch, leavers));
  }

  /** Moves on over a stretch in which nothing has to be done. */
  async advance(rest: readonly IdRange[], counts: CountChange): Promise<void> {
    const { delivery } = this;
    await delivery.flushIssues();
    await delivery.assertFence(delivery.ports.progress.advance(delivery.fence, rest, counts));
  }

  /** Waits for all batches. @returns What failed. */
  async end(): Promise<readonly unknown[]> {
    await Promise.all(this.running);
    return this.failures;
  }

  private async begin(
    phase: RunPhase,
    { range, rest }: Stretch,
    work: (batch: BegunBatch) => Promise<void>,
  ): Promise<void> {
    const { delivery } = this;
    const { fence, ports, destination } = delivery;
    await delivery.flushIssues();
    while (this.running.size >= destination.limits.concurrency) await Promise.race(this.running);
    if (this.stopped) return;
    const { seq } = this;
    this.seq += 1;
    await delivery.assertFence(ports.progress.beginBatch(fence, { ...range, seq, phase }, rest));
    // The same answer may have brought a cancel: then nothing of the batch has reached the destination.
    if (this.stopped) return;
    const batch = { seq, phase, range, key: batchKey(phase, range), startedAt: new Date(), calls: 0 };
    const running: Promise<void> = this.attempt(batch, work)
      .catch((error: unknown) => {
        this.failures.push(error);
      })
      .finally(() => this.running.delete(running));
    this.running.add(running);
  }

  private async attempt(batch: BegunBatch, work: (batch: BegunBatch) => Promise<void>): Promise<void> {
    try {
      await work(batch);
    } catch (error) {
      // What cannot be written down now, the next claim finds in flight.
      if (batch.calls > 0 && !(error instanceof Superseded))
        await this.fail(batch, error).catch(() => undefined);
      throw error;
    }
  }

  private async fail({ seq, phase, startedAt }: BegunBatch, error: unknown): Promise<void> {
    const made = isDestinationFailure(error) ? (error.detail.requests ?? 1) : 1;
    const durationMs = Date.now() - startedAt.getTime();
    const batch = { seq, phase, furtherRequests: made - 1, startedAt, durationMs };
    await this.delivery.ports.progress.failBatch(this.delivery.fence, batch);
  }

  /** Ends a batch: issues first, then one update with everything that counts. */
  private async settle(
    { seq, phase, startedAt, calls: begunRequests }: BegunBatch,
    result: Pick<SettledBatch, 'records' | 'bytes' | 'requests' | 'rejected'>,
    counts: CountChange,
    handles: readonly HandleAwaiting[],
  ): Promise<void> {
    const { delivery } = this;
    await delivery.flushIssues();
    const durationMs = Date.now() - startedAt.getTime();
    const batch = { ...result, seq, phase, begunRequests, startedAt, durationMs };
    await delivery.assertFence(delivery.ports.progress.settleBatch(delivery.fence, batch, counts, handles));
  }

  /** Calls the destination for a batch when its allowance has a place. The request is counted before it is made. */
  private call<Receipt extends { rates?: readonly RateReport[] }>(
    batch: BegunBatch,
    call: (context: DestinationContext) => Promise<Receipt>,
  ): Promise<Receipt> {
    const { ports, plan, input, fence } = this.delivery;
    return withRateLimit(ports.rates, plan.connectionId, batch.phase, input.signal, async (signal) => {
      await this.delivery.assertFence(ports.progress.beginRequest(fence, batch.seq));
      batch.calls += 1;
      signal.throwIfAborted();
      return call(this.delivery.contextWith(signal));
    });
  }

  private async sendRows(batch: BegunBatch, rows: readonly EncodedRow[], counts: CountChange): Promise<void> {
    const { destination, fence, plan, ports, session } = this.delivery;
    const { seq, range } = batch;
    // The ledger first: a crash from here on costs a repeated upsert, never a person.
    await ports.ledger.write(fence, seq, ledgerRows(rows, plan.mode === 'mirror'));
    const records = rows.map(({ bytes }) => bytes);
    const result = await sendBatch(batch.key, records, destination.limits, (part) =>
      this.call(batch, (context) => destination.send(part, context, session)),
    );
    const { rejected, requests } = result;
    if (rejected.length > 0) {
      const refused = rejected.map((issue) => ({ issue, row: rows[issue.index] as EncodedRow }));
      for (const { issue, row } of refused) this.delivery.note(row.id, 'rejected', issue, row.identity);
      const ids = refused.map(({ row }) => row.id);
      await ports.ledger.revert(fence.runId, seq, range, ids);
    }
    const sum = (of: 'bytes' | 'created' | 'updated') =>
      result.accepted.reduce((total, part) => total + part[of], 0);
    await this.settle(
      batch,
      { records: rows.length, bytes: sum('bytes'), requests, rejected: rejected.length },
      {
        ...counts,
        sent: rows.length,
        rejected: rejected.length,
        created: sum('created'),
        updated: sum('updated'),
      },
      sendHandles(result, seq, rows, range),
    );
  }

  private async removeLeavers(batch: BegunBatch, leavers: readonly Leaver[]): Promise<void> {
    const { seq, key, range } = batch;
    const { destination, fence, ports, session } = this.delivery;
    const removals = leavers.map(({ identity, remoteId }) => ({ identity, remoteId }));
    const receipt = await this.call(batch, (context) => {
      if (!destination.remove) throw mirrorUnsupported(destination.name);
      return destination.remove({ key, removals }, context, session);
    });
    const refused = new Set(receipt.rejected.map(({ index }) => index));
    for (const issue of receipt.rejected) {
      const row = leavers[issue.index];
      if (row) this.delivery.note(row.profileId, 'rejected', issue, row.identity);
    }
    const { gone, promised, missing } = removalRows(leavers, receipt, refused);
    if (promised.length > 0) await ports.ledger.write(fence, seq, promised);
    if (missing.length > 0) await ports.ledger.write(fence, noBatch, missing);
    if (gone.length > 0) await ports.ledger.drop(gone);

    const { handle, removed, requests } = receipt;
    const handles: HandleAwaiting[] = [];
    if (handle !== undefined && removed > 0)
      handles.push({
        ...range,
        seq,
        phase: 'remove',
        handle,
        records: removed,
        polls: 0,
        since: new Date(),
      });
    await this.settle(
      batch,
      { records: leavers.length, bytes: 0, requests, rejected: refused.size },
      // What is only promised counts when the verdict is known.
      { removed: handle === undefined ? removed : 0, rejected: refused.size },
      handles,
    );
  }
}

/** The same when the stretch is sent again after a crash, because the stretch then begins at the same place. */
function batchKey(phase: RunPhase, { from }: IdRange): string {
  return `${phase}-${from === null ? 'first' : hash('sha256', from, 'hex').slice(0, 16)}`;
}

/**
 * What the ledger says once the batch is delivered. In mirror mode a former identity is kept as a row of its own,
 * written first, so that no crash can lose it and it is taken off later.
 */
function ledgerRows(rows: readonly EncodedRow[], keepFormer: boolean): LedgerWrite[] {
  return rows.flatMap(({ id, identity, hash: fingerprint, kind, deliveredAs }) => {
    const row = {
      profileId: id,
      hash: fingerprint,
      identity,
      added: kind === 'added',
      unchanged: kind === 'unchanged',
      exists: deliveredAs !== undefined,
    };
    if (!keepFormer || deliveredAs === undefined || deliveredAs === identity) return [row];
    const former = { profileId: formerIdentityId(id, deliveredAs), hash: '', identity: deliveredAs };
    return [{ ...former, added: false, unchanged: false, exists: false }, row];
  });
}

/** What is to be confirmed: a handle for each accepted request, with the part of the ids that it covers. */
function sendHandles(
  { accepted }: BatchResult,
  seq: number,
  rows: readonly EncodedRow[],
  range: IdRange,
): HandleAwaiting[] {
  const since = new Date();
  return accepted.flatMap(({ handle, first, end, records }) => {
    if (handle === undefined || records === 0) return [];
    const from = first === 0 ? range.from : (rows[first - 1] as EncodedRow).id;
    const to = end === rows.length ? range.to : (rows[end - 1] as EncodedRow).id;
    return [{ seq, phase: 'send', handle, records, from, to, polls: 0, since }];
  });
}

/**
 * What became of leavers. Rows of refused removals stay as they are: the next run tries again. Somebody whom the
 * destination does not know may only not be found yet, so a row goes at the second time.
 */
function removalRows(
  leavers: readonly Leaver[],
  { unknown, handle }: RemoveReceipt,
  refused: ReadonlySet<number>,
): { gone: string[]; promised: LedgerWrite[]; missing: LedgerWrite[] } {
  const notFound = new Set(unknown);
  const gone: string[] = [];
  const promised: LedgerWrite[] = [];
  const missing: LedgerWrite[] = [];
  for (const [index, { profileId, identity, hash: known }] of leavers.entries()) {
    if (refused.has(index)) continue;
    const uncertain = { profileId, identity, hash: '', added: false, unchanged: false, exists: true };
    if (notFound.has(index) && known !== '') missing.push(uncertain);
    else if (notFound.has(index) || handle === undefined) gone.push(profileId);
    else promised.push(uncertain);
  }
  return { gone, promised, missing };
}
