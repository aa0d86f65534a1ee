import type { LeaseRepository } from '@audience-relay/data';
import type { Logger } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/** This process among all that work on the same database. */
const processName = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;

export interface LedTaskOptions {
  /** Of the lease, and of what is logged: `Could not look after <name>`. */
  name: string;
  leases: LeaseRepository;
  /** A leader that is silent for so long is succeeded, in milliseconds. */
  leaseMs: number;
  logger: Logger;
  work: (now: Date) => Promise<void>;
}

/**
 * Work that comes round at intervals and that one API process does for all, to save work: what it does must be safe
 * even when two processes believe they lead. Never twice at once in a process; a failure waits for the next time.
 */
export class LedTask {
  private working: Promise<void> | null = null;
  private stopped = false;

  constructor(private readonly options: LedTaskOptions) {}

  /** Called at intervals. */
  async tick(): Promise<void> {
    if (this.stopped || this.working) return;
    const { name, logger } = this.options;
    this.working = this.lead();
    try {
      await this.working;
    } catch (error) {
      // The database is away, say. The next tick comes soon.
      logger.warn(`Could not look after ${name}: ${(error as Error).message}`);
    } finally {
      this.working = null;
    }
  }

  /** Called at shutdown: finishes, and lets another process lead at once. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.working?.catch(() => undefined);
    const { leases, name } = this.options;
    await leases.release(name, processName).catch(() => undefined);
  }

  private async lead(): Promise<void> {
    const { leases, name, leaseMs, work } = this.options;
    if (await leases.hold(name, processName, leaseMs)) await work(new Date());
  }
}
