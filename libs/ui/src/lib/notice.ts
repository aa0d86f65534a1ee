import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { MatIcon } from '@angular/material/icon';
import { IconName } from './icons';
import { Tone } from './tone';

const icons: Record<Tone, IconName> = {
  neutral: 'info',
  info: 'info',
  success: 'check',
  warning: 'warning',
  danger: 'danger',
};

/**
 * A message in the page: what happened (heading), more (content), what to do (`[arAction]`).
 * A danger notice interrupts a screen reader, others wait.
 */
@Component({
  selector: 'ar-notice',
  imports: [MatIcon],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '[class]': '"tone-" + tone()', '[attr.role]': 'tone() === "danger" ? "alert" : "status"' },
  template: `
    <mat-icon [svgIcon]="icon()" aria-hidden="true" />
    <div class="text">
      @if (heading()) {
        <p class="heading">{{ heading() }}</p>
      }
      <div class="body"><ng-content /></div>
    </div>
    <div class="action"><ng-content select="[arAction]" /></div>
  `,
  styles: `
    :host {
      display: flex;
      align-items: flex-start;
      flex-wrap: wrap;
      gap: 4px 12px;
      padding: 12px 16px;
      border-radius: var(--ar-radius);
      color: var(--tone-text);
      background: var(--tone-surface);
      font: var(--mat-sys-body-medium);
    }
    mat-icon {
      flex: none;
      width: 20px;
      height: 20px;
    }
    .text {
      flex: 1 1 220px;
      min-width: 0;
      overflow-wrap: anywhere;
    }
    .heading {
      margin: 0;
      font-weight: 600;
    }
    .action:empty {
      display: none;
    }
    .action {
      margin-block: -6px;
    }
  `,
})
export class Notice {
  readonly tone = input<Tone>('info');
  readonly heading = input<string>();
  protected readonly icon = computed(() => icons[this.tone()]);
}
