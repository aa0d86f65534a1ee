import { LeaseRepository } from '@audience-relay/data';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/** This process among all that work on the same database. */
const processName = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;

/**
 * Periodic work that one API process does for all, to save work: what it does must be safe even when two processes
 * believe they lead.
 */
export interface LeaderTask {
  /** Of the lease, and in logs. */
  readonly name: string;
  /** Milliseconds from one run to the next. */
  readonly everyMs: number;
  /** A leader that is silent for this long is replaced, in milliseconds. */
  readonly leaseMs: number;
  run(now: Date): Promise<void>;
}

/** Runs the leader tasks of this process: each at its interval, never twice at once; a failure waits for the next run. */
@Injectable()
export class LeaderTasks implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(LeaderTasks.name);
  private readonly tasks: LeaderTask[] = [];
  private readonly running = new Map<LeaderTask, Promise<void>>();

  constructor(
    private readonly leases: LeaseRepository,
    private readonly scheduler: SchedulerRegistry,
  ) {}

  /** Called by a task in its constructor. */
  add(task: LeaderTask): void {
    this.tasks.push(task);
  }

  onApplicationBootstrap(): void {
    for (const task of this.tasks)
      this.scheduler.addInterval(
        task.name,
        setInterval(() => this.start(task), task.everyMs),
      );
  }

  /** Lets what is under way finish, and another process lead at once. */
  async onApplicationShutdown(): Promise<void> {
    for (const { name } of this.tasks)
      if (this.scheduler.doesExist('interval', name)) this.scheduler.deleteInterval(name);
    await Promise.all(this.running.values());
    for (const { name } of this.tasks) await this.leases.release(name, processName).catch(() => undefined);
  }

  private start(task: LeaderTask): void {
    if (this.running.has(task)) return;
    const run = this.lead(task)
      // The database may be unavailable. The next run comes soon.
      .catch((error: unknown) =>
        this.logger.warn(`Periodic task ${task.name} failed: ${(error as Error).message}`),
      )
      .finally(() => this.running.delete(task));
    this.running.set(task, run);
  }

  private async lead(task: LeaderTask): Promise<void> {
    if (await this.leases.hold(task.name, processName, task.leaseMs)) await task.run(new Date());
  }
}
