import {
  dispatchGraceMs,
  type DueRun,
  ExportRemovalRepository,
  RunCommandsRepository,
  RunRecoveryRepository,
} from '@audience-relay/data';
import { Injectable, Logger } from '@nestjs/common';
import { jobIdOf, RunStarter } from './run-starter';
import { type LeaderTask, LeaderTasks } from '../background/leader-tasks';
import { QueuedJobs } from '../background/queued-jobs';
import { unlessDamaged } from '../problems/unless-damaged';

/** A due run is left to its own job for this long. */
const patienceMs = 2_000;

/** A removal that took longer lost its process. */
const removalMs = 5 * 60_000;

/**
 * Continues every run that was interrupted, whatever died: processes, Redis, jobs. Every step is a conditional update,
 * so two leaders do no harm.
 */
@Injectable()
export class ReconcilerService implements LeaderTask {
  readonly name = 'runs';
  readonly everyMs = 2_000;
  readonly leaseMs = 10_000;
  private readonly logger = new Logger('Reconciler');

  constructor(
    leaderTasks: LeaderTasks,
    private readonly recovery: RunRecoveryRepository,
    private readonly commands: RunCommandsRepository,
    private readonly removals: ExportRemovalRepository,
    private readonly starter: RunStarter,
    private readonly jobs: QueuedJobs,
  ) {
    leaderTasks.add(this);
  }

  async run(now: Date): Promise<void> {
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
    const job = lost ? 'gone' : await this.jobs.state('export-runs', jobIdOf(id, run.dispatch));
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
