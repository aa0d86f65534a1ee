import { getQueueToken } from '@nestjs/bull';
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { Queue } from 'bull';
import { type QueueJobs, type QueueName, queueNames } from './queues';
import { RedisClients } from './redis-clients';

/** How long an API request may wait for Redis, in milliseconds. */
const addTimeoutMs = 2_000;

/**
 * Puts wake-up signals on a queue. The work itself is in the database; a job only says that it can be done now. So a
 * lost job costs time (until the reconciler notices), never work, and `dispatch` does not throw.
 */
@Injectable()
export class QueueDispatcher implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(QueueDispatcher.name);
  private readonly queues = new Map<QueueName, Queue>();

  constructor(
    private readonly moduleRef: ModuleRef,
    private readonly clients: RedisClients,
  ) {}

  onModuleInit(): void {
    for (const name of queueNames) {
      const queue = this.moduleRef.get<Queue>(getQueueToken(name), { strict: false });
      // Without a listener a lost connection would end the process; the client reconnects by itself.
      queue.on('error', (error: Error) => this.logger.warn(`Queue ${name}: ${error.message}`));
      this.queues.set(name, queue);
    }
  }

  /** Closing a queue twice is closing it once; connections go when no queue needs them any more. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.queues.values()].map((queue) => queue.close()));
    this.clients.closeAll();
  }

  /**
   * @param jobId Unique for this piece of work and try (`<run>-<dispatch>`): the same id twice is one job.
   * @param when `delayMs`: not before so many milliseconds from now. `place`: lower ones first; either all jobs of a
   * queue have one, or none.
   * @returns Whether Redis took the job.
   */
  async dispatch<Name extends QueueName>(
    name: Name,
    jobId: string,
    data: QueueJobs[Name],
    { delayMs = 0, place }: { delayMs?: number; place?: number } = {},
  ): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`Redis did not answer within ${addTimeoutMs} ms`)),
        addTimeoutMs,
      );
    });
    try {
      const added = this.queue(name).add(data, { jobId, delay: delayMs, priority: place });
      // A rejection after the deadline has nobody else to hear it.
      added.catch(() => undefined);
      await Promise.race([added, tooLate]);
      return true;
    } catch (error) {
      this.logger.warn(
        `Could not queue ${name} ${jobId}: ${(error as Error).message}. It will be queued again.`,
      );
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The queue itself, for the worker's shutdown and for health checks. */
  queue(name: QueueName): Queue {
    const queue = this.queues.get(name);
    if (!queue) throw new Error(`Queue ${name} is not registered`);
    return queue;
  }
}
