import { ChangeDetectionStrategy, Component, computed, effect, inject, signal } from '@angular/core';
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
import { Texts } from '../../core/i18n/texts';
import { Notify } from '../../core/notify';
import { MayHoldChanges } from '../../core/unsaved-changes';
import { ControlTexts } from '../../shared/forms/control-texts';
import { ProblemNotice } from '../../shared/problem-notice';
import { recipientsOf, recipientsValidator } from './recipients';
import { Loaded } from '../../core/http/loaded';
import { LoadState } from '../../shared/load-state';
import { FormSaving } from '../../shared/forms/form-saving';

const minSecretLength = 16;

/** By which ways alerts are sent besides the list, and a test of them. */
@Component({
  selector: 'ar-alert-settings-page',
  imports: [
    LoadState,
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
  protected readonly texts = inject(Texts);
  protected readonly errors = inject(ControlTexts);

  protected readonly stored = new Loaded({ loader: () => this.#api.invoke(getAlertSettings) });
  protected readonly testing = signal(false);
  protected readonly tested = signal<AlertTestDto | null>(null);
  protected readonly canTest = computed(() => {
    const stored = this.stored.value();
    return stored !== undefined && (stored.email !== null || stored.webhook !== null);
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

  protected readonly saving = new FormSaving<AlertSettingsDto>(this.form, {
    conflict: {
      latest: () => this.#api.invoke(getAlertSettings),
      take: (theirs) => this.stored.set(theirs),
      keep: ({ version }) => (this.#version = version),
    },
  });
  #version = 0;

  constructor() {
    effect(() => {
      const stored = this.stored.value();
      if (stored) this.#take(stored);
    });
  }

  hasUnsavedChanges(): boolean {
    return this.form.dirty;
  }

  /** Only what is switched on has to be filled in. */
  protected toggle(part: 'email' | 'webhook', on: boolean): void {
    const group = this.form.controls[part];
    if (on) group.enable();
    else group.disable();
  }

  protected save(): Promise<void> {
    const { apiKey } = this.form.controls.email.controls;
    // The key is only missing where none is stored.
    if (this.form.controls.useEmail.value && !this.stored.value()?.email && apiKey.value === '')
      apiKey.setErrors({ required: true });
    this.tested.set(null);
    return this.saving.save(
      () => this.#api.invoke(setAlertSettings, { body: this.#body() }),
      (saved) => {
        this.stored.set(saved);
        this.#notify.done(this.texts.t('alertSettings.saved'));
      },
    );
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

  #body(): SetAlertSettingsDto {
    const { useEmail, email, useWebhook, webhook } = this.form.getRawValue();
    const secret = webhook.removeSecret ? null : webhook.signingSecret || undefined;
    return {
      version: this.#version,
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

  #take(stored: AlertSettingsDto): void {
    const { email, webhook, version } = stored;
    this.#version = version;
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
