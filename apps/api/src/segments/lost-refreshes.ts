import { type OverdueRefresh, SegmentRepository } from '@audience-relay/data';
import { Injectable, Logger } from '@nestjs/common';
import { type LeaderTask, LeaderTasks } from '../background/leader-tasks';
import { QueuedJobs } from '../background/queued-jobs';
import { refreshJobId, SegmentRefreshRequests } from './segment-refresh-requests';
import { unlessDamaged } from '../problems/unless-damaged';

/** A requested refresh is left to its own job for this long. */
const patienceMs = 10_000;

/** Requests refreshes again whose job was lost or whose worker died. */
@Injectable()
export class LostRefreshes implements LeaderTask {
  readonly name = 'segment-refreshes';
  readonly everyMs = 5_000;
  readonly leaseMs = 15_000;
  private readonly logger = new Logger(LostRefreshes.name);

  constructor(
    leaderTasks: LeaderTasks,
    private readonly segments: SegmentRepository,
    private readonly requests: SegmentRefreshRequests,
    private readonly jobs: QueuedJobs,
  ) {
    leaderTasks.add(this);
  }

  async run(now: Date): Promise<void> {
    for (const overdue of await this.segments.findOverdue(new Date(now.getTime() - patienceMs), now))
      await unlessDamaged(this.logger, overdue._id, () => this.requestAgain(overdue));
  }

  private async requestAgain(overdue: OverdueRefresh): Promise<void> {
    const job = await this.jobs.state('segment-refresh', refreshJobId(overdue));
    if (job !== 'gone') return;
    this.logger.warn(`Refresh of segment ${String(overdue._id)} was lost: requested again`);
    await this.requests.request(overdue._id);
  }
}
