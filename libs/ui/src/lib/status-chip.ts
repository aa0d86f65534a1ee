import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { MatIcon } from '@angular/material/icon';
import { IconName } from './icons';
import { Tone } from './tone';

/** A state in words, with an icon and a colour that repeat it. */
@Component({
  selector: 'ar-status-chip',
  imports: [MatIcon],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '[class]': '"tone-" + tone()', '[class.moving]': 'moving()' },
  template: `<mat-icon [svgIcon]="icon()" aria-hidden="true" /><span>{{ label() }}</span>`,
  styles: `
    :host {
      display: inline-flex;
      align-items: center;
      gap: 6px;
      padding: 2px 10px 2px 7px;
      border-radius: 999px;
      font: var(--mat-sys-label-medium);
      white-space: nowrap;
      color: var(--tone-text);
      background: var(--tone-surface);
    }
    mat-icon {
      width: 16px;
      height: 16px;
    }
    @media (prefers-reduced-motion: no-preference) {
      :host(.moving) mat-icon {
        animation: turn 2.4s linear infinite;
      }
    }
    @keyframes turn {
      to {
        transform: rotate(360deg);
      }
    }
  `,
})
export class StatusChip {
  readonly label = input.required<string>();
  readonly icon = input.required<IconName>();
  readonly tone = input<Tone>('neutral');
  /** Work is going on right now. */
  readonly moving = input(false);
}
