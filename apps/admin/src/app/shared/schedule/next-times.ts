import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { Loaded } from '../../core/http/loaded';

/** When a schedule would come next, asked of the API, which knows about time zones and the days when clocks change. */
@Component({
  selector: 'ar-next-times',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div aria-live="polite">
      @if (times.problem(); as problem) {
        @for (error of problem.errors; track error.path) {
          <p class="wrong">{{ error.message }}</p>
        }
      } @else if (times.value(); as times) {
        <p class="field-label">{{ texts.t('schedule.next') }}</p>
        <ul>
          @for (time of times; track time) {
            <li>{{ formats.dateTime(time) }}</li>
          } @empty {
            <li>{{ texts.t('schedule.nothingPlanned') }}</li>
          }
        </ul>
      }
    </div>
  `,
  styles: `
    ul {
      margin: 0;
      padding-left: 20px;
      font-variant-numeric: tabular-nums;
    }
    .wrong {
      margin: 0;
      color: var(--mat-sys-error);
    }
  `,
})
export class NextTimes {
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);
  /** Asks for the times of the schedule as it is now; null = nothing to ask. */
  readonly ask = input.required<(() => Promise<string[]>) | null>();

  protected readonly times = new Loaded({
    params: () => this.ask() ?? undefined,
    loader: (ask) => ask(),
  });
}
