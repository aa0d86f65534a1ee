import { LeaseRepository, SegmentRepository } from '@audience-relay/data';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { processName } from '../reconciler/process-name';
import { WaitingJobs } from '../reconciler/waiting-jobs';
import { refreshJobId, SegmentRefreshRequests } from './segment-refresh-requests';

const lookEveryMs = 5_000;

/** A leader that is silent for so long is succeeded. */
const leaseMs = 15_000;

/** A refresh that was asked for is left to its own job for so long. */
const patienceMs = 10_000;

const task = 'segment-refreshes';

/** Asks again for refreshes whose job was lost or whose worker died. Of all API processes one does. */
@Injectable()
export class LostRefreshes implements OnApplicationShutdown {
  private readonly logger = new Logger(LostRefreshes.name);
  private working: Promise<void> | null = null;
  private stopped = false;

  constructor(
    private readonly leases: LeaseRepository,
    private readonly segments: SegmentRepository,
    private readonly requests: SegmentRefreshRequests,
    private readonly jobs: WaitingJobs,
  ) {}

  @Interval(lookEveryMs)
  async tick(): Promise<void> {
    if (this.stopped || this.working) return;
    this.working = this.lead();
    try {
      await this.working;
    } catch (error) {
      // The database is away, say. The next tick comes soon.
      this.logger.warn(`Could not look after refreshes: ${(error as Error).name}`);
    } finally {
      this.working = null;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    await this.working?.catch(() => undefined);
    await this.leases.release(task, processName).catch(() => undefined);
  }

  /** One look at everything. */
  async look(now: Date): Promise<void> {
    for (const overdue of await this.segments.findOverdue(new Date(now.getTime() - patienceMs), now)) {
      const job = await this.jobs.look(refreshJobId(overdue), 'segment-refresh');
      if (job !== 'gone') continue;
      this.logger.warn(`Refresh of segment ${String(overdue._id)} was lost: asked for again`);
      await this.requests.request(overdue._id);
    }
  }

  private async lead(): Promise<void> {
    if (await this.leases.hold(task, processName, leaseMs)) await this.look(new Date());
  }
}
