import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { Router, RouterLink } from '@angular/router';
import {
  Api,
  ExportDto,
  getExport,
  listExportRuns,
  ListExportRuns$Params,
  listProfileFields,
  previewExport,
  RunDto,
} from '@audience-relay/api-client';
import { Column, DataTableCell, EmptyState, Notice, PageHeader } from '@audience-relay/ui';
import { Session } from '../../core/auth/session';
import { Destinations } from '../../core/destinations';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { LiveEvents } from '../../core/live/live-events';
import { SpecTexts } from '../../shared/fields/spec-texts';
import { ListTable } from '../../shared/list/list-table';
import { PagedList } from '../../shared/list/paged-list';
import { ReasonTexts } from '../../shared/reason-texts';
import { ScheduleSummary } from '../../shared/schedule/schedule-summary';
import { Status } from '../../shared/status/status';
import { Time } from '../../shared/time';
import { RunNumbers } from '../runs/run-numbers';
import { DryRun } from './dry-run';
import { ExportActions } from './export-actions';
import { Loaded } from '../../core/http/loaded';
import { LoadState } from '../../shared/load-state';

/** One export: what it sends where, its runs, and what one may do with it. Everyone may look. */
@Component({
  selector: 'ar-export-page',
  imports: [
    DataTableCell,
    DryRun,
    EmptyState,
    ListTable,
    LoadState,
    MatButton,
    MatIcon,
    Notice,
    PageHeader,
    RouterLink,
    ScheduleSummary,
    Status,
    Time,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './export.page.html',
})
export class ExportPage {
  readonly #api = inject(Api);
  readonly #router = inject(Router);
  readonly #words = inject(SpecTexts);
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);
  protected readonly session = inject(Session);
  protected readonly destinations = inject(Destinations);
  protected readonly actions = inject(ExportActions);
  protected readonly reasons = inject(ReasonTexts);
  protected readonly numbers = inject(RunNumbers);

  /** From the address. */
  readonly id = input.required<string>();

  protected readonly export = new Loaded({
    params: () => this.id(),
    loader: (id) => this.#api.invoke(getExport, { id }),
  });
  protected readonly previewOf = signal<string | undefined>(undefined);
  protected readonly preview = new Loaded({
    params: () => this.previewOf(),
    loader: (id) => this.#api.invoke(previewExport, { id }),
  });
  /** The keys are shown while there are none: a label is a comfort, not the fact. */
  readonly #fields = new Loaded({ loader: () => this.#api.invoke(listProfileFields) });
  readonly #fieldLabels = computed(
    () => new Map(this.#fields.value()?.items.map(({ key, label }) => [key, label])),
  );

  protected readonly runs = new PagedList<RunDto, ListExportRuns$Params>(
    (query) => this.#api.invoke(listExportRuns, { ...query, id: this.id() }),
    { sort: '-queuedAt', pageSize: 10, inAddress: false, dependsOn: () => this.id() },
  );
  protected readonly columns = computed<Column[]>(() => [
    { key: 'queuedAt', label: this.texts.t('runs.column.start'), sortable: true },
    { key: 'status', label: this.texts.t('runs.column.status'), sortable: true },
    { key: 'trigger', label: this.texts.t('runs.column.trigger') },
    { key: 'results', label: this.texts.t('runs.column.results') },
  ]);
  protected readonly destination = computed(() =>
    this.destinations.find(this.export.value()?.destination ?? ''),
  );
  /** The settings that say where to, in words: "List: Newsletter". */
  protected readonly target = computed(() => {
    const item = this.export.value();
    return (this.destination()?.settingsFields ?? []).flatMap((spec) => {
      const { key, options } = spec;
      const destination = item?.destination ?? '';
      const value = item?.settingsLabels?.[key] ?? item?.settings?.[key];
      if (value === undefined || value === null || value === '') return [];
      const option = options?.find((candidate) => candidate.value === value);
      const shown = option ? this.#words.option(destination, spec, option) : String(value);
      return [{ label: this.#words.label(destination, spec), value: shown }];
    });
  });
  protected readonly mapping = computed(() => {
    const item = this.export.value();
    if (!item?.mapping) return [];
    const remote = (key: string) => {
      const field = this.destination()?.mapping.fields.find((candidate) => candidate.key === key);
      return field ? this.#words.label(item.destination, field) : key;
    };
    return [
      ...Object.entries(item.mapping.fields).map(([key, source]) => ({
        to: remote(key),
        from: this.#label(source),
      })),
      ...item.mapping.custom.map(({ name, source }) => ({ to: name, from: this.#label(source) })),
    ];
  });

  constructor() {
    inject(LiveEvents)
      .runs.pipe(takeUntilDestroyed())
      .subscribe((run) => {
        if (run.exportId !== this.id()) return;
        this.runs.update((shown) => (shown.id === run.id ? run : shown));
        this.export.update((item) => ({ ...item, activeRunId: run.finishedAt ? null : run.id }));
      });
  }

  protected async detach(item: ExportDto): Promise<void> {
    const detached = await this.actions.detach(item);
    if (detached) this.export.set(detached);
  }

  protected async attach(item: ExportDto): Promise<void> {
    const attached = await this.actions.attach(item);
    if (attached) this.export.set(attached);
  }

  protected async remove(item: ExportDto): Promise<void> {
    if (await this.actions.remove(item)) await this.#router.navigate(['/exports']);
  }

  #label(key: string): string {
    return this.#fieldLabels().get(key) ?? key;
  }
}
