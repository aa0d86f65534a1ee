import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import {
  Api,
  listRunIssues,
  ListRunIssues$Params,
  RunIssueDto,
  RunIssueKind,
} from '@audience-relay/api-client';
import { Column, DataTableCell, EmptyState } from '@audience-relay/ui';
import { Texts } from '../../core/i18n/texts';
import { ListTable } from '../../shared/list/list-table';
import { PagedList } from '../../shared/list/paged-list';
import { ReasonTexts } from '../../shared/reason-texts';

/** The rows of a run that were rejected, skipped or sent with a warning: who (masked) and why. */
@Component({
  selector: 'ar-run-issues',
  imports: [DataTableCell, EmptyState, ListTable],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <ar-list-table
      [caption]="caption()"
      [columns]="columns()"
      [list]="list"
      [searchLabel]="texts.t('run.issues.search')"
    >
      <ng-template arCell="identity" [arCellRows]="list.items()" let-issue>
        {{ issue.identity ?? texts.t('ui.none') }}
      </ng-template>
      <ng-template arCell="profileId" [arCellRows]="list.items()" let-issue>
        <span class="code">{{ issue.profileId || texts.t('ui.none') }}</span>
      </ng-template>
      <ng-template arCell="field" [arCellRows]="list.items()" let-issue>
        {{ issue.field ?? texts.t('ui.none') }}
      </ng-template>
      <ng-template arCell="reason" [arCellRows]="list.items()" let-issue>{{
        reasons.say(issue)
      }}</ng-template>
      <ar-empty-state arEmpty icon="check" [heading]="texts.t('run.issues.none')" />
    </ar-list-table>
  `,
})
export class RunIssues {
  readonly #api = inject(Api);
  protected readonly texts = inject(Texts);
  protected readonly reasons = inject(ReasonTexts);

  readonly runId = input.required<string>();
  readonly kind = input.required<RunIssueKind>();
  /** Whatever changes when there may be more rows. */
  readonly changed = input<number | string>();

  protected readonly list = new PagedList<RunIssueDto, ListRunIssues$Params>(
    (query) => this.#api.invoke(listRunIssues, { ...query, id: this.runId(), kind: this.kind() }),
    {
      ...{ sort: 'profileId', inAddress: false },
      dependsOn: () => [this.runId(), this.kind()],
      newerWhen: () => this.changed(),
    },
  );
  protected readonly caption = computed(() => this.texts.t(`run.issues.${this.kind()}`));
  protected readonly columns = computed<Column[]>(() => [
    { key: 'identity', label: this.texts.t('run.issues.identity') },
    { key: 'profileId', label: this.texts.t('run.issues.profile'), sortable: true },
    { key: 'field', label: this.texts.t('run.issues.field') },
    { key: 'reason', label: this.texts.t('run.issues.reason') },
  ]);
}
