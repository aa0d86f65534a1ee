import { compileRule, InvalidRuleError } from '@audience-relay/segments';
import type { RunReason } from '@audience-relay/contracts';
import { Injectable, Logger } from '@nestjs/common';
import { Types } from 'mongoose';
import { randomUUID } from 'node:crypto';
import { RuleContexts } from './rule-contexts';
import { SegmentMembersRepository } from './segment-members.repository';
import { type RefreshResult, SegmentRepository } from './segment.repository';
import type { SegmentRecord } from './segment.schema';

/** How long a refresh may be silent before another may take it over, in milliseconds. */
const leaseMs = 60_000;

/**
 * `refreshed`: done. `failed`: the segment tells why. `held`: somebody else refreshes it now, or it is a draft, or
 * gone. `superseded`: the lease was lost, somebody else does it again.
 */
export interface RefreshOutcome {
  kind: 'refreshed' | 'failed' | 'held' | 'superseded';
  /** The segment afterwards; null when it was not this call that ended the refresh. */
  segment: SegmentRecord | null;
  /** A refresh was asked for while this one ran: request another. */
  again: boolean;
}

const notOurs = (kind: 'held' | 'superseded'): RefreshOutcome => ({ kind, segment: null, again: false });

/**
 * Brings a segment's membership up to its rule: only joiners and leavers are written, by the database itself.
 *
 * A rule that is not valid (any more) changes nobody. If the database fails half-way, each person is as before or as
 * the rule says now; the next refresh ends it.
 */
@Injectable()
export class SegmentRefresher {
  private readonly logger = new Logger(SegmentRefresher.name);

  constructor(
    private readonly segments: SegmentRepository,
    private readonly members: SegmentMembersRepository,
    private readonly contexts: RuleContexts,
  ) {}

  /** Called by the worker's queue and by the system refresh. Throws only when the database is away. */
  async refresh(segmentId: string | Types.ObjectId): Promise<RefreshOutcome> {
    const id = new Types.ObjectId(segmentId);
    const owner = randomUUID();
    const segment = await this.segments.claimRefresh(id, owner, leaseMs);
    if (!segment) return notOurs('held');

    const lease = { lost: false };
    const timer = setInterval(() => void this.extend(id, owner, lease), leaseMs / 3);
    try {
      const outcome = await this.work(segment, owner, lease);
      // Removed while it was refreshed: whoever removed it may have cleared its members before they were all written.
      if (!outcome.segment && !(await this.segments.findById(id))) await this.members.clear(id);
      return outcome;
    } finally {
      clearInterval(timer);
    }
  }

  private async work(
    segment: SegmentRecord,
    owner: string,
    lease: { readonly lost: boolean },
  ): Promise<RefreshOutcome> {
    let result: RefreshResult;
    try {
      const done = await this.apply(segment, lease);
      if (done === null) return notOurs('superseded');
      result = done;
    } catch (error) {
      if (!(error instanceof InvalidRuleError))
        this.logger.error(`Segment ${String(segment._id)}: ${nameOf(error)}`);
      return ended('failed', await this.segments.failRefresh(segment._id, owner, reasonOf(error)));
    }
    return ended('refreshed', await this.segments.succeedRefresh(segment._id, owner, result));
  }

  private async apply(
    { _id, rule }: SegmentRecord,
    lease: { readonly lost: boolean },
  ): Promise<RefreshResult | null> {
    const beganAt = performance.now();
    const filter = compileRule(rule, await this.contexts.read());
    const left = await this.members.removeNotMatching(_id, filter);
    if (lease.lost) return null;
    const joined = await this.members.addMatching(_id, filter);
    if (lease.lost) return null;
    const count = await this.members.count(_id);
    return { count, joined, left, durationMs: Math.round(performance.now() - beganAt) };
  }

  private async extend(id: Types.ObjectId, owner: string, lease: { lost: boolean }): Promise<void> {
    try {
      lease.lost ||= !(await this.segments.extendLease(id, owner, leaseMs));
    } catch {
      // The database may be back before the lease has run out; the write at the end is conditional on it anyway.
    }
  }
}

function ended(kind: 'refreshed' | 'failed', segment: SegmentRecord | null): RefreshOutcome {
  return segment ? { kind, segment, again: segment.again } : notOurs('superseded');
}

function reasonOf(error: unknown): RunReason {
  if (error instanceof InvalidRuleError) {
    const told = error.errors.slice(0, 3).map(({ message }) => message);
    return {
      code: 'rule-invalid',
      message: `The rule does not fit the profiles any more. ${told.join(' ')} The members are those of the last refresh.`,
    };
  }
  return {
    code: 'refresh-failed',
    message: 'The database did not finish the refresh. Refresh the segment again.',
  };
}

function nameOf(error: unknown): string {
  const { name, code } = error as { name?: string; code?: unknown };
  return code === undefined ? String(name) : `${name} ${String(code)}`;
}
