import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { Api, ExportDto, listExports, listRuns, listSegments, RunDto } from '@audience-relay/api-client';
import { EmptyState, Notice, PageHeader } from '@audience-relay/ui';
import { debounceTime } from 'rxjs';
import { Session } from '../../core/auth/session';
import { Problem, problemOf } from '../../core/http/problem';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { LiveEvents } from '../../core/live/live-events';
import { ProblemNotice } from '../../shared/problem-notice';
import { ReasonTexts } from '../../shared/reason-texts';
import { Status } from '../../shared/status/status';
import { Time } from '../../shared/time';
import { RunNumbers } from '../runs/run-numbers';
import { DeliveredChart, DeliveredDay } from './delivered-chart';

const shownRuns = 6;
const days = 14;

/** How things are: what fails, what ran last, and how much was delivered lately. */
@Component({
  selector: 'ar-home-page',
  imports: [
    DeliveredChart,
    EmptyState,
    MatButton,
    Notice,
    PageHeader,
    ProblemNotice,
    RouterLink,
    Status,
    Time,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './home.page.html',
  styleUrl: './home.page.scss',
})
export class HomePage {
  readonly #api = inject(Api);
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);
  protected readonly session = inject(Session);
  protected readonly reasons = inject(ReasonTexts);
  protected readonly numbers = inject(RunNumbers);

  protected readonly problem = signal<Problem | null>(null);
  protected readonly exports = signal<ExportDto[] | null>(null);
  protected readonly exportCount = signal(0);
  protected readonly segmentCount = signal(0);
  readonly #runs = signal<RunDto[]>([]);

  protected readonly lastRuns = computed(() => this.#runs().slice(0, shownRuns));
  protected readonly failing = computed(() =>
    (this.exports() ?? []).filter(
      ({ lastRun }) => lastRun?.status === 'failed' || lastRun?.status === 'skipped',
    ),
  );
  protected readonly perDay = computed<DeliveredDay[]>(() => {
    const sums = new Map<string, number>();
    for (let back = days - 1; back >= 0; back--) sums.set(dayOf(Date.now() - back * 86_400_000), 0);
    for (const { queuedAt, counts } of this.#runs()) {
      const day = dayOf(Date.parse(queuedAt));
      const sum = sums.get(day);
      if (sum !== undefined) sums.set(day, sum + counts.sent - counts.rejected);
    }
    return [...sums].map(([day, count]) => ({ day, count }));
  });
  protected readonly delivered = computed(() => this.perDay().reduce((sum, { count }) => sum + count, 0));
  /** Everything is new: nothing to report, but something to begin with. */
  protected readonly fresh = computed(() => this.exports() !== null && this.exportCount() === 0);

  constructor() {
    void this.load();
    inject(LiveEvents)
      .runs.pipe(debounceTime(1_000), takeUntilDestroyed())
      .subscribe(() => void this.load());
  }

  protected async load(): Promise<void> {
    try {
      const since = new Date(Date.now() - days * 86_400_000).toISOString();
      const [exports, runs, segments] = await Promise.all([
        this.#api.invoke(listExports, { limit: 200, sort: '-lastRunAt' }),
        this.#api.invoke(listRuns, { limit: 200, sort: '-queuedAt', since }),
        this.#api.invoke(listSegments, { limit: 1 }),
      ]);
      this.problem.set(null);
      this.exports.set(exports.items);
      this.exportCount.set(exports.total);
      this.segmentCount.set(segments.total);
      this.#runs.set(runs.items);
    } catch (error) {
      this.problem.set(problemOf(error));
    }
  }
}

/** A day of the viewer's calendar: `2026-05-17`. */
function dayOf(time: number): string {
  return new Intl.DateTimeFormat('sv-SE').format(time);
}
