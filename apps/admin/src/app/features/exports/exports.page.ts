import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton, MatIconButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { MatMenuModule } from '@angular/material/menu';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import { Api, ExportDto, listExports, ListExports$Params, runAllExports } from '@audience-relay/api-client';
import { Column, DataTable, DataTableCell, EmptyState, PageHeader } from '@audience-relay/ui';
import { Destinations } from '../../core/destinations';
import { Session } from '../../core/auth/session';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { LiveEvents } from '../../core/live/live-events';
import { Notify } from '../../core/notify';
import { PagedList } from '../../shared/list/paged-list';
import { ProblemNotice } from '../../shared/problem-notice';
import { ReasonTexts } from '../../shared/reason-texts';
import { RunStatusChip } from '../../shared/run-status';
import { Time } from '../../shared/time';
import { ExportActions } from './export-actions';

@Component({
  selector: 'ar-exports-page',
  imports: [
    DataTable,
    DataTableCell,
    EmptyState,
    MatButton,
    MatIcon,
    MatIconButton,
    MatMenuModule,
    MatTooltip,
    PageHeader,
    ProblemNotice,
    RouterLink,
    RunStatusChip,
    Time,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './exports.page.html',
})
export class ExportsPage {
  readonly #api = inject(Api);
  readonly #notify = inject(Notify);
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);
  protected readonly destinations = inject(Destinations);
  protected readonly session = inject(Session);
  protected readonly reasons = inject(ReasonTexts);
  protected readonly actions = inject(ExportActions);

  protected readonly list = new PagedList<ExportDto, ListExports$Params>(
    (query) => this.#api.invoke(listExports, query),
    { sort: 'name' },
  );

  protected readonly columns = computed<Column[]>(() => [
    { key: 'name', label: this.texts.t('exports.column.name'), sortable: true },
    { key: 'connection', label: this.texts.t('exports.column.connection') },
    { key: 'segments', label: this.texts.t('exports.column.segments') },
    { key: 'status', label: this.texts.t('exports.column.status'), sortable: true },
    { key: 'lastRunAt', label: this.texts.t('exports.column.lastRun'), sortable: true },
    { key: 'schedule', label: this.texts.t('exports.column.schedule') },
    { key: 'permissions', label: this.texts.t('exports.column.permissions') },
    { key: 'actions', label: this.texts.t('ui.actions'), hideLabel: true },
  ]);

  constructor() {
    inject(LiveEvents)
      .runs.pipe(takeUntilDestroyed())
      .subscribe((run) =>
        this.list.update((item) =>
          item.id === run.exportId
            ? { ...item, lastRun: run, activeRunId: run.finishedAt ? null : run.id }
            : item,
        ),
      );
  }

  protected async runAll(): Promise<void> {
    try {
      const { started, skipped } = await this.#api.invoke(runAllExports);
      const done = this.texts.n('exports.runAllDone', started.length);
      const not = skipped.map(({ name }) => name);
      this.#notify.done(
        not.length === 0
          ? done
          : `${done} ${this.texts.t('exports.runAllSkipped', { names: this.formats.list(not) })}`,
      );
      await this.list.reload();
    } catch (error) {
      this.#notify.failed(error);
    }
  }

  protected async detach(item: ExportDto): Promise<void> {
    if (await this.actions.detach(item)) await this.list.reload();
  }

  protected async attach(item: ExportDto): Promise<void> {
    if (await this.actions.attach(item)) await this.list.reload();
  }

  protected async remove(item: ExportDto): Promise<void> {
    if (await this.actions.remove(item)) await this.list.reload();
  }
}
