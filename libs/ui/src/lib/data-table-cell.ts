import { Directive, inject, input, TemplateRef } from '@angular/core';

interface CellContext<Row> {
  $implicit: Row;
}

/** How a column shows a row: `<ng-template arCell="name" [arCellRows]="rows()" let-row>`. */
@Directive({ selector: 'ng-template[arCell]' })
export class DataTableCell<Row> {
  /** The column's key. */
  readonly arCell = input.required<string>();
  /** The table's rows: only tells the template what a row is. */
  readonly arCellRows = input.required<readonly Row[]>();
  readonly template = inject<TemplateRef<CellContext<Row>>>(TemplateRef);

  static ngTemplateContextGuard<Row>(
    _directive: DataTableCell<Row>,
    _context: unknown,
  ): _context is CellContext<Row> {
    return true;
  }
}
