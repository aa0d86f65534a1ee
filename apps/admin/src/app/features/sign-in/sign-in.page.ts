import { ChangeDetectionStrategy, Component, inject, input, signal } from '@angular/core';
import { NonNullableFormBuilder, ReactiveFormsModule, Validators } from '@angular/forms';
import { MatButton } from '@angular/material/button';
import { MatError, MatFormField, MatLabel } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { Router } from '@angular/router';
import { Notice } from '@audience-relay/ui';
import { innerAddress } from '../../core/auth/inner-address';
import { Session } from '../../core/auth/session';
import { Problem, problemOf } from '../../core/http/problem';
import { Texts } from '../../core/i18n/texts';
import { focusFirstInvalid } from '../../shared/forms/focus-first-invalid';
import { LanguageSwitch } from '../../shell/language-switch';
import { Logo } from '../../shell/logo';
import { ProblemNotice } from '../../shared/problem-notice';

@Component({
  selector: 'ar-sign-in-page',
  imports: [
    LanguageSwitch,
    Logo,
    MatButton,
    MatError,
    MatFormField,
    MatInput,
    MatLabel,
    Notice,
    ProblemNotice,
    ReactiveFormsModule,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './sign-in.page.html',
  styleUrl: './sign-in.page.scss',
})
export class SignInPage {
  readonly #session = inject(Session);
  readonly #router = inject(Router);
  protected readonly texts = inject(Texts);

  /** Where the person was going (query parameter). */
  readonly to = input<string>();

  protected readonly form = inject(NonNullableFormBuilder).group({
    email: ['', Validators.required],
    password: ['', Validators.required],
  });
  protected readonly busy = signal(false);
  protected readonly problem = signal<Problem | null>(null);

  protected async signIn(form: HTMLFormElement): Promise<void> {
    this.form.markAllAsTouched();
    if (this.form.invalid) return focusFirstInvalid(form);
    this.busy.set(true);
    this.problem.set(null);
    try {
      const { email, password } = this.form.getRawValue();
      await this.#session.signIn(email, password);
      await this.#router.navigateByUrl(innerAddress(this.to()));
    } catch (error) {
      this.problem.set(problemOf(error));
      this.form.controls.password.reset();
    } finally {
      this.busy.set(false);
    }
  }
}
