import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { Formats } from '../core/i18n/formats';

/** How long ago (or ahead), with the exact time on hover, on focus, and for screen readers. */
@Component({
  selector: 'ar-time',
  imports: [MatTooltip],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<time [attr.datetime]="value()" [matTooltip]="formats.dateTime(value())">{{
    formats.relative(value())
  }}</time>`,
  styles: `
    time {
      white-space: nowrap;
    }
  `,
})
export class Time {
  protected readonly formats = inject(Formats);
  /** ISO 8601, UTC. */
  readonly value = input.required<string>();
}
