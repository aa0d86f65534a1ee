import { LeaseRepository, RunRemovalRepository } from '@audience-relay/data';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { ApiConfig } from '../config/api-config';
import { InjectConfig } from '../config/config.module';
import { LedTask } from '../background/led-task';

const lookEveryMs = 10 * 60_000;
const leaseMs = 60_000;
const dayMs = 24 * 60 * 60_000;

/** Removes the history of runs after a set time, with the masked rows that it holds. */
@Injectable()
export class RunRetention implements OnApplicationShutdown {
  private readonly logger = new Logger('Retention');
  private readonly task: LedTask;

  constructor(
    @InjectConfig() private readonly config: ApiConfig,
    private readonly removal: RunRemovalRepository,
    leases: LeaseRepository,
  ) {
    const { logger } = this;
    this.task = new LedTask({
      name: 'run-retention',
      leases,
      leaseMs,
      logger,
      work: (now) => this.remove(now),
    });
  }

  @Interval(lookEveryMs)
  tick(): Promise<void> {
    return this.task.tick();
  }

  onApplicationShutdown(): Promise<void> {
    return this.task.stop();
  }

  async remove(now: Date): Promise<void> {
    const { runRetentionDays } = this.config;
    const removed = await this.removal.removeEndedBefore(new Date(now.getTime() - runRetentionDays * dayMs));
    if (removed > 0)
      this.logger.log(`Removed ${removed} runs that ended ${runRetentionDays} days ago or longer`);
  }
}
