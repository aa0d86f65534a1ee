import { QueueDispatcher, type QueueName } from '@audience-relay/queue';
import { Injectable } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';

/** How long Redis may take to answer, in milliseconds. */
const timeoutMs = 2_000;

/** Looks whether a job still stands in line. */
@Injectable()
export class WaitingJobs {
  constructor(private readonly dispatcher: QueueDispatcher) {}

  /**
   * @returns `waits`: a worker will get to it. `gone`: finished, lost, or with a worker (which then claims the work
   * at once, or is dead). `unknown`: Redis does not answer.
   */
  async look(jobId: string, queue: QueueName = 'export-runs'): Promise<'waits' | 'gone' | 'unknown'> {
    const timer = new AbortController();
    const tooLate = delay(timeoutMs, 'unknown' as const, { signal: timer.signal }).catch(
      () => 'unknown' as const,
    );
    try {
      return await Promise.race([this.ask(jobId, queue), tooLate]);
    } catch {
      return 'unknown';
    } finally {
      timer.abort();
    }
  }

  private async ask(jobId: string, queue: QueueName): Promise<'waits' | 'gone'> {
    const job = await this.dispatcher.queue(queue).getJob(jobId);
    const state = job && (await job.getState());
    return state === 'waiting' || state === 'delayed' || state === 'paused' ? 'waits' : 'gone';
  }
}
