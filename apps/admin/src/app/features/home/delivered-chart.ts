import {
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  effect,
  ElementRef,
  inject,
  input,
  viewChild,
} from '@angular/core';
import { DeliveredDayDto } from '@audience-relay/api-client';
import { BarController, BarElement, CategoryScale, Chart, Legend, LinearScale, Tooltip } from 'chart.js';
import { Destinations } from '../../core/destinations';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';

Chart.register(BarController, BarElement, CategoryScale, Legend, LinearScale, Tooltip);

interface Series {
  label: string;
  /** One a day. */
  values: number[];
}

/** What was delivered a day, by destination, and what was rejected. The numbers are there as a table too. */
@Component({
  selector: 'ar-delivered-chart',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="frame" aria-hidden="true"><canvas #canvas></canvas></div>
    <!-- A table is as tall as its rows, whatever its style says. -->
    <div class="visually-hidden">
      <table>
        <caption>
          {{
            texts.t('home.delivered')
          }}
        </caption>
        <thead>
          <tr>
            <th scope="col">{{ texts.t('home.day') }}</th>
            @for (line of series(); track line.label) {
              <th scope="col">{{ line.label }}</th>
            }
          </tr>
        </thead>
        <tbody>
          @for (day of days(); track day; let index = $index) {
            <tr>
              <th scope="row">{{ formats.day(day) }}</th>
              @for (line of series(); track line.label) {
                <td>{{ formats.number(line.values[index] ?? 0) }}</td>
              }
            </tr>
          }
        </tbody>
      </table>
    </div>
  `,
  styles: `
    :host {
      position: relative;
      display: block;
    }
    .frame {
      position: relative;
      height: 240px;
    }
  `,
})
export class DeliveredChart {
  readonly #destinations = inject(Destinations);
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);
  protected readonly canvas = viewChild.required<ElementRef<HTMLCanvasElement>>('canvas');
  #chart: Chart | null = null;

  /** In their order: `2026-05-17`. */
  readonly days = input.required<readonly string[]>();
  readonly delivered = input.required<readonly DeliveredDayDto[]>();

  protected readonly series = computed<Series[]>(() => {
    const delivered = this.delivered();
    const perDay = (pick: (day: DeliveredDayDto) => number) =>
      this.days().map((day) =>
        delivered.filter((each) => each.day === day).reduce((sum, each) => sum + pick(each), 0),
      );
    const keys = [...new Set(delivered.map(({ destination }) => destination))].sort();
    return [
      ...keys.map((key) => ({
        label: this.#destinations.name(key),
        values: perDay((day) => (day.destination === key ? day.delivered : 0)),
      })),
      { label: this.texts.t('run.count.rejected'), values: perDay(({ rejected }) => rejected) },
    ];
  });

  constructor() {
    effect(() => {
      this.#chart?.destroy();
      this.#chart = this.#draw(this.canvas().nativeElement, this.series());
    });
    inject(DestroyRef).onDestroy(() => this.#chart?.destroy());
  }

  #draw(canvas: HTMLCanvasElement, series: readonly Series[]): Chart {
    const color = (name: string) => resolved(canvas, `var(--mat-sys-${name})`);
    const fills = [color('primary'), color('tertiary'), color('secondary'), color('outline')];
    const ticks = { color: color('on-surface-variant') };
    const last = series.length - 1;
    return new Chart(canvas, {
      type: 'bar',
      data: {
        labels: this.days().map((day) => this.formats.shortDay(day)),
        datasets: series.map(({ label, values }, index) => ({
          label,
          data: values,
          backgroundColor: index === last ? color('error') : fills[index % fills.length],
          borderRadius: 3,
        })),
      },
      options: {
        animation: false,
        maintainAspectRatio: false,
        locale: this.texts.locale(),
        plugins: { legend: { position: 'bottom', labels: { ...ticks, boxWidth: 12 } } },
        scales: {
          x: { stacked: true, ticks, grid: { display: false } },
          y: {
            stacked: true,
            beginAtZero: true,
            ticks: { ...ticks, precision: 0 },
            grid: { color: color('outline-variant') },
          },
        },
      },
    });
  }
}

/** A canvas knows no variables. */
function resolved(at: HTMLElement, color: string): string {
  const probe = document.createElement('span');
  probe.style.color = color;
  at.parentElement?.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}
