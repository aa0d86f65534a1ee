import { WorkerHeartbeatRepository } from '@audience-relay/data';
import { QueueDispatcher } from '@audience-relay/queue';
import { Injectable, ServiceUnavailableException } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import {
  type HealthCheckResult,
  HealthCheckService,
  type HealthIndicatorResult,
  HealthIndicatorService,
} from '@nestjs/terminus';
import type { Connection } from 'mongoose';
import type { ReadinessDto } from './health.dto';

/** What is asked must answer within this, in milliseconds. */
const timeoutMs = 2_000;

/** Workers say every 5 s that they live; the fourth missing word counts. */
const longestSilenceMs = 20_000;

export interface Findings extends Omit<ReadinessDto, 'status'> {
  ready: boolean;
}

/** Asks everything that work needs, all at the same time. */
@Injectable()
export class Readiness {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly heartbeats: WorkerHeartbeatRepository,
    private readonly queues: QueueDispatcher,
    @InjectConnection() private readonly connection: Connection,
  ) {}

  async look(): Promise<Findings> {
    let heartbeatAgeMs: number | null = null;
    const { status, details } = await this.check([
      () => this.ask('database', async () => void (await this.connection.db?.command({ ping: 1 }))),
      () => this.ask('redis', async () => void (await this.queues.queue('export-runs').client.ping())),
      () =>
        this.ask('worker', async () => {
          const latest = await this.heartbeats.findLatest();
          heartbeatAgeMs = latest && Math.max(0, Date.now() - latest.getTime());
          if (heartbeatAgeMs === null || heartbeatAgeMs > longestSilenceMs) throw new Error('No heartbeat');
        }),
    ]);
    const answerOf = (key: string) => (details[key]?.status === 'up' ? 'up' : 'down');
    return {
      ready: status === 'ok',
      database: answerOf('database'),
      redis: answerOf('redis'),
      worker: answerOf('worker'),
      workerHeartbeatAge: heartbeatAgeMs === null ? null : Math.round(heartbeatAgeMs / 1000),
    };
  }

  /** Terminus throws what is down; here that is a finding like any other. */
  private async check(indicators: (() => Promise<HealthIndicatorResult>)[]): Promise<HealthCheckResult> {
    try {
      return await this.health.check(indicators);
    } catch (error) {
      if (error instanceof ServiceUnavailableException) return error.getResponse() as HealthCheckResult;
      throw error;
    }
  }

  private async ask(key: string, question: () => Promise<void>): Promise<HealthIndicatorResult> {
    const session = this.indicators.check(key);
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('No answer in time')), timeoutMs);
    });
    const answer = question();
    // A rejection after the deadline has nobody else to hear it.
    answer.catch(() => undefined);
    try {
      await Promise.race([answer, tooLate]);
      return session.up();
    } catch {
      return session.down();
    } finally {
      clearTimeout(timer);
    }
  }
}
