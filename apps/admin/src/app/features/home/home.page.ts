import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { RouterLink } from '@angular/router';
import { activeRunStatuses } from '@audience-relay/contracts';
import {
  Api,
  getExportOverview,
  listConnections,
  listProfiles,
  listRuns,
  listSegments,
} from '@audience-relay/api-client';
import { Notice, PageHeader } from '@audience-relay/ui';
import { auditTime } from 'rxjs';
import { Session } from '../../core/auth/session';
import { Loaded } from '../../core/http/loaded';
import { Formats } from '../../core/i18n/formats';
import { TextKey } from '../../core/i18n/text-key';
import { Texts } from '../../core/i18n/texts';
import { LiveEvents } from '../../core/live/live-events';
import { LoadState } from '../../shared/load-state';
import { ReasonTexts } from '../../shared/reason-texts';
import { ownTimeZone } from '../../shared/schedule/time-zones';
import { Status } from '../../shared/status/status';
import { Time } from '../../shared/time';
import { RunNumbers } from '../runs/run-numbers';
import { DeliveredChart } from './delivered-chart';

const shownRuns = 6;
const days = 14;

interface FirstStep {
  text: TextKey;
  link: string;
  done: boolean;
}

/** How things are: what needs attention, what runs, and how much was delivered lately. */
@Component({
  selector: 'ar-home-page',
  imports: [DeliveredChart, LoadState, MatButton, MatIcon, Notice, PageHeader, RouterLink, Status, Time],
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

  protected readonly home = new Loaded({
    loader: async () => {
      const [overview, running, runs] = await Promise.all([
        this.#api.invoke(getExportOverview, { days, timeZone: ownTimeZone() }),
        this.#api.invoke(listRuns, { limit: shownRuns, sort: '-queuedAt', status: [...activeRunStatuses] }),
        this.#api.invoke(listRuns, { limit: shownRuns, sort: '-queuedAt' }),
      ]);
      return { overview, running: running.items, runs: runs.items, asked: Date.now() };
    },
  });
  readonly #overview = computed(() => this.home.value()?.overview);
  protected readonly delivered = computed(() =>
    (this.#overview()?.delivered ?? []).reduce((sum, day) => sum + day.delivered, 0),
  );
  /** Everything that needs a person, all kinds together. */
  protected readonly problems = computed(() => {
    const overview = this.#overview();
    return overview ? overview.inTrouble + overview.detachedCount + overview.badConnections.length : 0;
  });
  /** The days of the chart, in the viewer's calendar. */
  protected readonly days = computed(() => {
    const now = this.home.value()?.asked ?? 0;
    // Sweden writes dates as ISO 8601 does.
    const format = new Intl.DateTimeFormat('sv-SE');
    return Array.from({ length: days }, (_, index) => format.format(now - (days - 1 - index) * 86_400_000));
  });

  /** Before the first run: what is there already, and what comes next. */
  protected readonly beginning = new Loaded({
    params: () => (this.home.value()?.runs.length === 0 ? this.#overview() : undefined),
    loader: async ({ exports }): Promise<FirstStep[]> => {
      const mayConnect = this.session.may('connection:use');
      const [profiles, segments, connections] = await Promise.all([
        this.#api.invoke(listProfiles, { limit: 1 }),
        this.#api.invoke(listSegments, { limit: 1 }),
        mayConnect ? this.#api.invoke(listConnections, { limit: 1 }) : { total: exports },
      ]);
      return [
        { text: 'home.first.profiles', link: '/profiles/imports/new', done: profiles.total > 0 },
        { text: 'home.first.segment', link: '/segments/new', done: segments.total > 0 },
        { text: 'home.first.connection', link: '/connections/new', done: connections.total > 0 },
        { text: 'home.first.export', link: '/exports/new', done: exports > 0 },
        { text: 'home.first.run', link: '/exports', done: false },
      ];
    },
  });
  protected readonly nextStep = computed(() => this.beginning.value()?.find(({ done }) => !done));

  constructor() {
    inject(LiveEvents)
      .events.pipe(auditTime(1_000), takeUntilDestroyed())
      .subscribe(() => this.home.reload());
  }
}
