import { ChangeDetectionStrategy, Component, computed, effect, inject, signal } from '@angular/core';
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
  getWorkspaceSettings,
  listRefreshes,
  ListRefreshes$Params,
  previewRefreshTimes,
  RefreshDto,
  RefreshScheduleDto,
  setRefreshSchedule,
  SetRefreshScheduleDto,
  startRefresh,
  setWorkspaceSettings,
} from '@audience-relay/api-client';
import { Column, DataTableCell, EmptyState, Notice, PageHeader } from '@audience-relay/ui';
import { debounceTime, filter } from 'rxjs';
import { Session } from '../../core/auth/session';
import { problemOf } from '../../core/http/problem';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { LiveEvents } from '../../core/live/live-events';
import { Notify } from '../../core/notify';
import { MayHoldChanges } from '../../core/unsaved-changes';
import { ListTable } from '../../shared/list/list-table';
import { PagedList } from '../../shared/list/paged-list';
import { ProblemNotice } from '../../shared/problem-notice';
import { NextTimes } from '../../shared/schedule/next-times';
import { ownTimeZone, timeZones } from '../../shared/schedule/time-zones';
import { WeekdayPicker } from '../../shared/schedule/weekday-picker';
import { Time } from '../../shared/time';
import { Status } from '../../shared/status/status';
import { Loaded } from '../../core/http/loaded';
import { LoadState } from '../../shared/load-state';
import { controlState } from '../../shared/forms/control-state';
import { FormSaving } from '../../shared/forms/form-saving';
import { FormControl, FormGroup } from '@angular/forms';

/** When the system refreshes by itself (segments, then the exports that follow), and how the last times went. */
@Component({
  selector: 'ar-schedule-page',
  imports: [
    DataTableCell,
    EmptyState,
    ListTable,
    LoadState,
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
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);
  protected readonly session = inject(Session);
  protected readonly kinds = refreshScheduleKinds;
  protected readonly zones = timeZones;
  protected readonly maxTimes = maxRefreshTimes;

  protected readonly stored = new Loaded({ loader: () => this.#api.invoke(getRefreshSchedule) });
  protected readonly form = new FormGroup({
    schedule: new FormControl<RefreshSchedule | null>(null),
  });
  readonly #state = controlState(() => this.form.controls.schedule);
  protected readonly schedule = computed(() => this.#state()?.value ?? null);
  protected readonly saving = new FormSaving<RefreshScheduleDto>(this.form, {
    conflict: {
      latest: () => this.#api.invoke(getRefreshSchedule),
      take: (theirs) => this.stored.set(theirs),
      keep: ({ version }) => (this.#version = version),
    },
  });
  #version = 0;
  protected readonly workspace = new Loaded({ loader: () => this.#api.invoke(getWorkspaceSettings) });
  protected readonly settingZone = signal(false);
  protected readonly starting = signal(false);
  protected readonly changed = computed(() => this.#state()?.dirty ?? false);
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
    effect(() => {
      const stored = this.stored.value();
      if (stored) this.#take(stored);
    });
    inject(LiveEvents)
      .events.pipe(
        filter(({ type }) => type === 'refresh'),
        debounceTime(500),
        takeUntilDestroyed(),
      )
      .subscribe(() => this.list.reload());
  }

  /** A stored zone can be one that this browser does not list. */
  protected zonesWith(stored: string): readonly string[] {
    return this.zones.includes(stored) ? this.zones : [stored, ...this.zones];
  }

  protected async setWorkspaceZone(timeZone: string): Promise<void> {
    const stored = this.workspace.value();
    if (!stored) return;
    this.settingZone.set(true);
    try {
      const body = { timeZone, version: stored.version };
      this.workspace.set(await this.#api.invoke(setWorkspaceSettings, { body }));
      this.#notify.done(this.texts.t('schedule.workspaceSaved'));
    } catch (error) {
      this.#notify.failed(error);
      this.workspace.reload();
    } finally {
      this.settingZone.set(false);
    }
  }

  hasUnsavedChanges(): boolean {
    return this.form.dirty;
  }

  protected change(part: Partial<RefreshSchedule>): void {
    const { schedule } = this.form.controls;
    schedule.setValue(schedule.value && { ...schedule.value, ...part });
    schedule.markAsDirty();
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

  protected save(): Promise<void> {
    return this.saving.save(
      () => {
        // The form is shown when the schedule is there.
        const body = { ...this.form.getRawValue().schedule, version: this.#version } as SetRefreshScheduleDto;
        return this.#api.invoke(setRefreshSchedule, { body });
      },
      (saved) => {
        this.stored.set(saved);
        this.#notify.done(this.texts.t('schedule.saved'));
      },
    );
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

  #take(stored: RefreshScheduleDto): void {
    this.#version = stored.version;
    const schedule: RefreshSchedule = {
      every: stored.every,
      // Nobody has set anything yet: the viewer's own zone is the best guess.
      timeZone: stored.updatedAt === null ? ownTimeZone() : stored.timeZone,
      times: stored.times.length > 0 ? stored.times : ['06:00'],
      weekdays: stored.weekdays ?? [],
    };
    this.form.reset({ schedule });
  }
}
