import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { MatCheckbox } from '@angular/material/checkbox';
import { Weekday } from '@audience-relay/contracts';
import { Texts } from '../../core/i18n/texts';
import { weekdayNames } from './weekday-names';

@Component({
  selector: 'ar-weekday-picker',
  imports: [MatCheckbox],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <fieldset [disabled]="disabled()">
      <legend class="field-label">{{ texts.t('schedule.weekdays') }}</legend>
      <div class="row">
        @for (day of days(); track day.number) {
          <mat-checkbox
            [checked]="chosen().includes(day.number)"
            [disabled]="disabled()"
            (change)="toggle(day.number, $event.checked)"
            >{{ day.name }}</mat-checkbox
          >
        }
      </div>
    </fieldset>
  `,
})
export class WeekdayPicker {
  protected readonly texts = inject(Texts);
  readonly chosen = input.required<readonly Weekday[]>();
  readonly disabled = input(false);
  readonly chosenChange = output<Weekday[]>();

  protected readonly days = computed(() => weekdayNames(this.texts.locale()));

  protected toggle(day: Weekday, chosen: boolean): void {
    const others = this.chosen().filter((each) => each !== day);
    this.chosenChange.emit([...others, ...(chosen ? [day] : [])].sort());
  }
}
