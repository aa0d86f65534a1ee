import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton, MatIconButton } from '@angular/material/button';
import { MatFormField, MatLabel } from '@angular/material/form-field';
import { MatIcon } from '@angular/material/icon';
import { MatInput } from '@angular/material/input';
import { MatRadioModule } from '@angular/material/radio';
import { Router, RouterLink } from '@angular/router';
import { maxRefreshTimes, RefreshSchedule, refreshScheduleKinds } from '@audience-relay/contracts';
import {
  Api,
  getRefreshSchedule,
  listRefreshes,
  ListRefreshes$Params,
  previewRefreshTimes,
  RefreshDto,
  RefreshScheduleDto,
  setRefreshSchedule,
  startRefresh,
} from '@audience-relay/api-client';
import { Column, DataTableCell, EmptyState, Notice, PageHeader } from '@audience-relay/ui';
import { debounceTime, filter } from 'rxjs';
import { Session } from '../../core/auth/session';
import { Problem, problemOf } from '../../core/http/problem';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { LiveEvents } from '../../core/live/live-events';
import { Notify } from '../../core/notify';
import { MayHoldChanges } from '../../core/unsaved-changes';
import { Conflict } from '../../shared/conflict';
import { ListTable } from '../../shared/list/list-table';
import { PagedList } from '../../shared/list/paged-list';
import { ProblemNotice } from '../../shared/problem-notice';
import { NextTimes } from '../../shared/schedule/next-times';
import { ownTimeZone, timeZones } from '../../shared/schedule/time-zones';
import { WeekdayPicker } from '../../shared/schedule/weekday-picker';
import { Time } from '../../shared/time';
import { Status } from '../../shared/status/status';

/** When the system refreshes by itself (segments, then the exports that follow), and how the last times went. */
@Component({
  selector: 'ar-schedule-page',
  imports: [
    DataTableCell,
    EmptyState,
    ListTable,
    MatButton,
    MatFormField,
    MatIcon,
    MatIconButton,
    MatInput,
    MatLabel,
    MatRadioModule,
    NextTimes,
    Notice,
    PageHeader,
    ProblemNotice,
    RouterLink,
    Status,
    Time,
    WeekdayPicker,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './schedule.page.html',
  styleUrl: './schedule.page.scss',
})
export class SchedulePage implements MayHoldChanges {
  readonly #api = inject(Api);
  readonly #router = inject(Router);
  readonly #notify = inject(Notify);
  readonly #conflict = inject(Conflict);
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);
  protected readonly session = inject(Session);
  protected readonly kinds = refreshScheduleKinds;
  protected readonly zones = timeZones;
  protected readonly maxTimes = maxRefreshTimes;

  protected readonly stored = signal<RefreshScheduleDto | null>(null);
  protected readonly schedule = signal<RefreshSchedule | null>(null);
  protected readonly changed = signal(false);
  protected readonly saving = signal(false);
  protected readonly starting = signal(false);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly saveProblem = signal<Problem | null>(null);
  protected readonly mayEdit = computed(() => this.session.may('schedule:manage'));
  protected readonly ask = computed(() => {
    const body = this.schedule();
    if (!body || body.every === 'off') return null;
    return async () => (await this.#api.invoke(previewRefreshTimes, { body })).times;
  });
  protected readonly list = new PagedList<RefreshDto, ListRefreshes$Params>(
    (query) => this.#api.invoke(listRefreshes, query),
    { sort: '-startedAt', pageSize: 10, inAddress: false },
  );
  protected readonly columns = computed<Column[]>(() => [
    { key: 'startedAt', label: this.texts.t('runs.column.start'), sortable: true },
    { key: 'status', label: this.texts.t('runs.column.status'), sortable: true },
    { key: 'trigger', label: this.texts.t('runs.column.trigger') },
    { key: 'segments', label: this.texts.t('segments.title'), align: 'end' },
    { key: 'exports', label: this.texts.t('exports.title'), align: 'end' },
    { key: 'duration', label: this.texts.t('runs.column.duration'), align: 'end' },
  ]);

  constructor() {
    void this.load();
    inject(LiveEvents)
      .events.pipe(
        filter(({ type }) => type === 'refresh'),
        debounceTime(500),
        takeUntilDestroyed(),
      )
      .subscribe(() => void this.list.reload());
  }

  hasUnsavedChanges(): boolean {
    return this.changed();
  }

  protected async load(): Promise<void> {
    this.problem.set(null);
    try {
      this.#take(await this.#api.invoke(getRefreshSchedule));
    } catch (error) {
      this.problem.set(problemOf(error));
    }
  }

  protected change(part: Partial<RefreshSchedule>): void {
    this.schedule.update((schedule) => schedule && { ...schedule, ...part });
    this.changed.set(true);
  }

  protected setTime(index: number, time: string): void {
    this.change({ times: (this.schedule()?.times ?? []).map((each, at) => (at === index ? time : each)) });
  }

  protected addTime(): void {
    this.change({ times: [...(this.schedule()?.times ?? []), '12:00'] });
  }

  protected removeTime(index: number): void {
    this.change({ times: (this.schedule()?.times ?? []).filter((_, at) => at !== index) });
  }

  protected async save(): Promise<void> {
    const schedule = this.schedule();
    const version = this.stored()?.version;
    if (!schedule || version === undefined) return;
    this.saving.set(true);
    this.saveProblem.set(null);
    try {
      this.#take(await this.#api.invoke(setRefreshSchedule, { body: { ...schedule, version } }));
      this.#notify.done(this.texts.t('schedule.saved'));
    } catch (error) {
      await this.#refused(problemOf(error));
    } finally {
      this.saving.set(false);
    }
  }

  protected async refreshNow(): Promise<void> {
    this.starting.set(true);
    try {
      const { id } = await this.#api.invoke(startRefresh);
      await this.#router.navigate(['/schedule/refreshes', id]);
    } catch (error) {
      this.#notify.failed(error);
      const active = problemOf(error).extra['activeRefreshId'];
      if (typeof active === 'string') await this.#router.navigate(['/schedule/refreshes', active]);
    } finally {
      this.starting.set(false);
    }
  }

  async #refused(problem: Problem): Promise<void> {
    if (problem.code !== 'version-conflict') {
      this.saveProblem.set(problem);
      return;
    }
    if ((await this.#conflict.ask()) === 'theirs') return this.load();
    const { version } = await this.#api.invoke(getRefreshSchedule);
    this.stored.update((stored) => stored && { ...stored, version });
  }

  #take(stored: RefreshScheduleDto): void {
    this.stored.set(stored);
    this.schedule.set({
      every: stored.every,
      // Nobody has set anything yet: the viewer's own zone is the best guess.
      timeZone: stored.updatedAt === null ? ownTimeZone() : stored.timeZone,
      times: stored.times.length > 0 ? stored.times : ['06:00'],
      weekdays: stored.weekdays ?? [],
    });
    this.changed.set(false);
  }
}
