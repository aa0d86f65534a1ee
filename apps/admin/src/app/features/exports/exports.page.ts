import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton, MatIconButton } from '@angular/material/button';
import { MatCheckbox } from '@angular/material/checkbox';
import { MatIcon } from '@angular/material/icon';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import {
  Api,
  BulkScheduleResultDto,
  ExportDto,
  getExportOverview,
  listExports,
  ListExports$Params,
  runAllExports,
} from '@audience-relay/api-client';
import {
  Column,
  Confirm,
  DataTableCell,
  Dialogs,
  EmptyState,
  Notice,
  PageHeader,
  RowAction,
  RowMenu,
} from '@audience-relay/ui';
import { Destinations } from '../../core/destinations';
import { Session } from '../../core/auth/session';
import { ProblemTexts } from '../../core/http/problem-texts';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { LiveEvents } from '../../core/live/live-events';
import { Notify } from '../../core/notify';
import { ChosenRows } from '../../shared/list/chosen-rows';
import { ListTable } from '../../shared/list/list-table';
import { PagedList } from '../../shared/list/paged-list';
import { ReasonTexts } from '../../shared/reason-texts';
import { ScheduleSummary } from '../../shared/schedule/schedule-summary';
import { Status } from '../../shared/status/status';
import { Time } from '../../shared/time';
import { Unchanged, unchanged } from './bulk-schedule';
import { BulkScheduleDialog } from './bulk-schedule-dialog';
import { ExportActions } from './export-actions';

/** More segments of one export are only counted in the list. */
const namedSegments = 2;

