import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { MatTabsModule } from '@angular/material/tabs';
import { Router, RouterLink } from '@angular/router';
import { isActive } from '@audience-relay/contracts';
import {
  Api,
  cancelRun,
  downloadRunIssues,
  getExport,
  getRun,
  retryRun,
  RunDto,
  RunIssueKind,
} from '@audience-relay/api-client';
import { Confirm, Notice, PageHeader, Progress } from '@audience-relay/ui';
import { interval } from 'rxjs';
import { Destinations } from '../../core/destinations';
import { download } from '../../core/download';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { LiveEvents } from '../../core/live/live-events';
import { Notify } from '../../core/notify';
import { ReasonTexts } from '../../shared/reason-texts';
import { Status } from '../../shared/status/status';
import { RunBatches } from './run-batches';
import { RunIssues } from './run-issues';
import { RunNumbers } from './run-numbers';
import { RunRemovals } from './run-removals';
import { RunTimeline } from './run-timeline';
import { Loaded } from '../../core/http/loaded';
import { LoadState } from '../../shared/load-state';

/** How often to ask while no live events come, and how often to make sure while they do. */
const askEvery = 3_000;
const verifyEvery = 15_000;

/** One run, live while it goes on: what arrived, what did not and why, and every batch. */
@Component({
  selector: 'ar-run-page',
  imports: [
    LoadState,
    MatButton,
    MatIcon,
    MatTabsModule,
    Notice,
    PageHeader,
    Progress,
    RouterLink,
    RunBatches,
    RunIssues,
    RunRemovals,
    Status,
    RunTimeline,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './run.page.html',
  styleUrl: './run.page.scss',
})
export class RunPage {
  readonly #api = inject(Api);
  readonly #router = inject(Router);
  readonly #live = inject(LiveEvents);
  readonly #notify = inject(Notify);
  readonly #confirm = inject(Confirm);
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);
  protected readonly destinations = inject(Destinations);
  protected readonly numbers = inject(RunNumbers);
  protected readonly reasons = inject(ReasonTexts);

  protected readonly tiles = ['added', 'changed', 'unchanged', 'removed', 'rejected', 'skipped'] as const;

  /** From the address. */
  readonly id = input.required<string>();

  protected readonly answer = new Loaded({
    params: () => this.id(),
    loader: (id) => this.#api.invoke(getRun, { id }),
  });
  readonly #exportId = computed(() => this.answer.value()?.exportId);
  /** Without one, because it was removed since, the run is still worth reading. */
  protected readonly export = new Loaded({
    params: () => this.#exportId(),
    loader: (id) => this.#api.invoke(getExport, { id }),
  });
  protected readonly pushed = signal<RunDto | null>(null);
  /** The newest state: an answer may be older than an event that overtook it. */
  protected readonly run = computed(() => {
    const [answer, pushed] = [this.answer.value(), this.pushed()];
    return pushed?.id === answer?.id && pushed && answer && pushed.updatedAt > answer.updatedAt
      ? pushed
      : answer;
  });
  protected readonly busy = signal(false);
  protected readonly active = computed(() => {
    const run = this.run();
    return run !== undefined && isActive(run.status);
  });
  /** Members that have been dealt with, whatever became of them. */
  protected readonly done = computed(() => this.run()?.counts.members ?? null);
  /** Events do not say it: it is the reader's, not the run's. */
  protected readonly permissions = computed(() => this.answer.value()?.permissions ?? []);
  protected readonly canEdit = computed(() => this.permissions().includes('export:run'));
  protected readonly canReadIssues = computed(() => this.permissions().includes('run:read-rejected'));
  protected readonly canRetry = computed(() => {
    const run = this.run();
    return !this.active() && run !== undefined && run.counts.rejected > 0 && this.canEdit();
  });

  constructor() {
    this.#live.runs.pipe(takeUntilDestroyed()).subscribe((run) => {
      if (run.id === this.id()) this.pushed.set(run);
    });
    let asked = Date.now();
    interval(askEvery)
      .pipe(takeUntilDestroyed())
      .subscribe(() => {
        const pause = this.#live.connected() ? verifyEvery : askEvery;
        if (!this.active() || this.answer.loading() || Date.now() - asked < pause) return;
        asked = Date.now();
        this.answer.reload();
      });
  }

  protected async cancel(): Promise<void> {
    const sure = await this.#confirm.ask({
      heading: this.texts.t('run.cancelQuestion.heading'),
      text: this.texts.t('run.cancelQuestion.text'),
      confirm: this.texts.t('run.cancel'),
      cancel: this.texts.t('run.cancelQuestion.keep'),
      danger: true,
    });
    if (!sure) return;
    await this.#do(async () => this.pushed.set(await this.#api.invoke(cancelRun, { id: this.id() })));
  }

  protected async retry(): Promise<void> {
    await this.#do(async () => {
      const { id } = await this.#api.invoke(retryRun, { id: this.id() });
      await this.#router.navigate(['/runs', id]);
    });
  }

  protected async download(kind?: RunIssueKind): Promise<void> {
    await this.#do(async () => {
      const file = await this.#api.invoke(downloadRunIssues, { id: this.id(), ...(kind && { kind }) });
      download(file, `run-${this.id()}-${kind ?? 'issues'}.csv`);
    });
  }

  async #do(work: () => Promise<void>): Promise<void> {
    this.busy.set(true);
    try {
      await work();
    } catch (error) {
      this.#notify.failed(error);
    } finally {
      this.busy.set(false);
    }
  }
}
