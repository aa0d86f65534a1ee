import { ChangeDetectionStrategy, Component, computed, contentChildren, inject, input } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Column, DataTable, DataTableCell, EmptyState } from '@audience-relay/ui';
import { Texts } from '../../core/i18n/texts';
import { ProblemNotice } from '../problem-notice';
import { PagedList } from './paged-list';

/**
 * A list of the API as a table: what went wrong, search, sort, more, and what to say when nothing fits. As content:
 * cells (`arCell`), filters (`arFilter`), and what to say when there is nothing at all (`arEmpty`).
 */
@Component({
  selector: 'ar-list-table',
  imports: [DataTable, EmptyState, MatButton, ProblemNotice],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (list().problem(); as problem) {
      <ar-problem-notice canRetry [problem]="problem" (retry)="list().reload()" />
    } @else {
      <ar-data-table
        [caption]="caption()"
        [columns]="columns()"
        [cells]="cells()"
        [rows]="list().items()"
        [loading]="list().loading()"
        [search]="searchable() ? list().search() : null"
        [searchLabel]="searchLabel()"
        [sort]="list().sort()"
        [total]="list().total()"
        [hasMore]="list().hasMore()"
        (searchChange)="list().searchFor($event)"
        (sortChange)="list().sortBy($event)"
        (more)="list().more()"
      >
        <ng-content select="[arFilter]" ngProjectAs="[arFilter]" />
        <div arEmpty>
          @if (blank()) {
            <ng-content select="[arEmpty]" />
          } @else {
            <ar-empty-state
              icon="search"
              [heading]="texts.t('ui.noMatch.heading')"
              [text]="noMatch() ?? texts.t('ui.noMatch.text')"
            >
              @if (list().search()) {
                <button matButton="outlined" type="button" (click)="list().searchFor('')">
                  {{ texts.t('ui.clearSearch') }}
                </button>
              }
            </ar-empty-state>
          }
        </div>
      </ar-data-table>
    }
  `,
})
export class ListTable<Item, Params extends { sort?: string }> {
  protected readonly texts = inject(Texts);
  /** The table's name, for screen readers. */
  readonly caption = input.required<string>();
  readonly columns = input.required<readonly Column[]>();
  readonly list = input.required<PagedList<Item, Params>>();
  /** Absent: this list has no search. */
  readonly searchLabel = input<string>();
  /** A filter besides the search is set, so that no row does not mean that there is nothing. */
  readonly filtered = input(false);
  /** What to try when nothing fits, where there is more to say than the usual. */
  readonly noMatch = input<string>();

  protected readonly cells = contentChildren<DataTableCell<Item>>(DataTableCell);
  protected readonly blank = computed(() => this.list().blank() && !this.filtered());
  protected readonly searchable = computed(() => this.searchLabel() !== undefined && !this.blank());
}