@Component({
  selector: 'ar-exports-page',
  imports: [
    DataTableCell,
    EmptyState,
    ListTable,
    MatButton,
    MatCheckbox,
    MatIcon,
    MatIconButton,
    MatTooltip,
    Notice,
    PageHeader,
    RouterLink,
    RowMenu,
    ScheduleSummary,
    Status,
    Time,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './exports.page.html',
  styles: `
    .unchanged {
      margin-bottom: 16px;
    }
    ul {
      margin: 4px 0 0;
      padding-left: 20px;
    }
  `,
})
export class ExportsPage {
  readonly #api = inject(Api);
  readonly #notify = inject(Notify);
  readonly #confirm = inject(Confirm);
  readonly #dialogs = inject(Dialogs);
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);
  protected readonly destinations = inject(Destinations);
  protected readonly session = inject(Session);
  protected readonly reasons = inject(ReasonTexts);
  protected readonly problems = inject(ProblemTexts);
  protected readonly actions = inject(ExportActions);

  protected readonly list = new PagedList<ExportDto, ListExports$Params>(
    (query) => this.#api.invoke(listExports, query),
    { sort: 'name' },
  );

  protected readonly choosing = computed(() => this.session.may('export:write') && !this.list.blank());
  protected readonly chosen = new ChosenRows<ExportDto>(({ canEdit }) => canEdit);
  protected readonly shownChosen = computed(() => this.chosen.of(this.list.items()));
  protected readonly someEditable = computed(() => this.list.items().some(({ canEdit }) => canEdit));
  /** Of the last time that schedules were set for several. */
  protected readonly unchanged = signal<Unchanged[]>([]);

  protected readonly columns = computed<Column[]>(() => [
    ...(this.choosing()
      ? [{ key: 'choose', label: this.texts.t('exports.choose.column'), hideLabel: true }]
      : []),
    { key: 'name', label: this.texts.t('exports.column.name'), sortable: true },
    { key: 'connection', label: this.texts.t('exports.column.connection') },
    { key: 'status', label: this.texts.t('exports.column.status'), sortable: true },
    { key: 'lastRunAt', label: this.texts.t('exports.column.lastRun'), sortable: true },
    { key: 'schedule', label: this.texts.t('exports.column.schedule') },
    { key: 'updatedAt', label: this.texts.t('exports.column.updated'), sortable: true },
    // Administrators may edit every export: to them the column would say nothing.
    ...(this.session.may('connection:manage')
      ? []
      : [{ key: 'permissions', label: this.texts.t('exports.column.permissions') }]),
    { key: 'actions', label: this.texts.t('ui.actions'), hideLabel: true },
  ]);

  protected segmentNames({ segments }: ExportDto): string[] {
    const names = segments.map(({ name }) => name);
    if (names.length <= namedSegments) return names;
    const more = this.texts.t('exports.moreSegments', { count: names.length - namedSegments });
    return [...names.slice(0, namedSegments), more];
  }

  protected readonly rowActions = (item: ExportDto): RowAction[] => {
    const view: RowAction = { label: this.texts.t('ui.view'), icon: 'view', link: ['/exports', item.id] };
    if (!item.canEdit) return [view];
    const everyone: RowAction = {
      label: this.texts.t('exports.runEveryone'),
      icon: 'run',
      start: () => this.actions.run(item, 'everyone'),
    };
    const attachment: RowAction = item.connection
      ? { label: this.texts.t('exports.detach'), icon: 'detach', start: () => this.detach(item) }
      : { label: this.texts.t('exports.attach'), icon: 'link', start: () => this.attach(item) };
    return [
      view,
      { label: this.texts.t('ui.edit'), icon: 'edit', link: ['/exports', item.id, 'edit'] },
      ...(item.connection && !item.activeRunId ? [everyone] : []),
      {
        label: this.texts.t('exports.setSchedule'),
        icon: 'schedule',
        start: () => this.setSchedules([item]),
      },
      { label: this.texts.t('exports.duplicate'), icon: 'copy', start: () => this.actions.duplicate(item) },
      ...(this.session.may('connection:manage') ? [attachment] : []),
      { label: this.texts.t('ui.remove'), icon: 'remove', start: () => this.remove(item) },
    ];
  };

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
      const { scheduled } = await this.#api.invoke(getExportOverview, { days: 1 });
      const sure = await this.#confirm.ask({
        heading: this.texts.n('exports.runAllQuestion.heading', scheduled),
        text: this.texts.t('exports.runAllQuestion.text'),
        confirm: this.texts.t('exports.runAll'),
      });
      if (!sure) return;
      const { started, skipped } = await this.#api.invoke(runAllExports);
      const done = this.texts.n('exports.runAllDone', started.length);
      const not = skipped.map(({ name }) => name);
      this.#notify.done(
        not.length === 0
          ? done
          : `${done} ${this.texts.t('exports.runAllSkipped', { names: this.formats.list(not) })}`,
      );
      this.list.reload();
    } catch (error) {
      this.#notify.failed(error);
    }
  }

  protected async detach(item: ExportDto): Promise<void> {
    if (await this.actions.detach(item)) this.list.reload();
  }

  protected async attach(item: ExportDto): Promise<void> {
    if (await this.actions.attach(item)) this.list.reload();
  }

  protected async remove(item: ExportDto): Promise<void> {
    if (!(await this.actions.remove(item))) return;
    this.chosen.choose([item], false);
    this.list.reload();
  }

  protected async scheduleChosen(): Promise<void> {
    if (await this.setSchedules(this.chosen.items())) this.chosen.clear();
  }

  /** True when they were set, for those that allowed it; the page then names the others. */
  protected async setSchedules(items: readonly ExportDto[]): Promise<boolean> {
    const result = await this.#dialogs.open<BulkScheduleResultDto, readonly ExportDto[]>(BulkScheduleDialog, {
      data: items,
      width: '560px',
    });
    if (result) {
      this.unchanged.set(unchanged(result.skipped, items));
      if (result.updated.length > 0)
        this.#notify.done(this.texts.n('bulkSchedule.done', result.updated.length));
    }
    // Also after a dismissal: some may be set when a later request failed.
    this.list.reload();
    return result !== undefined;
  }
}
