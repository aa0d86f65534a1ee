import type { Destination, ExportContext, Mapping } from '@audience-relay/destinations/core';
import { IdentitySet } from './identity-set';
import { maskIdentity } from './mask-identity';
import { Superseded } from './outcome';
import type { IssueWrite, Ledger, MemberReader, RateGate, RunPlan, RunProgress, RunState } from './ports';

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

/** What all parts of a delivery share: the run, the fence, who was met, and what is to be noted. */
export class Delivery {
  readonly plan = this.input.plan;
  readonly destination = this.input.destination;
  readonly fence = this.input.state.fence;
  /** Everybody who is a member, under the identity by which the destination knows them. */
  readonly identities = new IdentitySet();
  /** Identities of members who cannot be sent, and of members of other exports to the target: not taken off either. */
  readonly kept = new IdentitySet();
  /** The run's removals, once they are allowed. */
  removals = this.input.state.removals;
  /** What the plugin's `prepare` returned. */
  session: unknown;
  private issues: IssueWrite[] = [];
  private issuesWritten = this.input.state.counts.rejected + this.input.state.counts.skipped;

  constructor(
    readonly input: DeliveryInput,
    readonly ports: DeliveryPorts,
  ) {}

  /** Nothing new may be begun. */
  get stopped(): boolean {
    return this.input.stopping.aborted || this.input.signal.aborted;
  }

  contextWith(signal: AbortSignal): DestinationContext {
    return { ...this.input.context, signal };
  }

  /** Whether somebody who is a member has this identity, under whichever profile. */
  isMember(identity: string): boolean {
    return this.identities.has(identity) || this.kept.has(identity);
  }

  /** Keeps a row's issue; it is written with the next step of the run. */
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

  async flushIssues(): Promise<void> {
    if (this.issues.length === 0) return;
    const { issues } = this;
    this.issues = [];
    await this.assertFence(this.ports.progress.writeIssues(this.fence, issues));
  }

  /** Every write of progress passes here: false means that another worker has the run. */
  async assertFence(written: Promise<boolean>): Promise<void> {
    if (!(await written)) throw new Superseded();
  }
}

/** What a plugin is called with; its own types are known only to itself. */
export type DestinationContext = ExportContext<Record<string, never>, Record<string, never>>;
