import { type DeliveryScope, isActive } from '@audience-relay/contracts';
import {
  type ExportRecord,
  ExportRepository,
  type NewRun,
  RunCommandsRepository,
  RunHistoryRepository,
  type RunRecord,
  type RunTrigger,
} from '@audience-relay/data';
import { Injectable } from '@nestjs/common';
import type { Types } from 'mongoose';
import type { SignedInUser } from '../access/signed-in-user';
import { ExportAccess } from '../export-access/export-access';
import { notFound, ProblemException } from '../problems/problem.exception';
import { type RunDto, toRunDto } from './run.dto';
import { RunStarter } from './run-starter';

/** Why an export was not started. */
export interface NotStarted {
  exportId: string;
  name: string;
  code: string;
  message: string;
}

/** What people do with runs. */
@Injectable()
export class RunsService {
  constructor(
    private readonly exports: ExportRepository,
    private readonly access: ExportAccess,
    private readonly commands: RunCommandsRepository,
    private readonly history: RunHistoryRepository,
    private readonly starter: RunStarter,
  ) {}

  async find(id: Types.ObjectId): Promise<RunRecord> {
    const run = await this.history.findById(id);
    if (!run) throw notFound('This run');
    return run;
  }

  /** As this person is shown them. */
  async views(runs: readonly RunRecord[], user: SignedInUser): Promise<RunDto[]> {
    const allowed = await this.access.permissionsOnRuns(runs, user);
    return runs.map((run) => toRunDto(run, allowed(run)));
  }

  async view(run: RunRecord, user: SignedInUser): Promise<RunDto> {
    return toRunDto(run, (await this.access.permissionsOnRuns([run], user))(run));
  }

  async start(exportId: Types.ObjectId, user: SignedInUser, scope?: DeliveryScope): Promise<RunRecord> {
    const target = await this.access.findEditable(exportId, user);
    return this.startOn(target, { trigger: onDemand(user), scope });
  }

  /** Starts every export whose schedule is active and that this person may run. */
  async startAll(user: SignedInUser): Promise<{ started: string[]; skipped: NotStarted[] }> {
    const targets = await this.exports.findScheduled();
    const mayEdit = await this.access.editableOn(
      targets.flatMap(({ connectionId }) => connectionId ?? []),
      user.role,
    );
    const started: string[] = [];
    const skipped: NotStarted[] = [];
    for (const target of targets) {
      const { _id, name, connectionId } = target;
      const refused = (code: string, message: string) =>
        skipped.push({ exportId: String(_id), name, code, message });
      if (!mayEdit(connectionId)) {
        refused('forbidden', this.access.refusal(connectionId));
        continue;
      }
      const run = await this.starter.start(target, { trigger: onDemand(user) });
      if (run) started.push(String(run._id));
      else refused('run-active', 'A run of this export is under way.');
    }
    return { started, skipped };
  }

  /** Sends only the rows that a run rejected, with the export as it is now. */
  async retry(runId: Types.ObjectId, user: SignedInUser): Promise<RunRecord> {
    const run = await this.find(runId);
    const target = await this.access.findEditable(run.exportId, user);
    if (isActive(run.status))
      throw new ProblemException('run-active', 'This run is still under way. Wait until it has ended.', {
        extra: { activeRunId: String(run._id) },
      });
    if (run.counts.rejected === 0)
      throw new ProblemException('nothing-to-retry', 'This run rejected no rows: there is nothing to retry.');
    const trigger: RunTrigger = { kind: 'retry', by: { id: user.id, name: user.name } };
    return this.startOn(target, { trigger, retryOf: run._id });
  }

  /** Ends a run that no worker holds at once; asks its worker to stop otherwise. */
  async cancel(runId: Types.ObjectId, user: SignedInUser): Promise<RunRecord> {
    const run = await this.find(runId);
    await this.access.demandEdit(run, user);
    if (!(await this.commands.requestCancel(runId, user.id)))
      throw new ProblemException('run-not-active', 'This run has ended: it cannot be cancelled any more.');
    return (await this.commands.endCancelled(runId)) ?? this.find(runId);
  }

  /** Starts a run on an export that may be edited, or says why not. */
  async startOn(target: ExportRecord, newRun: NewRun): Promise<RunRecord> {
    if (!target.connectionId)
      throw new ProblemException(
        'export-detached',
        'This export is detached from its connection. Attach it to one before you run it.',
      );
    // Attached still: it may have been detached since it was read.
    const condition = { filter: { connectionId: target.connectionId } };
    const run = await this.starter.start(target, newRun, condition);
    if (run) return run;
    const { activeRunId } = await this.access.find(target._id);
    throw new ProblemException('run-active', 'A run of this export is under way. Wait until it has ended.', {
      extra: { activeRunId: activeRunId && String(activeRunId) },
    });
  }
}

function onDemand({ id, name }: SignedInUser): RunTrigger {
  return { kind: 'on-demand', by: { id, name } };
}
