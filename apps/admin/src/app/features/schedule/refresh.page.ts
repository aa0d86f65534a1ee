import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { RouterLink } from '@angular/router';
import { Api, cancelRefresh, getRefresh, RefreshDto } from '@audience-relay/api-client';
import { Notice, PageHeader, Progress } from '@audience-relay/ui';
import { debounceTime, filter, interval } from 'rxjs';
import { Session } from '../../core/auth/session';
import { Problem, problemOf } from '../../core/http/problem';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { LiveEvents } from '../../core/live/live-events';
import { Notify } from '../../core/notify';
import { ProblemNotice } from '../../shared/problem-notice';
import { ReasonTexts } from '../../shared/reason-texts';
import { Status } from '../../shared/status/status';

const askEvery = 3_000;

/** One system refresh: every segment and every export in it, live while it goes on. */
@Component({
  selector: 'ar-refresh-page',
  imports: [MatButton, MatIcon, Notice, PageHeader, ProblemNotice, Progress, Status, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './refresh.page.html',
})
export class RefreshPage {
  readonly #api = inject(Api);
  readonly #notify = inject(Notify);
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);
  protected readonly session = inject(Session);
  protected readonly reasons = inject(ReasonTexts);

  /** From the address. */
  readonly id = input.required<string>();

  protected readonly refresh = signal<RefreshDto | null>(null);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly active = computed(() => this.refresh()?.status === 'running');
  protected readonly tasks = computed(() => {
    const refresh = this.refresh();
    return refresh ? [...refresh.segments, ...refresh.exports] : [];
  });
  protected readonly ended = computed(
    () => this.tasks().filter(({ finishedAt }) => finishedAt !== null).length,
  );

  constructor() {
    effect(() => void this.load(this.id()));
    inject(LiveEvents)
      .events.pipe(
        filter(({ type }) => type === 'refresh'),
        debounceTime(200),
        takeUntilDestroyed(),
      )
      .subscribe(() => void this.load(this.id()));
    interval(askEvery)
      .pipe(takeUntilDestroyed())
      .subscribe(() => {
        if (this.active()) void this.load(this.id());
      });
  }

  protected async load(id: string): Promise<void> {
    try {
      const found = await this.#api.invoke(getRefresh, { id });
      if (id !== this.id()) return;
      this.problem.set(null);
      this.refresh.set(found);
    } catch (error) {
      if (id === this.id() && !this.refresh()) this.problem.set(problemOf(error));
    }
  }

  protected async cancel(): Promise<void> {
    try {
      this.refresh.set(await this.#api.invoke(cancelRefresh, { id: this.id() }));
    } catch (error) {
      this.#notify.failed(error);
    }
  }
}
