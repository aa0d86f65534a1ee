import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { MatIcon } from '@angular/material/icon';
import { RouterLink } from '@angular/router';

/** The one h1 of a page, the way back, and the page's actions (content). Takes the focus after a change of page. */
@Component({
  selector: 'ar-page-header',
  imports: [MatIcon, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (backLink(); as link) {
      <a class="back" [routerLink]="link"><mat-icon svgIcon="back" aria-hidden="true" />{{ backLabel() }}</a>
    }
    <div class="row">
      <div class="titles">
        <h1 tabindex="-1">{{ heading() }}</h1>
        @if (text()) {
          <p>{{ text() }}</p>
        }
      </div>
      <div class="actions"><ng-content /></div>
    </div>
  `,
  styles: `
    :host {
      display: block;
      margin-bottom: 24px;
    }
    .back {
      display: inline-flex;
      align-items: center;
      gap: 4px;
      margin-bottom: 8px;
      padding-block: 4px;
      font: var(--mat-sys-label-large);
      text-decoration: none;
    }
    .back:hover {
      text-decoration: underline;
    }
    .back mat-icon {
      width: 18px;
      height: 18px;
    }
    .row {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 12px 24px;
    }
    .titles {
      flex: 1 1 260px;
      min-width: 0;
    }
    h1 {
      margin: 0;
      font: var(--mat-sys-headline-small);
      font-weight: 600;
      letter-spacing: -0.01em;
      overflow-wrap: anywhere;
      outline: none;
    }
    p {
      margin: 4px 0 0;
      max-width: 72ch;
      color: var(--mat-sys-on-surface-variant);
    }
    .actions {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 8px;
    }
    .actions:empty {
      display: none;
    }
  `,
})
export class PageHeader {
  readonly heading = input.required<string>();
  readonly text = input<string>();
  readonly backLink = input<string | readonly string[]>();
  readonly backLabel = input<string>();
}
