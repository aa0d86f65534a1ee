import { RunRemovalRepository } from '@audience-relay/data';
import { Injectable, Logger } from '@nestjs/common';
import type { ApiConfig } from '../config/api-config';
import { InjectConfig } from '../config/config.module';
import { type LeaderTask, LeaderTasks } from '../background/leader-tasks';

const dayMs = 24 * 60 * 60_000;

/** Removes the history of runs after a set time, with the masked rows that it holds. */
@Injectable()
export class RunRetention implements LeaderTask {
  readonly name = 'run-retention';
  readonly everyMs = 10 * 60_000;
  readonly leaseMs = 60_000;
  private readonly logger = new Logger('Retention');

  constructor(
    @InjectConfig() private readonly config: ApiConfig,
    private readonly removal: RunRemovalRepository,
    leaderTasks: LeaderTasks,
  ) {
    leaderTasks.add(this);
  }

  async run(now: Date): Promise<void> {
    const { runRetentionDays } = this.config;
    const removed = await this.removal.removeEndedBefore(new Date(now.getTime() - runRetentionDays * dayMs));
    if (removed > 0)
      this.logger.log(`Removed ${removed} runs that ended ${runRetentionDays} days ago or longer`);
  }
}
