import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { FormControl, FormGroup, ReactiveFormsModule, Validators } from '@angular/forms';
import { MatButton } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { MatError, MatFormField, MatHint, MatLabel } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { MatSelectModule } from '@angular/material/select';
import { maxPasswordLength, minPasswordLength, Role, roles } from '@audience-relay/contracts';
import { Api, createUser, updateUser, UserDto } from '@audience-relay/api-client';
import { Texts } from '../../core/i18n/texts';
import { ControlTexts } from '../../shared/forms/control-texts';
import { FormSaving } from '../../shared/forms/form-saving';
import { ProblemNotice } from '../../shared/problem-notice';

/** Makes a user (data null) or changes one. Closes with true when something was saved. */
@Component({
  selector: 'ar-user-dialog',
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
  templateUrl: './user-dialog.html',
})
export class UserDialog {
  readonly #api = inject(Api);
  readonly #dialog = inject<MatDialogRef<UserDialog, boolean>>(MatDialogRef);
  protected readonly texts = inject(Texts);
  protected readonly errors = inject(ControlTexts);
  protected readonly user = inject<UserDto | null>(MAT_DIALOG_DATA);
  protected readonly roles = roles;
  protected readonly minPasswordLength = minPasswordLength;
  protected readonly form = new FormGroup({
    name: new FormControl(this.user?.name ?? '', {
      nonNullable: true,
      validators: [Validators.required, Validators.pattern(/\S/), Validators.maxLength(100)],
    }),
    email: new FormControl(
      { value: this.user?.email ?? '', disabled: this.user !== null },
      { nonNullable: true, validators: [Validators.required, Validators.email, Validators.maxLength(254)] },
    ),
    role: new FormControl<Role>(this.user?.role ?? 'contributor', { nonNullable: true }),
    password: new FormControl('', {
      nonNullable: true,
      validators: [
        ...(this.user ? [] : [Validators.required]),
        Validators.minLength(minPasswordLength),
        Validators.maxLength(maxPasswordLength),
      ],
    }),
  });
  protected readonly saving = new FormSaving(this.form, {
    nameTaken: { control: this.form.controls.email, text: 'users.emailTaken' },
  });

  protected save(): Promise<void> {
    return this.saving.save(() => this.#send());
  }

  async #send(): Promise<void> {
    const { name, email, role, password } = this.form.getRawValue();
    if (this.user)
      await this.#api.invoke(updateUser, {
        id: this.user.id,
        body: { version: this.user.version, name: name.trim(), role, ...(password && { password }) },
      });
    else
      await this.#api.invoke(createUser, {
        body: { name: name.trim(), email: email.trim(), role, password },
      });
    this.#dialog.close(true);
  }
}
