import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { ExportScheduleDto } from '@audience-relay/api-client';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { scheduleWords } from './schedule-words';

/** An export's schedule in words, and below it when it runs next by itself. */
@Component({
  selector: 'ar-schedule-summary',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div>{{ words() }}</div>
    @if (schedule().kind !== 'off') {
      <div class="muted small">
        @if (schedule().nextRunAt; as next) {
          {{ texts.t('export.next', { when: formats.minute(next) }) }}
        } @else {
          {{ texts.t('schedule.nothingPlanned') }}
        }
      </div>
    }
  `,
  styles: `
    :host {
      display: block;
      min-width: 14ch;
      max-width: 34ch;
    }
  `,
})
export class ScheduleSummary {
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);
  readonly schedule = input.required<ExportScheduleDto>();

  protected readonly words = computed(() => scheduleWords(this.schedule(), this.texts));
}
