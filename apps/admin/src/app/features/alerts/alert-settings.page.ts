import { ChangeDetectionStrategy, Component, computed, ElementRef, inject, signal } from '@angular/core';
import { AbstractControl, FormControl, FormGroup, ReactiveFormsModule, Validators } from '@angular/forms';
import { MatButton } from '@angular/material/button';
import { MatCheckbox } from '@angular/material/checkbox';
import { MatError, MatFormField, MatHint, MatLabel } from '@angular/material/form-field';
import { MatIcon } from '@angular/material/icon';
import { MatInput } from '@angular/material/input';
import {
  AlertSettingsDto,
  AlertTestDto,
  Api,
  getAlertSettings,
  setAlertSettings,
  SetAlertSettingsDto,
  testAlertSettings,
} from '@audience-relay/api-client';
import { Notice, PageHeader } from '@audience-relay/ui';
import { Problem, problemOf } from '../../core/http/problem';
import { Texts } from '../../core/i18n/texts';
import { Notify } from '../../core/notify';
import { MayHoldChanges } from '../../core/unsaved-changes';
import { Conflict } from '../../shared/conflict';
import { ControlTexts } from '../../shared/forms/control-texts';
import { focusFirstInvalid } from '../../shared/forms/focus-first-invalid';
import { placeErrors } from '../../shared/forms/server-errors';
import { ProblemNotice } from '../../shared/problem-notice';
import { recipientsOf, recipientsValidator } from './recipients';

const minSecretLength = 16;

/** By which ways alerts are sent besides the list, and a test of them. */
@Component({
  selector: 'ar-alert-settings-page',
  imports: [
    MatButton,
    MatCheckbox,
    MatError,
    MatFormField,
    MatHint,
    MatIcon,
    MatInput,
    MatLabel,
    Notice,
    PageHeader,
    ProblemNotice,
    ReactiveFormsModule,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './alert-settings.page.html',
})
export class AlertSettingsPage implements MayHoldChanges {
  readonly #api = inject(Api);
  readonly #notify = inject(Notify);
  readonly #conflict = inject(Conflict);
  readonly #element = inject<ElementRef<HTMLElement>>(ElementRef);
  protected readonly texts = inject(Texts);
  protected readonly errors = inject(ControlTexts);

  protected readonly stored = signal<AlertSettingsDto | null>(null);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly saveProblem = signal<Problem | null>(null);
  protected readonly saving = signal(false);
  protected readonly testing = signal(false);
  protected readonly tested = signal<AlertTestDto | null>(null);
  protected readonly canTest = computed(() => {
    const stored = this.stored();
    return stored !== null && (stored.email !== null || stored.webhook !== null);
  });

  protected readonly form = new FormGroup({
    useEmail: new FormControl(false, { nonNullable: true }),
    email: new FormGroup({
      from: new FormControl('', { nonNullable: true, validators: [Validators.required, Validators.email] }),
      to: new FormControl('', { nonNullable: true, validators: [recipientsValidator] }),
      apiKey: new FormControl('', { nonNullable: true, validators: [Validators.minLength(10)] }),
      baseUrl: new FormControl('https://api.sendgrid.com', {
        nonNullable: true,
        validators: [Validators.required, isUrl],
      }),
    }),
    useWebhook: new FormControl(false, { nonNullable: true }),
    webhook: new FormGroup({
      url: new FormControl('', { nonNullable: true, validators: [Validators.required, isUrl] }),
      signingSecret: new FormControl('', {
        nonNullable: true,
        validators: [Validators.minLength(minSecretLength)],
      }),
      removeSecret: new FormControl(false, { nonNullable: true }),
    }),
  });

  constructor() {
    void this.load();
  }

  hasUnsavedChanges(): boolean {
    return this.form.dirty;
  }

  protected async load(): Promise<void> {
    this.problem.set(null);
    try {
      this.#take(await this.#api.invoke(getAlertSettings));
    } catch (error) {
      this.problem.set(problemOf(error));
    }
  }

  /** Only what is switched on has to be filled in. */
  protected toggle(part: 'email' | 'webhook', on: boolean): void {
    const group = this.form.controls[part];
    if (on) group.enable();
    else group.disable();
  }

  protected async save(): Promise<void> {
    const stored = this.stored();
    if (!stored) return;
    const { apiKey } = this.form.controls.email.controls;
    // The key is only missing where none is stored.
    if (this.form.controls.useEmail.value && stored.email === null && apiKey.value === '')
      apiKey.setErrors({ required: true });
    this.form.markAllAsTouched();
    if (this.form.invalid) return focusFirstInvalid(this.#element.nativeElement);
    this.saving.set(true);
    this.saveProblem.set(null);
    this.tested.set(null);
    try {
      this.#take(await this.#api.invoke(setAlertSettings, { body: this.#body(stored.version) }));
      this.#notify.done(this.texts.t('alertSettings.saved'));
    } catch (error) {
      await this.#refused(problemOf(error));
    } finally {
      this.saving.set(false);
    }
  }

  protected async test(): Promise<void> {
    this.testing.set(true);
    this.tested.set(null);
    try {
      this.tested.set(await this.#api.invoke(testAlertSettings));
    } catch (error) {
      this.#notify.failed(error);
    } finally {
      this.testing.set(false);
    }
  }

  #body(version: number): SetAlertSettingsDto {
    const { useEmail, email, useWebhook, webhook } = this.form.getRawValue();
    const secret = webhook.removeSecret ? null : webhook.signingSecret || undefined;
    return {
      version,
      email: useEmail
        ? {
            from: email.from.trim(),
            to: recipientsOf(email.to),
            baseUrl: email.baseUrl.trim(),
            ...(email.apiKey && { apiKey: email.apiKey.trim() }),
          }
        : null,
      webhook: useWebhook
        ? { url: webhook.url.trim(), ...(secret !== undefined && { signingSecret: secret }) }
        : null,
    };
  }

  async #refused(problem: Problem): Promise<void> {
    if (problem.code !== 'version-conflict') {
      this.saveProblem.set(placeErrors(this.form, problem));
      focusFirstInvalid(this.#element.nativeElement);
      return;
    }
    if ((await this.#conflict.ask()) === 'theirs') return this.load();
    this.stored.set(await this.#api.invoke(getAlertSettings));
  }

  #take(stored: AlertSettingsDto): void {
    this.stored.set(stored);
    const { email, webhook } = stored;
    this.form.reset({
      useEmail: email !== null,
      email: email ? { from: email.from, to: email.to.join('\n'), apiKey: '', baseUrl: email.baseUrl } : {},
      useWebhook: webhook !== null,
      webhook: webhook ? { url: webhook.url } : {},
    });
    this.toggle('email', email !== null);
    this.toggle('webhook', webhook !== null);
  }
}

function isUrl({ value }: AbstractControl<string>): { url: true } | null {
  return /^https?:\/\/\S+$/.test(value.trim()) ? null : { url: true };
}
