import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { Router, RouterLink } from '@angular/router';
import { RuleGroup, segmentsOfRule } from '@audience-relay/contracts';
import { everyPage } from '../../shared/list/every-page';
import {
  Api,
  getSegment,
  listExports,
  listProfileFields,
  listSegmentHistory,
  listSegmentMembers,
  listSegments,
  ListSegmentMembers$Params,
  ProfileDto,
  SegmentDto,
} from '@audience-relay/api-client';
import { Column, DataTableCell, Dialogs, EmptyState, Notice, PageHeader } from '@audience-relay/ui';
import { Session } from '../../core/auth/session';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { LiveEvents } from '../../core/live/live-events';
import { ListTable } from '../../shared/list/list-table';
import { PagedList } from '../../shared/list/paged-list';
import { ReasonTexts } from '../../shared/reason-texts';
import { Time } from '../../shared/time';
import { RuleText } from './rule-text';
import { SegmentActions } from './segment-actions';
import { SegmentExportsDialog } from './segment-exports-dialog';
import { statusOf } from './segment-status';
import { Status } from '../../shared/status/status';
import { recognisableFields } from '../profiles/recognisable-fields';
import { Loaded } from '../../core/http/loaded';
import { LoadState } from '../../shared/load-state';

/** One segment: its rule in words, its size over time, who is in it, and which exports deliver it. */
@Component({
  selector: 'ar-segment-page',
  imports: [
    DataTableCell,
    EmptyState,
    ListTable,
    LoadState,
    MatButton,
    MatIcon,
    Notice,
    PageHeader,
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

  protected readonly segment = new Loaded({
    params: () => this.id(),
    loader: (id) => this.#api.invoke(getSegment, { id }),
  });
  readonly #fields = new Loaded({ loader: () => this.#api.invoke(listProfileFields) });
  protected readonly fields = computed(() => this.#fields.value()?.items ?? []);
  readonly #segments = new Loaded({
    params: () => {
      const rule = this.segment.value()?.rule as RuleGroup | undefined;
      return rule && segmentsOfRule(rule).length > 0 ? rule : undefined;
    },
    loader: () => everyPage((query) => this.#api.invoke(listSegments, { ...query, sort: 'name' })),
  });
  protected readonly segments = computed(() => this.#segments.value() ?? []);
  readonly #history = new Loaded({
    params: () => this.id(),
    loader: (id) => this.#api.invoke(listSegmentHistory, { id, limit: 10 }),
  });
  protected readonly history = computed(() => this.#history.value()?.items ?? []);
  protected readonly exports = new Loaded({
    params: () => this.id(),
    loader: (segmentId) =>
      everyPage((query) => this.#api.invoke(listExports, { ...query, segmentId, sort: 'name' })),
  });
  protected readonly members = new PagedList<ProfileDto, ListSegmentMembers$Params>(
    (query) => this.#api.invoke(listSegmentMembers, { ...query, id: this.id() }),
    { sort: 'id', pageSize: 20, inAddress: false, dependsOn: () => this.id() },
  );
  protected readonly shownFields = computed(() => recognisableFields(this.fields(), 4));
  protected readonly columns = computed<Column[]>(() => [
    { key: 'id', label: this.texts.t('profiles.column.id') },
    ...this.shownFields().map(({ key, label }) => ({ key: `field.${key}`, label })),
  ]);

  constructor() {
    inject(LiveEvents)
      .events.pipe(takeUntilDestroyed())
      .subscribe((event) => {
        if (event.type === 'segment' && event.data.id === this.id()) this.reload();
      });
  }

  protected reload(): void {
    for (const part of [this.segment, this.#history, this.exports, this.members]) part.reload();
  }

  protected async manageExports(segment: SegmentDto): Promise<void> {
    await this.#dialogs.open<void, SegmentDto>(SegmentExportsDialog, { data: segment, width: '640px' });
    // However it was closed: each change in it is made at once.
    this.exports.reload();
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
