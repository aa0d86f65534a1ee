import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { ImportIssueDto } from '@audience-relay/api-client';
import { Column, DataTable, DataTableCell, EmptyState, StatusChip } from '@audience-relay/ui';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { ReasonTexts } from '../../shared/reason-texts';

const step = 50;

/** Lines of a file that were not taken, or were with something to look at. */
@Component({
  selector: 'ar-import-issues',
  imports: [DataTable, DataTableCell, EmptyState, StatusChip],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <ar-data-table
      [caption]="texts.t('import.issues')"
      [columns]="columns()"
      [rows]="shown()"
      [search]="issues().length > 10 ? search() : null"
      [searchLabel]="texts.t('import.issueSearch')"
      [total]="found().length"
      [hasMore]="shown().length < found().length"
      (searchChange)="search.set($event)"
      (more)="count.set(count() + step)"
    >
      <ng-template arCell="line" [arCellRows]="shown()" let-issue>{{
        formats.number(issue.line)
      }}</ng-template>
      <ng-template arCell="kind" [arCellRows]="shown()" let-issue>
        @if (issue.kind === 'rejected') {
          <ar-status-chip tone="danger" icon="danger" [label]="texts.t('import.rejected')" />
        } @else {
          <ar-status-chip tone="warning" icon="warning" [label]="texts.t('import.warning')" />
        }
      </ng-template>
      <ng-template arCell="reason" [arCellRows]="shown()" let-issue>{{ say(issue) }}</ng-template>
      <ar-empty-state arEmpty icon="search" [heading]="texts.t('ui.noMatch.heading')" />
    </ar-data-table>
  `,
})
export class ImportIssues {
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);
  readonly #reasons = inject(ReasonTexts);
  protected readonly step = step;

  readonly issues = input.required<readonly ImportIssueDto[]>();

  protected readonly search = signal('');
  protected readonly count = signal(step);
  protected readonly found = computed(() => {
    const wanted = this.search().trim().toLowerCase();
    return this.issues().filter((issue) => `${issue.line} ${this.say(issue)}`.toLowerCase().includes(wanted));
  });
  protected readonly shown = computed(() => this.found().slice(0, this.count()));
  protected readonly columns = computed<Column[]>(() => [
    { key: 'line', label: this.texts.t('import.line') },
    { key: 'kind', label: this.texts.t('import.result') },
    { key: 'reason', label: this.texts.t('import.reason') },
  ]);

  protected say({ code, reason }: ImportIssueDto): string {
    return this.#reasons.say({ code, message: reason });
  }
}
