import { QueueDispatcher, type QueueName } from '@audience-relay/queue';
import { Injectable } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';

/** How long Redis may take to answer, in milliseconds. */
const timeoutMs = 2_000;

/** Whether a job still waits in its queue. */
@Injectable()
export class QueuedJobs {
  constructor(private readonly dispatcher: QueueDispatcher) {}

  /**
   * @returns `waiting`: a worker will get to it. `gone`: finished, lost, or with a worker (which then claims the work
   * at once, or is dead). `unknown`: Redis does not answer.
   */
  async state(queue: QueueName, jobId: string): Promise<'waiting' | 'gone' | 'unknown'> {
    const timer = new AbortController();
    const tooLate = delay(timeoutMs, 'unknown' as const, { signal: timer.signal }).catch(
      () => 'unknown' as const,
    );
    try {
      return await Promise.race([this.ask(queue, jobId), tooLate]);
    } catch {
      return 'unknown';
    } finally {
      timer.abort();
    }
  }

  private async ask(queue: QueueName, jobId: string): Promise<'waiting' | 'gone'> {
    const job = await this.dispatcher.queue(queue).getJob(jobId);
    const state = job && (await job.getState());
    return state === 'waiting' || state === 'delayed' || state === 'paused' ? 'waiting' : 'gone';
  }
}
