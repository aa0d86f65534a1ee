import { LeaseRepository, type OverdueRefresh, SegmentRepository } from '@audience-relay/data';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { LedTask } from '../background/led-task';
import { WaitingJobs } from '../background/waiting-jobs';
import { refreshJobId, SegmentRefreshRequests } from './segment-refresh-requests';
import { unlessDamaged } from '../problems/unless-damaged';

const lookEveryMs = 5_000;

/** A leader that is silent for so long is succeeded. */
const leaseMs = 15_000;

/** A refresh that was asked for is left to its own job for so long. */
const patienceMs = 10_000;

/** Asks again for refreshes whose job was lost or whose worker died. Of all API processes one does. */
@Injectable()
export class LostRefreshes implements OnApplicationShutdown {
  private readonly logger = new Logger(LostRefreshes.name);
  private readonly task: LedTask;

  constructor(
    leases: LeaseRepository,
    private readonly segments: SegmentRepository,
    private readonly requests: SegmentRefreshRequests,
    private readonly jobs: WaitingJobs,
  ) {
    const { logger } = this;
    this.task = new LedTask({
      name: 'segment-refreshes',
      leases,
      leaseMs,
      logger,
      work: (now) => this.look(now),
    });
  }

  @Interval(lookEveryMs)
  tick(): Promise<void> {
    return this.task.tick();
  }

  onApplicationShutdown(): Promise<void> {
    return this.task.stop();
  }

  /** One look at everything. */
  async look(now: Date): Promise<void> {
    for (const overdue of await this.segments.findOverdue(new Date(now.getTime() - patienceMs), now))
      await unlessDamaged(this.logger, overdue._id, () => this.requestAgain(overdue));
  }

  private async requestAgain(overdue: OverdueRefresh): Promise<void> {
    const job = await this.jobs.look(refreshJobId(overdue), 'segment-refresh');
    if (job !== 'gone') return;
    this.logger.warn(`Refresh of segment ${String(overdue._id)} was lost: requested again`);
    await this.requests.request(overdue._id);
  }
}
