import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { AbstractControl, FormControl, FormGroup, ReactiveFormsModule, Validators } from '@angular/forms';
import { MatButton } from '@angular/material/button';
import { MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { MatError, MatFormField, MatHint, MatLabel } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { Api, changePassword } from '@audience-relay/api-client';
import { maxPasswordLength, minPasswordLength } from '@audience-relay/contracts';
import { Session } from '../../core/auth/session';
import { Texts } from '../../core/i18n/texts';
import { Notify } from '../../core/notify';
import { ControlTexts } from '../../shared/forms/control-texts';
import { FormSaving } from '../../shared/forms/form-saving';
import { ProblemNotice } from '../../shared/problem-notice';

/** One's own password. Closes with true when it was changed. */
@Component({
  selector: 'ar-password-dialog',
  imports: [
    MatButton,
    MatDialogModule,
    MatError,
    MatFormField,
    MatHint,
    MatInput,
    MatLabel,
    ProblemNotice,
    ReactiveFormsModule,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './password-dialog.html',
})
export class PasswordDialog {
  readonly #api = inject(Api);
  readonly #notify = inject(Notify);
  readonly #dialog = inject<MatDialogRef<PasswordDialog, boolean>>(MatDialogRef);
  protected readonly texts = inject(Texts);
  protected readonly errors = inject(ControlTexts);
  protected readonly email = inject(Session).user()?.email ?? '';
  protected readonly minPasswordLength = minPasswordLength;
  protected readonly form = new FormGroup({
    currentPassword: new FormControl('', { nonNullable: true, validators: Validators.required }),
    newPassword: new FormControl('', {
      nonNullable: true,
      validators: [
        Validators.required,
        Validators.minLength(minPasswordLength),
        Validators.maxLength(maxPasswordLength),
      ],
    }),
    again: new FormControl('', { nonNullable: true, validators: [Validators.required, likeTheNew] }),
  });
  protected readonly saving = new FormSaving(this.form);

  protected save(): Promise<void> {
    this.form.controls.again.updateValueAndValidity();
    return this.saving.save(async () => {
      const { currentPassword, newPassword } = this.form.getRawValue();
      await this.#api.invoke(changePassword, { body: { currentPassword, newPassword } });
      this.#notify.done(this.texts.t('password.done'));
      this.#dialog.close(true);
    });
  }
}

function likeTheNew({ value, parent }: AbstractControl<string>): { differs: true } | null {
  return parent === null || value === parent.get('newPassword')?.value ? null : { differs: true };
}
