import {
  type ExportRecord,
  ExportRepository,
  LeaseRepository,
  RefreshRepository,
  RefreshSettingsRepository,
  RunCommandsRepository,
  type RunTrigger,
  SegmentRepository,
} from '@audience-relay/data';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { LedTask } from '../background/led-task';
import { RefreshDriver } from '../refreshes/refresh-driver';
import { RefreshesService } from '../refreshes/refreshes.service';
import { RunStarter } from '../runs/run-starter';
import { nextRefreshTime, nextTime } from './next-times';
import { unlessDamaged } from '../problems/unless-damaged';

const tickMs = 2_000;

/** What starts later than this after its time had been missed, and says so. */
export const lateAfterMs = 2 * 60_000;

/** How long a due export waits for segments that are being refreshed. */
const segmentPatienceMs = 60 * 60_000;

/** A leader that is silent for so long is succeeded. */
const leaseMs = 10_000;

/** A refresh that got no place by then was left behind by a process that died. */
const unclaimedMs = 60_000;

const keptRefreshesMs = 90 * 24 * 60 * 60_000;

/**
 * Starts what is due. Schedules stand in the database with their next time; this only looks at the clock. What is due
 * is claimed by one conditional update on that very time, so it starts once, however many processes look.
 */
@Injectable()
export class ScheduleClock implements OnApplicationShutdown {
  private readonly logger = new Logger('Schedules');
  private readonly task: LedTask;

  constructor(
    private readonly exports: ExportRepository,
    private readonly segments: SegmentRepository,
    private readonly commands: RunCommandsRepository,
    private readonly starter: RunStarter,
    private readonly settings: RefreshSettingsRepository,
    private readonly refreshRecords: RefreshRepository,
    private readonly refreshes: RefreshesService,
    private readonly driver: RefreshDriver,
    leases: LeaseRepository,
  ) {
    const { logger } = this;
    this.task = new LedTask({ name: 'schedules', leases, leaseMs, logger, work: (now) => this.look(now) });
  }

  @Interval(tickMs)
  tick(): Promise<void> {
    return this.task.tick();
  }

  onApplicationShutdown(): Promise<void> {
    return this.task.stop();
  }

  private async look(now: Date): Promise<void> {
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
      this.logger.warn('A system refresh was due while one was under way: passed over');
  }

  /** Moves the refresh on that is under way, if any. */
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
