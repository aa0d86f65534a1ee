import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { RouterLink } from '@angular/router';
import { Api, listSegments, ListSegments$Params, SegmentDto } from '@audience-relay/api-client';
import { Column, DataTableCell, EmptyState, PageHeader, RowAction, RowMenu } from '@audience-relay/ui';
import { debounceTime, filter } from 'rxjs';
import { Session } from '../../core/auth/session';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { LiveEvents } from '../../core/live/live-events';
import { ListTable } from '../../shared/list/list-table';
import { PagedList } from '../../shared/list/paged-list';
import { ReasonTexts } from '../../shared/reason-texts';
import { Time } from '../../shared/time';
import { SegmentActions } from './segment-actions';
import { statusOf } from './segment-status';
import { Status } from '../../shared/status/status';

@Component({
  selector: 'ar-segments-page',
  imports: [
    DataTableCell,
    EmptyState,
    ListTable,
    MatButton,
    MatIcon,
    RowMenu,
    PageHeader,
    RouterLink,
    Status,
    Time,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './segments.page.html',
})
export class SegmentsPage {
  readonly #api = inject(Api);
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);
  protected readonly session = inject(Session);
  protected readonly actions = inject(SegmentActions);
  protected readonly statusOf = statusOf;
  protected readonly reasons = inject(ReasonTexts);

  protected readonly list = new PagedList<SegmentDto, ListSegments$Params>(
    (query) => this.#api.invoke(listSegments, query),
    { sort: 'name' },
  );
  protected readonly columns = computed<Column[]>(() => [
    { key: 'name', label: this.texts.t('segments.column.name'), sortable: true },
    { key: 'memberCount', label: this.texts.t('segments.column.members'), sortable: true, align: 'end' },
    { key: 'status', label: this.texts.t('segments.column.status') },
    { key: 'refreshedAt', label: this.texts.t('segments.column.refreshed'), sortable: true },
    { key: 'exports', label: this.texts.t('segments.column.exports'), align: 'end' },
    { key: 'actions', label: this.texts.t('ui.actions'), hideLabel: true },
  ]);

  protected readonly rowActions = (item: SegmentDto): RowAction[] => {
    const view: RowAction = { label: this.texts.t('ui.view'), icon: 'view', link: ['/segments', item.id] };
    const download: RowAction = {
      label: this.texts.t('segment.download'),
      icon: 'download',
      start: () => this.actions.download(item),
    };
    if (!this.session.may('segment:write')) return [view, download];
    const refresh: RowAction = {
      label: this.texts.t('segment.refresh'),
      icon: 'refresh',
      start: () => this.refresh(item),
    };
    return [
      view,
      { label: this.texts.t('ui.edit'), icon: 'edit', link: ['/segments', item.id, 'edit'] },
      ...(item.state === 'active' ? [refresh] : []),
      { label: this.texts.t('exports.duplicate'), icon: 'copy', start: () => this.actions.duplicate(item) },
      download,
      { label: this.texts.t('ui.remove'), icon: 'remove', start: () => this.remove(item) },
    ];
  };

  constructor() {
    inject(LiveEvents)
      .events.pipe(
        filter(({ type }) => type === 'segment'),
        // A refresh of all segments brings many events at once.
        debounceTime(300),
        takeUntilDestroyed(),
      )
      .subscribe(() => this.list.reload());
  }

  protected async refresh(segment: SegmentDto): Promise<void> {
    if (await this.actions.refresh(segment)) this.list.reload();
  }

  protected async remove(segment: SegmentDto): Promise<void> {
    if (await this.actions.remove(segment)) this.list.reload();
  }
}
