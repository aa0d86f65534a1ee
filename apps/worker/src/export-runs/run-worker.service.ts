import { defaultRemovalLimit, type RunReason } from '@audience-relay/contracts';
import {
  ConnectionRepository,
  RunClaimsRepository,
  RunLineRepository,
  type RunRecord,
} from '@audience-relay/data';
import {
  backoffMs,
  type ConfirmationOutcome,
  confirmRun,
  contentKey,
  deliverRun,
  type Fence,
  maxAttempts,
  type Outcome,
} from '@audience-relay/exports';
import { QueueDispatcher } from '@audience-relay/queue';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { type WorkerConfig, workerConfigToken } from '../config/worker-config';
import { endingOf } from './run-ending';
import { RunLease } from './run-lease';
import { RunPorts } from './run-ports';
import { type Credentials, type ReadyRun, type Refusal, RunPreconditions } from './run-preconditions';

/** After a batch was accepted, its verdict is first asked for after so many milliseconds. */
const firstConfirmationMs = 1_000;

/** How long shutdown waits for runs to let go, in milliseconds. */
const shutdownMs = 9_000;

/** Works on one run at a time per call: claims it, lets the engine do what it can, and writes down what is next. */
@Injectable()
export class RunWorker {
  private readonly logger = new Logger(RunWorker.name);
  private readonly leases = new Map<string, RunLease>();
  private readonly working = new Set<Promise<void>>();
  private stopping = false;

  constructor(
    @Inject(workerConfigToken) private readonly config: WorkerConfig,
    private readonly claims: RunClaimsRepository,
    private readonly ports: RunPorts,
    private readonly connections: ConnectionRepository,
    private readonly preconditions: RunPreconditions,
    private readonly line: RunLineRepository,
    private readonly dispatcher: QueueDispatcher,
  ) {}

  /** Works on a run until it ends, must wait, or is taken away. A stale job finds nothing to claim. */
  async work(runId: string, dispatch: number): Promise<void> {
    if (this.stopping) return;
    const work = this.claimAndWork(runId, dispatch);
    this.working.add(work);
    try {
      await work;
    } finally {
      this.working.delete(work);
    }
  }

