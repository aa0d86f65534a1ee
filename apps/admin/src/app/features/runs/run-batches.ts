import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { Api, listRunBatches, ListRunBatches$Params, RunBatchDto } from '@audience-relay/api-client';
import { Column, DataTableCell, EmptyState } from '@audience-relay/ui';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { ListTable } from '../../shared/list/list-table';
import { PagedList } from '../../shared/list/paged-list';
import { Status } from '../../shared/status/status';
import { Time } from '../../shared/time';

/** What a run sent, request by request. */
@Component({
  selector: 'ar-run-batches',
  imports: [DataTableCell, EmptyState, ListTable, Status, Time],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <ar-list-table [caption]="texts.t('run.tab.batches')" [columns]="columns()" [list]="list">
      <ng-template arCell="seq" [arCellRows]="list.items()" let-batch>{{
        formats.number(batch.seq)
      }}</ng-template>
      <ng-template arCell="phase" [arCellRows]="list.items()" let-batch>
        {{ texts.t(batch.phase === 'send' ? 'run.batch.send' : 'run.batch.remove') }}
      </ng-template>
      <ng-template arCell="status" [arCellRows]="list.items()" let-batch>
        <ar-status of="batch" [value]="batch.status" />
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
    </ar-list-table>
  `,
})
export class RunBatches {
  readonly #api = inject(Api);
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);

  readonly runId = input.required<string>();
  /** Whatever changes when there may be more batches. */
  readonly changed = input<string>();

  protected readonly list = new PagedList<RunBatchDto, ListRunBatches$Params>(
    (query) => this.#api.invoke(listRunBatches, { ...query, id: this.runId() }),
    { sort: 'seq', inAddress: false, dependsOn: () => this.runId(), newerWhen: () => this.changed() },
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
}
