import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { ReactiveFormsModule } from '@angular/forms';
import { MatButton } from '@angular/material/button';
import { MatCheckbox } from '@angular/material/checkbox';
import { MatError, MatFormField, MatHint, MatLabel } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { MatSelectModule } from '@angular/material/select';
import { FieldSpecDto } from '@audience-relay/api-client';
import { Texts } from '../../core/i18n/texts';
import { ControlTexts } from '../forms/control-texts';
import { FieldsForm } from './field-values';
import { SpecTexts } from './spec-texts';

/** Inputs for what a destination declares. Targets are not among them: choosing one takes a list of its own. */
@Component({
  selector: 'ar-spec-fields',
  imports: [
    MatButton,
    MatCheckbox,
    MatError,
    MatFormField,
    MatHint,
    MatInput,
    MatLabel,
    MatSelectModule,
    ReactiveFormsModule,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './spec-fields.html',
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 16px;
    }
    mat-form-field {
      width: 100%;
    }
    .more {
      align-self: flex-start;
    }
  `,
})
export class SpecFields {
  protected readonly texts = inject(Texts);
  protected readonly words = inject(SpecTexts);
  protected readonly errors = inject(ControlTexts);

  readonly destination = input.required<string>();
  readonly specs = input.required<readonly FieldSpecDto[]>();
  readonly form = input.required<FieldsForm>();
  /** Secrets that are stored: their hints by key, such as `…cess`. */
  readonly storedSecrets = input<Readonly<Record<string, string>>>({});

  protected readonly showAdvanced = signal(false);
  protected readonly hasAdvanced = computed(() => this.specs().some(({ advanced }) => advanced));
  protected readonly shown = computed(() =>
    this.specs().filter(({ type, advanced }) => type !== 'target' && (!advanced || this.showAdvanced())),
  );
}
