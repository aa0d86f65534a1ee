import { NgTemplateOutlet } from '@angular/common';
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  contentChildren,
  inject,
  input,
  output,
  ViewEncapsulation,
} from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { MatFormField, MatPrefix, MatSuffix } from '@angular/material/form-field';
import { MatIcon } from '@angular/material/icon';
import { MatInput } from '@angular/material/input';
import { MatProgressBar } from '@angular/material/progress-bar';
import { MatSortModule, Sort } from '@angular/material/sort';
import { MatTableModule } from '@angular/material/table';
import { DataTableCell } from './data-table-cell';
import { UI_TEXTS } from './ui-texts';

export interface Column {
  key: string;
  label: string;
  /** For a column of buttons: the label is there for screen readers only. */
  hideLabel?: boolean;
  sortable?: boolean;
  /** Numbers are easier to compare at the end. */
  align?: 'end';
}

/**
 * A list: search, sort, rows, "show more", and what to say when there is nothing. It holds no data and asks for none;
 * whoever uses it fetches. Narrower than 720 px each row becomes a card with the labels beside the values.
 */
@Component({
  selector: 'ar-data-table',
  imports: [
    MatButton,
    MatFormField,
    MatIcon,
    MatIconButton,
    MatInput,
    MatPrefix,
    MatProgressBar,
    MatSortModule,
    MatSuffix,
    MatTableModule,
    NgTemplateOutlet,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  // The table's own body is made by Material, out of reach of scoped styles; all rules are below the element instead.
  encapsulation: ViewEncapsulation.None,
  templateUrl: './data-table.html',
  styleUrl: './data-table.scss',
})
export class DataTable<Row> {
  /** The table's name, for screen readers. */
  readonly caption = input.required<string>();
  readonly columns = input.required<readonly Column[]>();
  readonly rows = input.required<readonly Row[]>();
  /** From whoever wraps this table and took the cells as its own content. */
  readonly cells = input<readonly DataTableCell<Row>[]>([]);
  readonly loading = input(false);
  /** `null`: this list has no search. */
  readonly search = input<string | null>(null);
  readonly searchLabel = input<string>();
  /** As the API's: `name` or `-name`. */
  readonly sort = input<string>('');
  /** How many there are in all; `null` hides the count. */
  readonly total = input<number | null>(null);
  readonly hasMore = input(false);

  readonly searchChange = output<string>();
  readonly sortChange = output<string>();
  readonly more = output();

  protected readonly texts = inject(UI_TEXTS);
  protected readonly ownCells = contentChildren<DataTableCell<Row>>(DataTableCell);
  protected readonly keys = computed(() => this.columns().map((column) => column.key));
  protected readonly sortKey = computed(() => this.sort().replace(/^-/, ''));
  protected readonly sortDirection = computed(() => (this.sort().startsWith('-') ? 'desc' : 'asc'));
  protected readonly empty = computed(() => !this.loading() && this.rows().length === 0);

  protected templateOf(key: string) {
    return [...this.cells(), ...this.ownCells()].find((cell) => cell.arCell() === key)?.template ?? null;
  }

  protected sorted(sort: Sort): void {
    this.sortChange.emit(sort.direction === 'desc' ? `-${sort.active}` : sort.active);
  }

  /** A row that is fetched again keeps its elements, and so the focus that is in it. */
  protected idOf(this: void, _index: number, row: Row): unknown {
    return typeof row === 'object' && row !== null && 'id' in row ? row.id : row;
  }
}
