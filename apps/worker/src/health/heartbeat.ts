import { hostname } from 'node:os';
import { WorkerHeartbeatRepository } from '@audience-relay/data';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';

const everyMs = 5_000;

/** Says every 5 s in the database that this worker lives; the API's readiness looks for it. */
@Injectable()
export class Heartbeat implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(Heartbeat.name);
  private readonly name = `${hostname()}-${process.pid}`;
  private timer: NodeJS.Timeout | undefined;
  private at = 0;

  constructor(private readonly heartbeats: WorkerHeartbeatRepository) {}

  /** Milliseconds since the database last took a heartbeat. */
  get ageMs(): number {
    return performance.now() - this.at;
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.beat();
    this.timer = setInterval(() => void this.beat(), everyMs);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.heartbeats.leave(this.name).catch(() => undefined);
  }

  private async beat(): Promise<void> {
    try {
      await this.heartbeats.beat(this.name);
      this.at = performance.now();
    } catch (error) {
      this.logger.warn(`The database does not answer: ${(error as Error).name}`);
    }
  }
}
