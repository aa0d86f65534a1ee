import {
  type ExportRecord,
  ExportRepository,
  RefreshRepository,
  RefreshSettingsRepository,
  RunCommandsRepository,
  type RunTrigger,
  SegmentRepository,
} from '@audience-relay/data';
import { Injectable, Logger } from '@nestjs/common';
import { type LeaderTask, LeaderTasks } from '../background/leader-tasks';
import { RefreshDriver } from '../refreshes/refresh-driver';
import { RefreshesService } from '../refreshes/refreshes.service';
import { RunStarter } from '../runs/run-starter';
import { nextRefreshTime, nextTime } from '@audience-relay/schedules';
import { unlessDamaged } from '../problems/unless-damaged';

/** What starts later than this after its time is marked as late. */
const lateAfterMs = 2 * 60_000;

/** How long a due export waits for segments that are being refreshed. */
const segmentPatienceMs = 60 * 60_000;

/** A refresh that is unclaimed for this long was left by a process that died. */
const unclaimedMs = 60_000;

const keptRefreshesMs = 90 * 24 * 60 * 60_000;

/**
 * Starts what is due. Schedules are stored with their next time; this compares it with the clock. What is due is
 * claimed by one conditional update on that very time, so it starts once, however many processes try.
 */
@Injectable()
export class ScheduleClock implements LeaderTask {
  readonly name = 'schedules';
  readonly everyMs = 2_000;
  readonly leaseMs = 10_000;
  private readonly logger = new Logger('Schedules');

  constructor(
    private readonly exports: ExportRepository,
    private readonly segments: SegmentRepository,
    private readonly commands: RunCommandsRepository,
    private readonly starter: RunStarter,
    private readonly settings: RefreshSettingsRepository,
    private readonly refreshRecords: RefreshRepository,
    private readonly refreshes: RefreshesService,
    private readonly driver: RefreshDriver,
    leaderTasks: LeaderTasks,
  ) {
    leaderTasks.add(this);
  }

  async run(now: Date): Promise<void> {
    await this.startDueExports(now);
    await this.startDueRefresh(now);
    await this.driveRefresh(now);
  }

  async startDueExports(now: Date): Promise<void> {
    for (const target of await this.exports.findDue(now))
      await unlessDamaged(this.logger, target._id, () => this.startDue(target, now));
  }

  private async startDue(target: ExportRecord, now: Date): Promise<void> {
    const { recurrence, nextAt: dueAt } = target.schedule;
    if (!dueAt || !recurrence) return;
    const ready = await this.segmentsReadySince(target, dueAt, now);
    if (!ready) return;
    const trigger: RunTrigger = {
      kind: 'schedule',
      by: null,
      scheduledFor: dueAt,
      late: now.getTime() - ready.getTime() > lateAfterMs,
    };
    const due = { 'schedule.nextAt': dueAt };
    const set = { 'schedule.nextAt': nextTime(recurrence, now) };
    if (await this.starter.start(target, { trigger }, { filter: due, set })) return;
    // Another process was quicker, and then this condition does not hold either; or the last run is not done yet.
    await this.commands.skip(
      target,
      { trigger },
      {
        code: 'run-active',
        message: 'The run before was still under way when this one was due.',
      },
      { filter: { ...due, activeRunId: { $ne: null } }, set },
    );
  }

  /**
   * Whether the export need not wait for its segments, and since when (at the earliest, its own time).
   * @returns null while one of them is being refreshed.
   */
  private async segmentsReadySince(
    { segmentIds }: ExportRecord,
    dueAt: Date,
    now: Date,
  ): Promise<Date | null> {
    const segments = await this.segments.findByIds(segmentIds);
    const busy = segments.some(({ status }) => status === 'queued' || status === 'refreshing');
    if (busy && now.getTime() - dueAt.getTime() < segmentPatienceMs) return null;
    const times = segments.map(({ statusAt }) => statusAt.getTime());
    return new Date(Math.max(dueAt.getTime(), ...times));
  }

  async startDueRefresh(now: Date): Promise<void> {
    const { schedule, nextAt: dueAt } = await this.settings.read();
    if (!dueAt || dueAt > now) return;
    const nextAt = nextRefreshTime(schedule, now);
    const late = now.getTime() - dueAt.getTime() > lateAfterMs;
    const started = await this.refreshes.start(
      { kind: 'schedule', by: null, scheduledFor: dueAt, late },
      { filter: { nextAt: dueAt }, set: { nextAt } },
    );
    if (!started && (await this.refreshRecords.passOver(dueAt, nextAt)))
      this.logger.warn('A system refresh was due while another was active: skipped');
  }

  /** Advances the active refresh, if any. */
  async driveRefresh(now: Date): Promise<void> {
    const { activeRefreshId } = await this.settings.read();
    const refresh = activeRefreshId && (await this.refreshRecords.findById(activeRefreshId));
    if (refresh?.status === 'running') await this.driver.drive(refresh);
    else if (activeRefreshId) await this.refreshRecords.free(activeRefreshId);
    await this.refreshRecords.tidy(
      activeRefreshId,
      new Date(now.getTime() - unclaimedMs),
      new Date(now.getTime() - keptRefreshesMs),
    );
  }
}
