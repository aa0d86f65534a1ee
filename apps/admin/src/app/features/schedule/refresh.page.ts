import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { RouterLink } from '@angular/router';
import { Api, cancelRefresh, getRefresh } from '@audience-relay/api-client';
import { Notice, PageHeader, Progress } from '@audience-relay/ui';
import { debounceTime, filter, interval } from 'rxjs';
import { Session } from '../../core/auth/session';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { LiveEvents } from '../../core/live/live-events';
import { Notify } from '../../core/notify';
import { ReasonTexts } from '../../shared/reason-texts';
import { Status } from '../../shared/status/status';
import { Loaded } from '../../core/http/loaded';
import { LoadState } from '../../shared/load-state';

const askEvery = 3_000;

/** One system refresh: every segment and every export in it, live while it goes on. */
@Component({
  selector: 'ar-refresh-page',
  imports: [LoadState, MatButton, MatIcon, Notice, PageHeader, Progress, Status, RouterLink],
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

  protected readonly refresh = new Loaded({
    params: () => this.id(),
    loader: (id) => this.#api.invoke(getRefresh, { id }),
  });
  protected readonly active = computed(() => this.refresh.value()?.status === 'running');
  protected readonly tasks = computed(() => {
    const refresh = this.refresh.value();
    return refresh ? [...refresh.segments, ...refresh.exports] : [];
  });
  protected readonly ended = computed(
    () => this.tasks().filter(({ finishedAt }) => finishedAt !== null).length,
  );

  constructor() {
    inject(LiveEvents)
      .events.pipe(
        filter(({ type }) => type === 'refresh'),
        debounceTime(200),
        takeUntilDestroyed(),
      )
      .subscribe(() => this.refresh.reload());
    interval(askEvery)
      .pipe(takeUntilDestroyed())
      .subscribe(() => {
        if (this.active() && !this.refresh.loading()) this.refresh.reload();
      });
  }

  protected async cancel(): Promise<void> {
    try {
      this.refresh.set(await this.#api.invoke(cancelRefresh, { id: this.id() }));
    } catch (error) {
      this.#notify.failed(error);
    }
  }
}
