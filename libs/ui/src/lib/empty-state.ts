import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { MatIcon } from '@angular/material/icon';
import { IconName } from './icons';

/** Nothing here yet: says so, says why one would want something here, and offers the next action as content. */
@Component({
  selector: 'ar-empty-state',
  imports: [MatIcon],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <span class="badge"><mat-icon [svgIcon]="icon()" aria-hidden="true" /></span>
    <p class="heading">{{ heading() }}</p>
    @if (text()) {
      <p class="text">{{ text() }}</p>
    }
    <div class="action"><ng-content /></div>
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      align-items: center;
      text-align: center;
      padding: 48px 16px;
    }
    .badge {
      display: grid;
      place-items: center;
      width: 56px;
      height: 56px;
      border-radius: 50%;
      color: var(--mat-sys-primary);
      background: var(--mat-sys-surface-container);
    }
    .heading {
      margin: 16px 0 0;
      font: var(--mat-sys-title-medium);
    }
    .text {
      margin: 4px 0 0;
      max-width: 46ch;
      color: var(--mat-sys-on-surface-variant);
    }
    .action:not(:empty) {
      margin-top: 20px;
    }
  `,
})
export class EmptyState {
  readonly icon = input<IconName>('circle');
  readonly heading = input.required<string>();
  readonly text = input<string>();
}
