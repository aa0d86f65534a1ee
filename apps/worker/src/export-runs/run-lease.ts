import type { LeaseState } from '@audience-relay/data';
import { Stop, type StopCause } from '@audience-relay/exports';

/** How long batches in flight may take to end after a cancel or a shutdown, in milliseconds. */
const graceMs = 8_000;

/**
 * Holds a run while it is worked on: prolongs the lease at a third of its length, and turns a lost lease, a person's
 * cancel or the worker's shutdown into the engine's two signals.
 */
export class RunLease {
  private readonly soft = new AbortController();
  private readonly hard = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private grace: NodeJS.Timeout | undefined;
  /** By the monotonic clock: a clock that jumps neither ends nor prolongs a lease. */
  private heldUntil: number;

  /**
   * @param extend Prolongs the lease in the database; null = it is lost.
   * @param leaseMs As written by the claim.
   */
  constructor(
    private readonly extend: () => Promise<LeaseState | null>,
    private readonly leaseMs: number,
  ) {
    this.heldUntil = performance.now() + leaseMs;
    this.timer = setInterval(() => void this.beat(), leaseMs / 3);
  }

  /** Take nothing new, finish what is in flight. */
  get stopping(): AbortSignal {
    return this.soft.signal;
  }

  /** Give up at once. */
  get signal(): AbortSignal {
    return this.hard.signal;
  }

  stop(why: StopCause): void {
    if (this.soft.signal.aborted) return;
    this.soft.abort(new Stop(why));
    if (why === 'superseded') this.hard.abort(new Stop(why));
    else this.grace = setTimeout(() => this.hard.abort(new Stop(why)), graceMs);
  }

  release(): void {
    clearInterval(this.timer);
    clearTimeout(this.grace);
  }

  private async beat(): Promise<void> {
    try {
      const beganAt = performance.now();
      const state = await this.extend();
      if (state === null) return this.stop('superseded');
      this.heldUntil = beganAt + this.leaseMs;
      if (state.cancelRequested) this.stop('cancelled');
    } catch {
      // The database may be back before the lease is over; if not, the run is not ours any more.
      if (performance.now() > this.heldUntil) this.stop('superseded');
    }
  }
}
