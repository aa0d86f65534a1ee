import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { ReactiveFormsModule } from '@angular/forms';
import { MatCheckbox } from '@angular/material/checkbox';
import { MatError, MatFormField, MatHint, MatLabel } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { MatRadioModule } from '@angular/material/radio';
import { Recurrence } from '@audience-relay/contracts';
import { DestinationDto } from '@audience-relay/api-client';
import { Notice } from '@audience-relay/ui';
import { Texts } from '../../core/i18n/texts';
import { controlState } from '../../shared/forms/control-state';
import { ControlTexts } from '../../shared/forms/control-texts';
import { RecurrenceEditor } from '../../shared/schedule/recurrence-editor';
import { ExportForm } from './export-form';

/** How and when an export delivers. */
@Component({
  selector: 'ar-delivery-step',
  imports: [
    MatCheckbox,
    MatError,
    MatFormField,
    MatHint,
    MatInput,
    MatLabel,
    MatRadioModule,
    Notice,
    ReactiveFormsModule,
    RecurrenceEditor,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './delivery-step.html',
  styles: `
    mat-radio-group {
      display: flex;
      flex-direction: column;
    }
    p {
      margin: 0;
    }
  `,
})
export class DeliveryStep {
  protected readonly texts = inject(Texts);
  protected readonly errors = inject(ControlTexts);

  readonly form = input.required<ExportForm>();
  readonly destination = input.required<DestinationDto | undefined>();

  protected readonly mode = controlState(() => this.form().controls.mode);
  protected readonly removeStrangers = controlState(() => this.form().controls.removeStrangers);
  protected readonly schedule = controlState(() => this.form().controls.schedule);
  protected readonly canMirror = computed(
    () => this.destination()?.capabilities.modes.includes('mirror') ?? false,
  );
  protected readonly canListPeople = computed(() => this.destination()?.capabilities.listPeople ?? false);

  protected recur(recurrence: Recurrence): void {
    const { recurrence: control } = this.form().controls.schedule.controls;
    control.setValue(recurrence);
    control.markAsDirty();
  }
}
