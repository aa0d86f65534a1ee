import { ChangeDetectionStrategy, Component, effect, inject } from '@angular/core';
import { FormControl, FormGroup, ReactiveFormsModule, Validators } from '@angular/forms';
import { MatButton } from '@angular/material/button';
import { MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { MatError, MatFormField, MatLabel } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { Session } from '../../core/auth/session';
import { Texts } from '../../core/i18n/texts';
import { Notify } from '../../core/notify';
import { ControlTexts } from '../../shared/forms/control-texts';
import { FormSaving } from '../../shared/forms/form-saving';
import { ProblemNotice } from '../../shared/problem-notice';

/** The session has expired: the same person signs in over the page, and nothing that was typed is lost. */
@Component({
  selector: 'ar-sign-in-again-dialog',
  imports: [
    MatButton,
    MatDialogModule,
    MatError,
    MatFormField,
    MatInput,
    MatLabel,
    ProblemNotice,
    ReactiveFormsModule,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <h2 mat-dialog-title>{{ texts.t('signIn.again.heading') }}</h2>
    <form novalidate [formGroup]="form" (ngSubmit)="signIn()">
      <mat-dialog-content class="form">
        <p class="muted">{{ texts.t('signIn.again.text', { email }) }}</p>
        <!-- So that a password manager knows whose password it is. -->
        <input hidden type="email" autocomplete="username" [value]="email" />
        <mat-form-field subscriptSizing="dynamic">
          <mat-label>{{ texts.t('signIn.password') }}</mat-label>
          <input
            matInput
            required
            cdkFocusInitial
            type="password"
            autocomplete="current-password"
            formControlName="password"
          />
          <mat-error>{{ errors.error(form.controls.password) }}</mat-error>
        </mat-form-field>
        @if (saving.problem(); as problem) {
          <ar-problem-notice [problem]="problem" />
        }
      </mat-dialog-content>
      <mat-dialog-actions align="end">
        <button matButton type="button" (click)="signOut()">{{ texts.t('shell.signOut') }}</button>
        <button matButton="filled" type="submit" [disabled]="saving.busy()">
          {{ texts.t('signIn.submit') }}
        </button>
      </mat-dialog-actions>
    </form>
  `,
})
export class SignInAgainDialog {
  readonly #session = inject(Session);
  readonly #notify = inject(Notify);
  readonly #dialog = inject<MatDialogRef<SignInAgainDialog>>(MatDialogRef);
  protected readonly texts = inject(Texts);
  protected readonly errors = inject(ControlTexts);
  protected readonly email = this.#session.user()?.email ?? '';
  protected readonly form = new FormGroup({
    password: new FormControl('', { nonNullable: true, validators: Validators.required }),
  });
  protected readonly saving = new FormSaving(this.form);

  constructor() {
    // Also when somebody signed in, or out, in another tab.
    effect(() => {
      if (this.#session.state() !== 'expired') this.#dialog.close();
    });
  }

  protected signIn(): Promise<void> {
    return this.saving.save(() => this.#session.signIn(this.email, this.form.getRawValue().password));
  }

  protected async signOut(): Promise<void> {
    try {
      await this.#session.signOut();
    } catch (error) {
      this.#notify.failed(error);
    }
  }
}
