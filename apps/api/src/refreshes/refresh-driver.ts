import { isActive, type RefreshTaskStatus, type RunStatus } from '@audience-relay/contracts';
import {
  ExportRepository,
  type ExportTask,
  type RefreshRecord,
  RefreshRepository,
  RunCommandsRepository,
  RunHistoryRepository,
  type RunTrigger,
  type SegmentRecord,
  SegmentRepository,
  type SegmentTask,
} from '@audience-relay/data';
import { Injectable } from '@nestjs/common';
import { Types } from 'mongoose';
import { RunStarter } from '../runs/run-starter';
import { SegmentRefreshRequests } from '../segments/segment-refresh-requests';
import {
  ended,
  isEnded,
  readiness,
  refreshOutcome,
  segmentOutcome,
  segmentReadiness,
} from '@audience-relay/schedules';

/**
 * Moves a refresh on by one step: asks for segments, starts exports whose segments are done, notes what has ended.
 *
 * What it starts it starts once, whoever else drives: a second request to refresh a segment is harmless, and an
 * export is claimed for this refresh by one conditional update.
 */
@Injectable()
export class RefreshDriver {
  constructor(
    private readonly refreshes: RefreshRepository,
    private readonly segments: SegmentRepository,
    private readonly requests: SegmentRefreshRequests,
    private readonly exports: ExportRepository,
    private readonly commands: RunCommandsRepository,
    private readonly history: RunHistoryRepository,
    private readonly starter: RunStarter,
  ) {}

  async drive(refresh: RefreshRecord): Promise<void> {
    const segments = await this.driveSegments(refresh);
    const byId = new Map(segments.map((task) => [String(task.id), task]));
    const exports: ExportTask[] = [];
    for (const task of refresh.exports) exports.push(await this.driveExport(refresh, task, byId));

    const done = [...segments, ...exports].every(isEnded);
    const outcome = done ? refreshOutcome(segments, exports, refresh.cancelRequestedAt !== null) : undefined;
    const changed =
      JSON.stringify([segments, exports]) !== JSON.stringify([refresh.segments, refresh.exports]);
    if (changed || outcome) await this.refreshes.advance(refresh, { segments, exports, ended: outcome });
  }

  private async driveSegments(refresh: RefreshRecord): Promise<SegmentTask[]> {
    const open = refresh.segments.filter((task) => !isEnded(task));
    const records = await this.segments.findByIds(open.map(({ id }) => id));
    const byId = new Map(records.map((record) => [String(record._id), record]));
    const tasks = new Map(refresh.segments.map((task) => [String(task.id), task]));
    for (const task of open)
      tasks.set(String(task.id), await this.driveSegment(refresh, task, byId.get(String(task.id)), tasks));
    return [...tasks.values()];
  }

  private async driveSegment(
    { cancelRequestedAt }: RefreshRecord,
    task: SegmentTask,
    segment: SegmentRecord | undefined,
    tasks: ReadonlyMap<string, SegmentTask>,
  ): Promise<SegmentTask> {
    const now = new Date();
    // Membership that is being written ends consistently by itself; nobody waits for it any more.
    if (cancelRequestedAt) return ended(task, 'cancelled', now);
    if (task.status === 'running') return segmentOutcome(task, segment, now);
    const ready = segmentReadiness(task, tasks);
    if (ready === 'wait') return task;
    if (ready !== 'go') return ended(task, 'failed', now, ready);
    if (!(await this.requests.request(task.id))) return segmentOutcome(task, undefined, now);
    return { ...task, status: 'running', startedAt: now };
  }

  private async driveExport(
    refresh: RefreshRecord,
    task: ExportTask,
    segments: ReadonlyMap<string, SegmentTask>,
  ): Promise<ExportTask> {
    if (isEnded(task)) return task;
    if (task.runId) return this.followRun(refresh, task, task.runId);
    if (refresh.cancelRequestedAt) return ended(task, 'cancelled', new Date());
    const ready = readiness(task, segments);
    if (ready === 'wait') return task;
    return this.startExport(refresh, task, ready);
  }

  private async startExport(
    refresh: RefreshRecord,
    task: ExportTask,
    ready: Exclude<ReturnType<typeof readiness>, 'wait'>,
  ): Promise<ExportTask> {
    const now = new Date();
    const target = await this.exports.findById(task.id);
    if (!target?.connectionId || target.schedule.kind !== 'follow')
      return ended(task, 'skipped', now, {
        code: 'export-left',
        message: 'The export was removed, detached or given another schedule in the meantime.',
      });
    const trigger: RunTrigger = {
      kind: 'refresh',
      by: refresh.trigger.by,
      refreshId: refresh._id,
      late: refresh.trigger.late,
      ...(refresh.trigger.scheduledFor && { scheduledFor: refresh.trigger.scheduledFor }),
    };
    const runId = new Types.ObjectId();
    const once = {
      filter: { 'lastRefresh.id': { $ne: refresh._id } },
      set: { lastRefresh: { id: refresh._id, runId } },
    };
    if (ready !== 'go') {
      await this.commands.skip(target, { id: runId, trigger }, ready, once);
      return ended(task, 'skipped', now, ready);
    }
    if (await this.starter.start(target, { id: runId, trigger }, once))
      return { ...task, status: 'running', runId, startedAt: now };
    const lastRefresh = (await this.exports.findById(task.id))?.lastRefresh;
    // Started before, by a process that could not write it down, or another that drives too.
    if (lastRefresh?.id.equals(refresh._id))
      return { ...task, status: 'running', runId: lastRefresh.runId, startedAt: now };
    // Another run of this export is under way: its turn comes after that.
    return task;
  }

  private async followRun(
    { cancelRequestedAt }: RefreshRecord,
    task: ExportTask,
    runId: Types.ObjectId,
  ): Promise<ExportTask> {
    let run = await this.history.findById(runId);
    if (run && cancelRequestedAt && isActive(run.status)) {
      if (!run.cancelRequestedAt) await this.commands.requestCancel(runId, null);
      run = (await this.commands.endCancelled(runId)) ?? (await this.history.findById(runId));
    }
    if (!run)
      return ended(task, 'failed', new Date(), { code: 'run-removed', message: 'Its run was removed.' });
    const status = taskStatusOf[run.status];
    return status === 'running' ? task : ended(task, status, run.finishedAt ?? new Date(), run.reason);
  }
}

const taskStatusOf: Readonly<Record<RunStatus, RefreshTaskStatus>> = {
  queued: 'running',
  running: 'running',
  waiting: 'running',
  confirming: 'running',
  succeeded: 'succeeded',
  partial: 'partial',
  held: 'partial',
  failed: 'failed',
  skipped: 'skipped',
  cancelled: 'cancelled',
};
