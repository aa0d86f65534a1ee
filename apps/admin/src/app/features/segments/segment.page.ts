import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { Router, RouterLink } from '@angular/router';
import {
  Api,
  ExportDto,
  getSegment,
  listExports,
  listProfileFields,
  listSegmentHistory,
  ListSegmentMembers$Params,
  listSegmentMembers,
  ProfileDto,
  ProfileFieldDto,
  SegmentDto,
  SegmentHistoryItemDto,
} from '@audience-relay/api-client';
import { Column, DataTableCell, Dialogs, EmptyState, Notice, PageHeader } from '@audience-relay/ui';
import { Session } from '../../core/auth/session';
import { Problem, problemOf } from '../../core/http/problem';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { LiveEvents } from '../../core/live/live-events';
import { ListTable } from '../../shared/list/list-table';
import { PagedList } from '../../shared/list/paged-list';
import { ProblemNotice } from '../../shared/problem-notice';
import { ReasonTexts } from '../../shared/reason-texts';
import { Time } from '../../shared/time';
import { RuleText } from './rule-text';
import { SegmentActions } from './segment-actions';
import { SegmentExportsDialog } from './segment-exports-dialog';
import { statusOf } from './segment-status';
import { Status } from '../../shared/status/status';
import { recognisableFields } from '../profiles/recognisable-fields';

/** One segment: its rule in words, its size over time, who is in it, and which exports deliver it. */
@Component({
  selector: 'ar-segment-page',
  imports: [
    DataTableCell,
    EmptyState,
    ListTable,
    MatButton,
    MatIcon,
    Notice,
    PageHeader,
    ProblemNotice,
    RouterLink,
    RuleText,
    Status,
    Time,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './segment.page.html',
})
export class SegmentPage {
  readonly #api = inject(Api);
  readonly #router = inject(Router);
  readonly #dialogs = inject(Dialogs);
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);
  protected readonly session = inject(Session);
  protected readonly actions = inject(SegmentActions);
  protected readonly statusOf = statusOf;
  protected readonly reasons = inject(ReasonTexts);

  /** From the address. */
  readonly id = input.required<string>();

  protected readonly segment = signal<SegmentDto | null>(null);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly fields = signal<ProfileFieldDto[]>([]);
  protected readonly history = signal<SegmentHistoryItemDto[]>([]);
  protected readonly exports = signal<ExportDto[]>([]);
  protected readonly members = new PagedList<ProfileDto, ListSegmentMembers$Params>(
    (query) => this.#api.invoke(listSegmentMembers, { ...query, id: this.id() }),
    { sort: 'id', pageSize: 20, inAddress: false, startsItself: false },
  );
  protected readonly shownFields = computed(() => recognisableFields(this.fields(), 4));
  protected readonly columns = computed<Column[]>(() => [
    { key: 'id', label: this.texts.t('profiles.column.id') },
    ...this.shownFields().map(({ key, label }) => ({ key: `field.${key}`, label })),
  ]);

  constructor() {
    effect(() => void this.load(this.id()));
    inject(LiveEvents)
      .events.pipe(takeUntilDestroyed())
      .subscribe((event) => {
        if (event.type === 'segment' && event.data.id === this.id()) void this.load(this.id());
      });
  }

  protected async load(id: string): Promise<void> {
    try {
      const [segment, fields, history, exports] = await Promise.all([
        this.#api.invoke(getSegment, { id }),
        this.#api.invoke(listProfileFields),
        this.#api.invoke(listSegmentHistory, { id, limit: 10 }),
        this.#api.invoke(listExports, { segmentId: id, limit: 200, sort: 'name' }),
        this.members.reload(),
      ]);
      if (id !== this.id()) return;
      this.problem.set(null);
      this.segment.set(segment);
      this.fields.set(fields.items);
      this.history.set(history.items);
      this.exports.set(exports.items);
    } catch (error) {
      if (id === this.id()) this.problem.set(problemOf(error));
    }
  }

  protected async manageExports(segment: SegmentDto): Promise<void> {
    await this.#dialogs.open<void, SegmentDto>(SegmentExportsDialog, { data: segment, width: '640px' });
    // However it was closed: each change in it is made at once.
    await this.load(segment.id);
  }

  protected async refresh(segment: SegmentDto): Promise<void> {
    const queued = await this.actions.refresh(segment);
    if (queued) this.segment.set(queued);
  }

  protected async remove(segment: SegmentDto): Promise<void> {
    if (await this.actions.remove(segment)) await this.#router.navigate(['/segments']);
  }

  protected value({ fields }: ProfileDto, key: string): string {
    const value = fields[key];
    return value === undefined || value === null ? '' : String(value);
  }
}
