import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { MatFormField, MatHint, MatLabel } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { MatSelectModule } from '@angular/material/select';
import { Recurrence, recurrenceKinds } from '@audience-relay/contracts';
import { Api, previewNextTimes } from '@audience-relay/api-client';
import { Texts } from '../../core/i18n/texts';
import { NextTimes } from './next-times';
import { ownTimeZone, timeZones } from './time-zones';
import { WeekdayPicker } from './weekday-picker';

/** What an own schedule begins with: every Monday morning where the person is. */
export function newRecurrence(): Recurrence {
  return { every: 'weekly', timeZone: ownTimeZone(), time: '07:00', weekdays: [1], days: [1], cron: null };
}

/** How often, when, and in which time zone; with the next times as one chooses. */
@Component({
  selector: 'ar-recurrence-editor',
  imports: [MatFormField, MatHint, MatInput, MatLabel, MatSelectModule, NextTimes, WeekdayPicker],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <mat-form-field subscriptSizing="dynamic">
      <mat-label>{{ texts.t('schedule.every') }}</mat-label>
      <mat-select [value]="value().every" (valueChange)="change({ every: $event })">
        @for (kind of kinds; track kind) {
          <mat-option [value]="kind">{{ kindText(kind) }}</mat-option>
        }
      </mat-select>
    </mat-form-field>
    @switch (value().every) {
      @case ('weekly') {
        <ar-weekday-picker [chosen]="value().weekdays" (chosenChange)="change({ weekdays: $event })" />
      }
      @case ('monthly') {
        <mat-form-field subscriptSizing="dynamic">
          <mat-label>{{ texts.t('schedule.days') }}</mat-label>
          <mat-select multiple [value]="value().days" (valueChange)="change({ days: $event })">
            @for (day of monthDays; track day) {
              <mat-option [value]="day">{{ day }}</mat-option>
            }
          </mat-select>
          <mat-hint>{{ texts.t('schedule.daysHint') }}</mat-hint>
        </mat-form-field>
      }
      @case ('cron') {
        <mat-form-field subscriptSizing="dynamic">
          <mat-label>{{ texts.t('schedule.cron') }}</mat-label>
          <input
            #cron
            matInput
            class="code"
            autocomplete="off"
            maxlength="200"
            placeholder="30 7 * * 1-5"
            [value]="value().cron ?? ''"
            (change)="change({ cron: cron.value.trim() || null })"
          />
          <mat-hint>{{ texts.t('schedule.cronHint') }}</mat-hint>
        </mat-form-field>
      }
    }
    @if (value().every !== 'cron') {
      <mat-form-field subscriptSizing="dynamic">
        <mat-label>{{ texts.t('schedule.time') }}</mat-label>
        <input
          #time
          matInput
          type="time"
          required
          [value]="value().time"
          (change)="change({ time: time.value })"
        />
        <mat-hint>{{
          texts.t(value().every === 'hourly' ? 'schedule.hourlyHint' : 'schedule.timeHint')
        }}</mat-hint>
      </mat-form-field>
    }
    <mat-form-field subscriptSizing="dynamic">
      <mat-label>{{ texts.t('schedule.timeZone') }}</mat-label>
      <select #zone matNativeControl [value]="value().timeZone" (change)="change({ timeZone: zone.value })">
        @for (option of zones; track option) {
          <option [value]="option" [selected]="option === value().timeZone">{{ option }}</option>
        }
      </select>
    </mat-form-field>
    <ar-next-times [ask]="ask()" />
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 16px;
    }
    mat-form-field {
      width: 100%;
    }
  `,
})
export class RecurrenceEditor {
  readonly #api = inject(Api);
  protected readonly texts = inject(Texts);
  protected readonly kinds = recurrenceKinds;
  protected readonly zones = timeZones;
  protected readonly monthDays = Array.from({ length: 31 }, (_, index) => index + 1);

  readonly value = input.required<Recurrence>();
  readonly valueChange = output<Recurrence>();

  protected readonly ask = computed(() => {
    const body = this.value();
    return async () => (await this.#api.invoke(previewNextTimes, { body })).times;
  });

  protected kindText(kind: (typeof recurrenceKinds)[number]): string {
    return this.texts.t(`schedule.kinds.${kind}`);
  }

  protected change(part: Partial<Recurrence>): void {
    this.valueChange.emit({ ...this.value(), ...part });
  }
}
