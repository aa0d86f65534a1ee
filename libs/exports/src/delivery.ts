import { hash } from 'node:crypto';
import {
  type Destination,
  type ExportContext,
  isDestinationFailure,
  type Mapping,
  type RateReport,
} from '@audience-relay/destinations/core';
import { IdentitySet } from './identity-set';
import { InFlight } from './in-flight';
import { maskIdentity } from './mask-identity';
import { Superseded } from './outcome';
import { paced } from './paced';
import type {
  CountChange,
  HandleAwaiting,
  IdRange,
  IssueWrite,
  Ledger,
  MemberReader,
  RunPhase,
  RunPlan,
  RunProgress,
  RunState,
  SettledBatch,
} from './ports';
import type { RateGate } from './rate-gate';

/** What the engine works with. Nothing here is Mongo, Bull or SendGrid. */
export interface DeliveryPorts {
  readonly members: MemberReader;
  readonly ledger: Ledger;
  readonly progress: RunProgress;
  readonly rates: RateGate;
  /** Other exports to the same target. */
  readonly others?: readonly OtherExport[];
}

/** Whoever is a member of another export that delivers to the same target is not taken off it. */
export interface OtherExport {
  readonly mapping: Mapping;
  readonly members: MemberReader;
}

export interface DeliveryInput {
  readonly plan: RunPlan;
  readonly state: RunState;
  readonly destination: Destination;
  /** Connection values, settings and mapping for the plugin. */
  readonly context: Omit<DestinationContext, 'signal'>;
  /** Aborted with a `Stop`: take nothing new, finish what is in flight. */
  readonly stopping: AbortSignal;
  /** Aborted with a `Stop`: give up at once. */
  readonly signal: AbortSignal;
}

/** Rows with a reason that one run keeps; beyond that they are only counted. */
export const issueLimit = 10_000;

/** A batch that has been begun. */
export interface BegunBatch {
  readonly seq: number;
  readonly phase: RunPhase;
  readonly range: IdRange;
  /** Names the batch to the destination; see `SendBatch.key`. */
  readonly key: string;
  readonly startedAt: Date;
  /** Calls to the destination that were counted before they were made. */
  calls: number;
}

/** What both phases of a delivery share: the fence, batches in flight, who was met, and what is to be noted. */
export class Delivery {
  readonly plan = this.input.plan;
  readonly destination = this.input.destination;
  readonly fence = this.input.state.fence;
  /** Everybody who is a member, under the identity by which the destination knows them. */
  readonly identities = new IdentitySet();
  /** Identities of members who cannot be sent, and of members of other exports to the target: not taken off either. */
  readonly kept = new IdentitySet();
  readonly inFlight = new InFlight(this.destination.limits.concurrency);
  /** The run's removals, once they are allowed. */
  removals = this.input.state.removals;
  /** What the plugin's `prepare` returned. */
  session: unknown;
  private seq = this.input.state.nextSeq;
  private issues: IssueWrite[] = [];
  private issuesWritten = this.input.state.counts.rejected + this.input.state.counts.skipped;

  constructor(
    readonly input: DeliveryInput,
    readonly ports: DeliveryPorts,
  ) {}

  get nextSeq(): number {
    return this.seq;
  }

  /** Nothing new may be begun. */
  get stopped(): boolean {
    return this.input.stopping.aborted || this.input.signal.aborted || this.inFlight.failed;
  }

  /**
   * Writes a batch down as begun and sets it going; waits only for a free place. Does nothing once stopped.
   * @param rest What is left to do after it.
   */
  async begin(
    phase: RunPhase,
    range: IdRange,
    rest: readonly IdRange[],
    work: (batch: BegunBatch) => Promise<void>,
  ): Promise<void> {
    await this.flushIssues();
    await this.inFlight.place();
    if (this.stopped) return;
    const { seq } = this;
    this.seq += 1;
    await this.hold(this.ports.progress.beginBatch(this.fence, { ...range, seq, phase }, rest));
    // The same answer may have told of a cancel: then nothing of the batch has reached the destination.
    if (this.stopped) return;
    const batch = { seq, phase, range, key: batchKey(phase, range), startedAt: new Date(), calls: 0 };
    this.inFlight.start(this.attempt(batch, work));
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
    await this.ports.progress.failBatch(this.fence, batch);
  }

  /** Ends a batch: issues first, then one update with everything that counts. */
  async settle(
    { seq, phase, startedAt, calls: begunRequests }: BegunBatch,
    result: Pick<SettledBatch, 'records' | 'bytes' | 'requests' | 'rejected'>,
    counts: CountChange,
    handles: readonly HandleAwaiting[],
  ): Promise<void> {
    await this.flushIssues();
    const durationMs = Date.now() - startedAt.getTime();
    const batch = { ...result, seq, phase, begunRequests, startedAt, durationMs };
    await this.hold(this.ports.progress.settleBatch(this.fence, batch, counts, handles));
  }

  /** Moves on over a stretch in which nothing has to be done. */
  async advance(rest: readonly IdRange[], counts: CountChange): Promise<void> {
    await this.flushIssues();
    await this.hold(this.ports.progress.advance(this.fence, rest, counts));
  }

  /** Calls the destination for a batch when its allowance has a place. The request is counted before it is made. */
  call<Receipt extends { rates?: readonly RateReport[] }>(
    batch: BegunBatch,
    call: (context: DestinationContext) => Promise<Receipt>,
  ): Promise<Receipt> {
    const { rates, progress } = this.ports;
    return paced(rates, this.plan.connectionId, batch.phase, this.input.signal, async (signal) => {
      await this.hold(progress.beginRequest(this.fence, batch.seq));
      batch.calls += 1;
      signal.throwIfAborted();
      return call(this.contextWith(signal));
    });
  }

  contextWith(signal: AbortSignal): DestinationContext {
    return { ...this.input.context, signal };
  }

  /** Whether somebody who is a member has this identity, under whichever profile. */
  isMember(identity: string): boolean {
    return this.identities.has(identity) || this.kept.has(identity);
  }

  /** Keeps a row's issue; it is written with the next begin, settle or advance. */
  note(
    profileId: string,
    kind: IssueWrite['kind'],
    {
      code,
      message,
      field,
    }: Omit<IssueWrite, 'profileId' | 'kind' | 'identity' | 'field'> & { field?: string | null },
    identity: string | null,
  ): void {
    if (this.issuesWritten >= issueLimit) return;
    this.issuesWritten += 1;
    const masked = identity === null ? null : maskIdentity(identity);
    this.issues.push({ profileId, kind, code, message, field: field ?? null, identity: masked });
  }

  /** Every write of progress passes here: false means that another worker has the run. */
  async hold(written: Promise<boolean>): Promise<void> {
    if (!(await written)) throw new Superseded();
  }

  private async flushIssues(): Promise<void> {
    if (this.issues.length === 0) return;
    const { issues } = this;
    this.issues = [];
    await this.hold(this.ports.progress.writeIssues(this.fence, issues));
  }
}

/** What a plugin is called with; its own types are known only to itself. */
export type DestinationContext = ExportContext<Record<string, never>, Record<string, never>>;

/** The same when the stretch is sent again after a crash, because the stretch then begins at the same place. */
function batchKey(phase: RunPhase, { from }: IdRange): string {
  return `${phase}-${from === null ? 'first' : hash('sha256', from, 'hex').slice(0, 16)}`;
}