  /** Takes no more runs; gives those at work a moment to settle what is in flight, then lets them go. */
  async shutDown(): Promise<void> {
    this.stopping = true;
    if (this.working.size === 0) return;
    this.logger.log(`Waiting for ${this.working.size} runs to let go: ${[...this.leases.keys()].join(', ')}`);
    for (const lease of this.leases.values()) lease.stop('shutdown');
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, shutdownMs);
    });
    await Promise.race([Promise.allSettled(this.working), deadline]);
    clearTimeout(timer);
  }

  private async claimAndWork(runId: string, dispatch: number): Promise<void> {
    const run = await this.claims.claim(runId, dispatch, this.owner, this.config.leaseMs);
    if (!run) return;
    const fence = { runId, epoch: run.epoch };
    const lease = new RunLease(
      () => this.claims.extendLease(fence, this.config.leaseMs),
      this.config.leaseMs,
    );
    this.leases.set(runId, lease);
    this.logger.log(`Run ${runId} claimed (${run.status}, claim ${run.epoch})`);
    try {
      const ready = run.cancelRequestedAt ? null : await this.preconditions.check(run);
      const outcome = ready ? await this.proceed(run, fence, lease, ready) : { kind: 'cancelled' as const };
      const credentials = ready && !('refused' in ready) ? ready.credentials : null;
      await this.conclude(run, fence, outcome, credentials);
      this.logger.log(`Run ${runId}: ${outcome.kind}`);
    } finally {
      lease.release();
      this.leases.delete(runId);
    }
  }

  private async proceed(
    run: RunRecord,
    fence: Fence,
    lease: RunLease,
    ready: ReadyRun | Refusal,
  ): Promise<Outcome | ConfirmationOutcome> {
    if ('refused' in ready) return ready.refused;
    const { destination, connection, settings } = ready;

    const ports = await this.ports.open(run, destination, fence, () => lease.stop('cancelled'));
    if (!ports) return { kind: 'superseded' };
    const context = {
      connection: connection as Record<string, never>,
      settings: settings as Record<string, never>,
      mapping: run.plan.mapping,
      runId: fence.runId,
      dryRun: false,
    };
    const shared = { destination, context, stopping: lease.stopping, signal: lease.signal };
    const connectionId = String(run.connectionId);

    if (run.status === 'confirming') {
      const input = { ...shared, fence, plan: { connectionId }, awaiting: run.awaiting };
      return confirmRun(input, ports);
    }
    const { mapping, mode, strangers = false, scope, hardLimit, retryOf } = run.plan;
    const { removalLimit = defaultRemovalLimit, approval } = run.plan;
    return deliverRun(
      {
        ...shared,
        plan: {
          connectionId,
          mapping,
          contentKey: contentKey(mapping),
          mode,
          removeUnmanaged: strangers && mode === 'mirror',
          scope,
          hardLimit,
          removalLimit,
          approvedRemovals: approval?.digest ?? null,
          retry: retryOf !== null,
        },
        state: {
          fence,
          phase: run.phase,
          ranges: run.ranges,
          nextSeq: run.nextSeq,
          counts: run.counts,
          total: run.total,
          resumed: run.epoch > 1,
          awaiting: run.awaiting,
          listing: run.listing ?? null,
          removals: run.removals ?? null,
        },
      },
      ports,
    );
  }

  /** Writes down how the claim ended. A lost fence here means that somebody else has decided: nothing to do. */
  private async conclude(
    run: RunRecord,
    fence: Fence,
    outcome: Outcome | ConfirmationOutcome,
    credentials: Credentials | null,
  ): Promise<void> {
    switch (outcome.kind) {
      case 'superseded':
        return;
      case 'delivered':
        return this.concludeDelivery(fence, credentials);
      case 'confirmed':
        return this.end(fence, outcome.unconfirmed, credentials);
      case 'pending':
        return this.suspend(fence, 'confirming', outcome.afterMs, run.reason);
      case 'stopped':
        return this.suspend(fence, run.status === 'confirming' ? 'confirming' : 'running', 0, run.reason);
      case 'waiting':
        return this.wait(run, fence, outcome);
      case 'cancelled':
        await this.claims.end(fence, { status: 'cancelled', reason: cancelled });
        return;
      case 'skipped':
        await this.claims.end(fence, { status: 'skipped', reason: outcome.reason });
        return;
      case 'failed':
        // Before the run ends: whoever sees it failed shall see why at the connection.
        if (outcome.connection && credentials && (await this.claims.find(fence))) {
          await this.connections.markAttention(credentials.connectionId, outcome.reason.message, credentials);
        }
        await this.claims.end(fence, { status: 'failed', reason: outcome.reason });
        return;
    }
  }

  private async concludeDelivery(fence: Fence, credentials: Credentials | null): Promise<void> {
    const run = await this.claims.find(fence);
    if (!run) return;
    if (run.awaiting.length === 0) return this.end(fence, 0, credentials, new Date());
    await this.suspend(fence, 'confirming', firstConfirmationMs, null, new Date());
  }

  private async end(
    fence: Fence,
    unconfirmed: number,
    credentials: Credentials | null,
    sentAt?: Date,
  ): Promise<void> {
    const run = await this.claims.find(fence);
    if (!run) return;
    if (credentials) await this.connections.markOk(credentials.connectionId, { of: credentials });
    await this.claims.end(fence, { ...endingOf(run, unconfirmed), set: sentAt ? { sentAt } : undefined });
  }

  private async wait(
    run: RunRecord,
    fence: Fence,
    { afterMs, reason, costsAttempt }: Extract<Outcome, { kind: 'waiting' }>,
  ): Promise<void> {
    const now = await this.claims.find(fence);
    if (!now) return;
    const attempts = now.attempts + (costsAttempt ? 1 : 0);
    if (attempts >= maxAttempts) {
      const message = `${reason.message} It was tried ${attempts} times in a row.`;
      await this.claims.end(fence, { status: 'failed', reason: { ...reason, message } });
      return;
    }
    const delayMs = costsAttempt ? Math.max(afterMs ?? 0, backoffMs(attempts)) : (afterMs ?? 0);
    const status = run.status === 'confirming' ? 'confirming' : 'waiting';
    await this.suspend(fence, status, delayMs, reason, undefined, attempts);
  }

  private async suspend(
    fence: Fence,
    status: 'running' | 'waiting' | 'confirming',
    delayMs: number,
    reason: RunReason | null,
    sentAt?: Date,
    attempts?: number,
  ): Promise<void> {
    const dispatch = await this.claims.suspend(fence, {
      status,
      reason,
      nextActionAt: new Date(Date.now() + delayMs),
      ...(attempts === undefined ? {} : { attempts }),
      ...(sentAt ? { sentAt } : {}),
    });
    if (dispatch === null) return;
    const { runId } = fence;
    const place = await this.line.placeOf(runId);
    const when = { delayMs, place };
    await this.dispatcher.dispatch('export-runs', `${runId}-${dispatch}`, { runId, dispatch }, when);
  }

  private get owner(): string {
    return `worker-${process.pid}`;
  }
}

const cancelled: RunReason = {
  code: 'cancelled',
  message:
    'The run was cancelled. What was sent before stays at the destination; the next run sends the rest.',
};
