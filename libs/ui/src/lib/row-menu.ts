import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { MatIconButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { MatMenuModule } from '@angular/material/menu';
import { RouterLink } from '@angular/router';
import { IconName } from './icons';

/** One thing to do with a row: somewhere to go, or something to start. */
export type RowAction = { label: string; icon: IconName } & (
  { link: readonly string[]; queryParams?: Record<string, string> } | { start: () => unknown }
);

/** What can be done with one row, behind one button. */
@Component({
  selector: 'ar-row-menu',
  imports: [MatIcon, MatIconButton, MatMenuModule, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <button
      matIconButton
      type="button"
      [matMenuTriggerFor]="menu"
      [attr.aria-label]="label()"
      (menuOpened)="chosen = null"
      (menuClosed)="start()"
    >
      <mat-icon svgIcon="more" />
    </button>
    <mat-menu #menu="matMenu">
      @for (action of shown(); track action.label) {
        @if ('link' in action) {
          <a mat-menu-item [routerLink]="action.link" [queryParams]="action.queryParams">
            <mat-icon [svgIcon]="action.icon" aria-hidden="true" />{{ action.label }}
          </a>
        } @else {
          <button mat-menu-item (click)="chosen = action.start">
            <mat-icon [svgIcon]="action.icon" aria-hidden="true" />{{ action.label }}
          </button>
        }
      }
    </mat-menu>
  `,
})
export class RowMenu<Row> {
  /** Names the row, for screen readers: "Actions for Newsletter". */
  readonly label = input.required<string>();
  readonly row = input.required<Row>();
  /** What can be done with a row. A function, so that it is asked again only when the row or what it reads changes. */
  readonly actions = input.required<(row: Row) => readonly RowAction[]>();

  /** Starts when the menu is closed and its button has the focus again: a dialog gives it back to where it was. */
  protected chosen: (() => unknown) | null = null;

  protected readonly shown = computed(() => this.actions()(this.row()));

  protected start(): void {
    this.chosen?.();
    this.chosen = null;
  }
}
