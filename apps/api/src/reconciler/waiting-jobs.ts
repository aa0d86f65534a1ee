import { QueueDispatcher } from '@audience-relay/queue';
import { Injectable } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';

/** How long Redis may take to answer, in milliseconds. */
const timeoutMs = 2_000;

/** Looks whether a job still stands in line. */
@Injectable()
export class WaitingJobs {
  constructor(private readonly dispatcher: QueueDispatcher) {}

  /**
   * @returns `waits`: a worker will get to it. `gone`: finished, lost, or with a worker (which then claims the run at
   * once, or is dead). `unknown`: Redis does not answer.
   */
  async look(jobId: string): Promise<'waits' | 'gone' | 'unknown'> {
    const timer = new AbortController();
    const tooLate = delay(timeoutMs, 'unknown' as const, { signal: timer.signal }).catch(
      () => 'unknown' as const,
    );
    try {
      return await Promise.race([this.ask(jobId), tooLate]);
    } catch {
      return 'unknown';
    } finally {
      timer.abort();
    }
  }

  private async ask(jobId: string): Promise<'waits' | 'gone'> {
    const job = await this.dispatcher.queue('export-runs').getJob(jobId);
    const state = job && (await job.getState());
    return state === 'waiting' || state === 'delayed' || state === 'paused' ? 'waits' : 'gone';
  }
}
