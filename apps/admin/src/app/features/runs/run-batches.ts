import { ChangeDetectionStrategy, Component, computed, effect, inject, input } from '@angular/core';
import {
  Api,
  listRunBatches,
  ListRunBatches$Params,
  RunBatchDto,
  RunBatchStatus,
} from '@audience-relay/api-client';
import { Column, DataTable, DataTableCell, EmptyState, IconName, StatusChip, Tone } from '@audience-relay/ui';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { PagedList } from '../../shared/list/paged-list';
import { ProblemNotice } from '../../shared/problem-notice';
import { Time } from '../../shared/time';

const looks: Record<RunBatchStatus, { icon: IconName; tone: Tone }> = {
  accepted: { icon: 'check', tone: 'info' },
  awaiting: { icon: 'clock', tone: 'info' },
  confirmed: { icon: 'check', tone: 'success' },
  rejected: { icon: 'danger', tone: 'danger' },
};

/** What a run sent, request by request. */
@Component({
  selector: 'ar-run-batches',
  imports: [DataTable, DataTableCell, EmptyState, ProblemNotice, StatusChip, Time],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (list.problem(); as problem) {
      <ar-problem-notice canRetry [problem]="problem" (retry)="list.reload()" />
    } @else {
      <ar-data-table
        [caption]="texts.t('run.tab.batches')"
        [columns]="columns()"
        [rows]="list.items()"
        [loading]="list.loading()"
        [sort]="list.sort()"
        [total]="list.total()"
        [hasMore]="list.hasMore()"
        (sortChange)="list.sortBy($event)"
        (more)="list.more()"
      >
        <ng-template arCell="seq" [arCellRows]="list.items()" let-batch>{{
          formats.number(batch.seq)
        }}</ng-template>
        <ng-template arCell="phase" [arCellRows]="list.items()" let-batch>
          {{ texts.t(batch.phase === 'send' ? 'run.batch.send' : 'run.batch.remove') }}
        </ng-template>
        <ng-template arCell="status" [arCellRows]="list.items()" let-batch>
          <ar-status-chip
            [label]="statusText(batch.status)"
            [icon]="looks[batch.status].icon"
            [tone]="looks[batch.status].tone"
          />
        </ng-template>
        <ng-template arCell="records" [arCellRows]="list.items()" let-batch>
          {{ formats.number(batch.records) }}
        </ng-template>
        <ng-template arCell="rejected" [arCellRows]="list.items()" let-batch>
          {{ formats.number(batch.rejected) }}
        </ng-template>
        <ng-template arCell="bytes" [arCellRows]="list.items()" let-batch>
          {{ formats.bytes(batch.bytes) }}
        </ng-template>
        <ng-template arCell="startedAt" [arCellRows]="list.items()" let-batch>
          <ar-time [value]="batch.startedAt" />
        </ng-template>
        <ng-template arCell="duration" [arCellRows]="list.items()" let-batch>
          {{ formats.seconds(batch.durationMs / 1000) }}
        </ng-template>
        <ar-empty-state arEmpty icon="export" [heading]="texts.t('run.batch.none')" />
      </ar-data-table>
    }
  `,
})
export class RunBatches {
  readonly #api = inject(Api);
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);
  protected readonly looks = looks;

  readonly runId = input.required<string>();
  /** Whatever changes when there may be more batches. */
  readonly changed = input<string>();

  protected readonly list = new PagedList<RunBatchDto, ListRunBatches$Params>(
    (query) => this.#api.invoke(listRunBatches, { ...query, id: this.runId() }),
    { sort: 'seq', inAddress: false, startsItself: false },
  );
  protected readonly columns = computed<Column[]>(() => [
    { key: 'seq', label: this.texts.t('run.batch.number'), sortable: true },
    { key: 'phase', label: this.texts.t('run.batch.does') },
    { key: 'status', label: this.texts.t('run.batch.status') },
    { key: 'records', label: this.texts.t('run.batch.rows'), align: 'end' },
    { key: 'rejected', label: this.texts.t('run.batch.rejected'), align: 'end' },
    { key: 'bytes', label: this.texts.t('run.batch.size'), align: 'end' },
    { key: 'startedAt', label: this.texts.t('run.batch.begun'), sortable: true },
    { key: 'duration', label: this.texts.t('run.batch.took'), align: 'end' },
  ]);

  constructor() {
    effect(() => {
      this.runId();
      this.changed();
      void this.list.reload();
    });
  }

  protected statusText(status: RunBatchStatus): string {
    return this.texts.t(`run.batch.state.${status}`);
  }
}
