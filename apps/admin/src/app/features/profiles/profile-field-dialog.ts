import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { FormControl, FormGroup, ReactiveFormsModule, Validators } from '@angular/forms';
import { MatButton } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { MatError, MatFormField, MatHint, MatLabel } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { MatSelectModule } from '@angular/material/select';
import { fieldTypes, semanticTypes } from '@audience-relay/contracts';
import { Api, ProfileFieldDto, updateProfileField } from '@audience-relay/api-client';
import { Texts } from '../../core/i18n/texts';
import { ControlTexts } from '../../shared/forms/control-texts';
import { FormSaving } from '../../shared/forms/form-saving';
import { ProblemNotice } from '../../shared/problem-notice';

/** Names a field and says what it means. Closes with the field as it is then. */
@Component({
  selector: 'ar-profile-field-dialog',
  imports: [
    MatButton,
    MatDialogModule,
    MatError,
    MatFormField,
    MatHint,
    MatInput,
    MatLabel,
    MatSelectModule,
    ProblemNotice,
    ReactiveFormsModule,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <h2 mat-dialog-title>{{ texts.t('profileFields.editName', { name: field.label }) }}</h2>
    <form novalidate [formGroup]="form" (ngSubmit)="save()">
      <mat-dialog-content class="form">
        <mat-form-field subscriptSizing="dynamic">
          <mat-label>{{ texts.t('profileFields.column.label') }}</mat-label>
          <input matInput required maxlength="100" formControlName="label" />
          <mat-error>{{ errors.error(form.controls.label) }}</mat-error>
        </mat-form-field>
        <mat-form-field subscriptSizing="dynamic">
          <mat-label>{{ texts.t('profileFields.column.meaning') }}</mat-label>
          <mat-select formControlName="semanticType">
            @for (meaning of meanings; track meaning) {
              <mat-option [value]="meaning">{{ meaningText(meaning) }}</mat-option>
            }
          </mat-select>
          <mat-hint>{{ texts.t('profileFields.meaningHint') }}</mat-hint>
        </mat-form-field>
        <mat-form-field subscriptSizing="dynamic">
          <mat-label>{{ texts.t('profileFields.column.type') }}</mat-label>
          <mat-select formControlName="type">
            @for (type of types; track type) {
              <mat-option [value]="type">{{ typeText(type) }}</mat-option>
            }
          </mat-select>
          <mat-hint>{{ texts.t('profileFields.typeHint') }}</mat-hint>
        </mat-form-field>
        @if (saving.problem(); as problem) {
          <ar-problem-notice [problem]="problem" />
        }
      </mat-dialog-content>
      <mat-dialog-actions align="end">
        <button matButton type="button" mat-dialog-close>{{ texts.t('ui.cancel') }}</button>
        <button matButton="filled" type="submit" [disabled]="saving.busy()">{{ texts.t('ui.save') }}</button>
      </mat-dialog-actions>
    </form>
  `,
})
export class ProfileFieldDialog {
  readonly #api = inject(Api);
  readonly #dialog = inject<MatDialogRef<ProfileFieldDialog, ProfileFieldDto>>(MatDialogRef);
  protected readonly texts = inject(Texts);
  protected readonly errors = inject(ControlTexts);
  protected readonly field = inject<ProfileFieldDto>(MAT_DIALOG_DATA);
  protected readonly meanings = semanticTypes;
  protected readonly types = fieldTypes;
  protected readonly form = new FormGroup({
    label: new FormControl(this.field.label, {
      nonNullable: true,
      validators: [Validators.required, Validators.pattern(/\S/), Validators.maxLength(100)],
    }),
    semanticType: new FormControl(this.field.semanticType, { nonNullable: true }),
    type: new FormControl(this.field.type, { nonNullable: true }),
  });
  protected readonly saving = new FormSaving(this.form);

  protected meaningText(meaning: (typeof semanticTypes)[number]): string {
    return this.texts.t(`meaning.${meaning}`);
  }

  protected typeText(type: (typeof fieldTypes)[number]): string {
    return this.texts.t(`fieldType.${type}`);
  }

  protected save(): Promise<void> {
    return this.saving.save(async () => {
      const body = this.form.getRawValue();
      this.#dialog.close(await this.#api.invoke(updateProfileField, { key: this.field.key, body }));
    });
  }
}
