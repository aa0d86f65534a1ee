import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton, MatIconButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { MatMenuModule } from '@angular/material/menu';
import { RouterLink } from '@angular/router';
import { Api, listSegments, ListSegments$Params, SegmentDto } from '@audience-relay/api-client';
import { Column, DataTable, DataTableCell, EmptyState, PageHeader } from '@audience-relay/ui';
import { debounceTime, filter } from 'rxjs';
import { Session } from '../../core/auth/session';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { LiveEvents } from '../../core/live/live-events';
import { PagedList } from '../../shared/list/paged-list';
import { ProblemNotice } from '../../shared/problem-notice';
import { ReasonTexts } from '../../shared/reason-texts';
import { Time } from '../../shared/time';
import { SegmentActions } from './segment-actions';
import { SegmentStatusChip } from './segment-status';

@Component({
  selector: 'ar-segments-page',
  imports: [
    DataTable,
    DataTableCell,
    EmptyState,
    MatButton,
    MatIcon,
    MatIconButton,
    MatMenuModule,
    PageHeader,
    ProblemNotice,
    RouterLink,
    SegmentStatusChip,
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

  constructor() {
    inject(LiveEvents)
      .events.pipe(
        filter(({ type }) => type === 'segment'),
        // A refresh of all segments brings many events at once.
        debounceTime(300),
        takeUntilDestroyed(),
      )
      .subscribe(() => void this.list.reload());
  }

  protected async refresh(segment: SegmentDto): Promise<void> {
    if (await this.actions.refresh(segment)) await this.list.reload();
  }

  protected async remove(segment: SegmentDto): Promise<void> {
    if (await this.actions.remove(segment)) await this.list.reload();
  }
}
