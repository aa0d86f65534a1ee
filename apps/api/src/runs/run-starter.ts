import {
  type ClaimCondition,
  type ExportRecord,
  type NewRun,
  RunCommandsRepository,
  RunLineRepository,
  type RunRecord,
} from '@audience-relay/data';
import { QueueDispatcher } from '@audience-relay/queue';
import { Injectable } from '@nestjs/common';

/** Starts runs for people and schedules alike: claims the export, then sends the wake-up signal. */
@Injectable()
export class RunStarter {
  constructor(
    private readonly commands: RunCommandsRepository,
    private readonly line: RunLineRepository,
    private readonly dispatcher: QueueDispatcher,
  ) {}

  /** @returns Null when the export has an active run, or the condition did not hold. */
  async start(target: ExportRecord, newRun: NewRun, condition?: ClaimCondition): Promise<RunRecord | null> {
    const run = await this.commands.start(target, newRun, condition);
    if (run) await this.dispatch(run._id.toHexString(), run.dispatch);
    return run;
  }

  /** @returns Whether Redis took the job. If not, the reconciler tries again. */
  async dispatch(runId: string, dispatch: number): Promise<boolean> {
    const place = await this.line.placeOf(runId);
    return this.dispatcher.dispatch('export-runs', jobIdOf(runId, dispatch), { runId, dispatch }, { place });
  }
}

/** Unique per try, so that a job of an earlier one cannot be taken for it. */
export function jobIdOf(runId: string, dispatch: number): string {
  return `${runId}-${dispatch}`;
}
