import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';

export interface DeliveredDay {
  /** `2026-05-17` */
  day: string;
  count: number;
}

/** A bar a day. The numbers are also there as a table for who cannot see the bars. */
@Component({
  selector: 'ar-delivered-chart',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="bars" aria-hidden="true">
      @for (bar of bars(); track bar.day) {
        <div class="bar" [title]="bar.title"><span [style.height.%]="bar.height"></span></div>
      }
    </div>
    <div class="axis muted small" aria-hidden="true">
      <span>{{ formats.day(days()[0]?.day ?? '') }}</span>
      <span>{{ texts.t('home.today') }}</span>
    </div>
    <table class="visually-hidden">
      <caption>
        {{
          texts.t('home.delivered')
        }}
      </caption>
      <tbody>
        @for (day of days(); track day.day) {
          <tr>
            <th scope="row">{{ formats.day(day.day) }}</th>
            <td>{{ formats.number(day.count) }}</td>
          </tr>
        }
      </tbody>
    </table>
  `,
  styles: `
    :host {
      position: relative;
      display: block;
    }
    .bars {
      display: flex;
      align-items: flex-end;
      gap: 4px;
      height: 96px;
    }
    .bar {
      display: flex;
      flex: 1;
      align-items: flex-end;
      height: 100%;
      border-radius: 3px;
      background: var(--mat-sys-surface-container);
    }
    .bar span {
      width: 100%;
      border-radius: 3px;
      background: var(--mat-sys-primary);
    }
    .axis {
      display: flex;
      justify-content: space-between;
      margin-top: 6px;
    }
  `,
})
export class DeliveredChart {
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);
  readonly days = input.required<readonly DeliveredDay[]>();

  protected readonly bars = computed(() => {
    const most = Math.max(1, ...this.days().map(({ count }) => count));
    return this.days().map(({ day, count }) => ({
      day,
      title: `${this.formats.day(day)}: ${this.formats.number(count)}`,
      height: count === 0 ? 0 : Math.max(4, (count / most) * 100),
    }));
  });
}
