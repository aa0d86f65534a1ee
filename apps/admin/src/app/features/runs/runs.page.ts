import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatFormField, MatLabel } from '@angular/material/form-field';
import { MatSelectModule } from '@angular/material/select';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { RunStatus, runStatuses } from '@audience-relay/contracts';
import { Api, listRuns, ListRuns$Params, RunDto } from '@audience-relay/api-client';
import { Column, DataTableCell, EmptyState, PageHeader } from '@audience-relay/ui';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { LiveEvents } from '../../core/live/live-events';
import { ListTable } from '../../shared/list/list-table';
import { PagedList } from '../../shared/list/paged-list';
import { ReasonTexts } from '../../shared/reason-texts';
import { Status } from '../../shared/status/status';
import { Time } from '../../shared/time';
import { RunNumbers } from './run-numbers';

/** Every run of every export, newest first. */
@Component({
  selector: 'ar-runs-page',
  imports: [
    DataTableCell,
    EmptyState,
    ListTable,
    MatButton,
    MatFormField,
    MatLabel,
    MatSelectModule,
    PageHeader,
    RouterLink,
    Status,
    Time,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './runs.page.html',
})
export class RunsPage {
  readonly #api = inject(Api);
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);
  protected readonly numbers = inject(RunNumbers);
  protected readonly reasons = inject(ReasonTexts);
  protected readonly statuses = runStatuses;
  protected readonly status = signal<RunStatus[]>([]);

  protected readonly list = new PagedList<RunDto, ListRuns$Params>(
    (query) =>
      this.#api.invoke(listRuns, { ...query, ...(this.status().length > 0 && { status: this.status() }) }),
    { sort: '-queuedAt', dependsOn: () => this.status() },
  );

  protected readonly columns = computed<Column[]>(() => [
    { key: 'export', label: this.texts.t('runs.column.export'), sortable: true },
    { key: 'status', label: this.texts.t('runs.column.status'), sortable: true },
    { key: 'queuedAt', label: this.texts.t('runs.column.start'), sortable: true },
    { key: 'trigger', label: this.texts.t('runs.column.trigger') },
    { key: 'duration', label: this.texts.t('runs.column.duration') },
    { key: 'sent', label: this.texts.t('runs.column.results'), sortable: true },
  ]);

  constructor() {
    inject(LiveEvents)
      .runs.pipe(takeUntilDestroyed())
      .subscribe((run) => this.list.update((item) => (item.id === run.id ? run : item)));
  }
}
