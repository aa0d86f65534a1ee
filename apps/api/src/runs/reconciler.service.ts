import {
  dispatchGraceMs,
  type DueRun,
  ExportRemovalRepository,
  LeaseRepository,
  RunCommandsRepository,
  RunRecoveryRepository,
} from '@audience-relay/data';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { jobIdOf, RunStarter } from './run-starter';
import { LedTask } from '../background/led-task';
import { WaitingJobs } from '../background/waiting-jobs';
import { unlessDamaged } from '../problems/unless-damaged';

export const reconcileEveryMs = 2_000;

/** A leader that is silent for so long is succeeded. */
const leaseMs = 10_000;

/** A run that is due is left to its own job for so long. */
const patienceMs = 2_000;

/** A removal that took longer lost its process. */
const removalMs = 5 * 60_000;

/**
 * Sees to it that every run that should go on does, whatever died: processes, Redis, jobs. Of all API processes one
 * leads, to save work; every step is a conditional update, so two leaders do no harm.
 */
@Injectable()
export class ReconcilerService implements OnApplicationShutdown {
  private readonly logger = new Logger('Reconciler');
  private readonly task: LedTask;

  constructor(
    leases: LeaseRepository,
    private readonly recovery: RunRecoveryRepository,
    private readonly commands: RunCommandsRepository,
    private readonly removals: ExportRemovalRepository,
    private readonly starter: RunStarter,
    private readonly jobs: WaitingJobs,
  ) {
    const { logger } = this;
    this.task = new LedTask({
      name: 'runs',
      leases,
      leaseMs,
      logger,
      work: (now) => this.reconcile(now),
    });
  }

  @Interval(reconcileEveryMs)
  tick(): Promise<void> {
    return this.task.tick();
  }

  onApplicationShutdown(): Promise<void> {
    return this.task.stop();
  }

  /** One look at everything. */
  async reconcile(now: Date): Promise<void> {
    for (const id of await this.recovery.findCancelled(now))
      if (await unlessDamaged(this.logger, id, () => this.commands.endCancelled(id)))
        this.logger.log(`Run ${String(id)} cancelled`);
    for (const run of await this.recovery.findDue(now, patienceMs))
      await unlessDamaged(this.logger, run._id, () => this.continueRun(run));
    const freed = await this.recovery.freeExports();
    if (freed > 0) this.logger.warn(`Freed ${freed} exports whose run had ended`);
    await this.removals.finishBefore(new Date(now.getTime() - removalMs));
  }

  private async continueRun(run: DueRun): Promise<void> {
    const id = run._id.toHexString();
    if (run.epoch === 0 && !(await this.recovery.isClaimed(run))) {
      this.logger.warn(`Run ${id} was never claimed by its export: removed`);
      await this.recovery.removeUnclaimed(run);
      return;
    }
    // A lease that was just lost needs a new dispatch whatever the queue holds: the old job is the dead worker's.
    const lost = run.nextActionAt === null;
    const job = lost ? 'gone' : await this.jobs.look(jobIdOf(id, run.dispatch));
    if (job !== 'gone') {
      await this.recovery.postpone(run, new Date(Date.now() + dispatchGraceMs));
      return;
    }
    const dispatch = await this.recovery.redispatch(run);
    if (dispatch === null) return;
    this.logger.log(`Run ${id} (${run.status}) queued again, dispatch ${dispatch}`);
    await this.starter.dispatch(id, dispatch);
  }
}
