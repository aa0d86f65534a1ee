import { CdkCopyToClipboard } from '@angular/cdk/clipboard';
import {
  afterRenderEffect,
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  inject,
  signal,
  viewChild,
} from '@angular/core';
import { FormControl, FormGroup, ReactiveFormsModule, Validators } from '@angular/forms';
import { MatButton, MatIconButton } from '@angular/material/button';
import { MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { MatError, MatFormField, MatHint, MatLabel, MatSuffix } from '@angular/material/form-field';
import { MatIcon } from '@angular/material/icon';
import { MatInput } from '@angular/material/input';
import { MatSelectModule } from '@angular/material/select';
import { Role, roles } from '@audience-relay/contracts';
import { Api, createApiKey } from '@audience-relay/api-client';
import { Texts } from '../../core/i18n/texts';
import { Notify } from '../../core/notify';
import { ControlTexts } from '../../shared/forms/control-texts';
import { FormSaving } from '../../shared/forms/form-saving';
import { ProblemNotice } from '../../shared/problem-notice';

const dayMs = 24 * 60 * 60_000;

/** Makes an API key and shows it, the only time that it can be seen. */
@Component({
  selector: 'ar-api-key-dialog',
  imports: [
    CdkCopyToClipboard,
    MatButton,
    MatDialogModule,
    MatError,
    MatFormField,
    MatHint,
    MatIcon,
    MatIconButton,
    MatInput,
    MatLabel,
    MatSelectModule,
    MatSuffix,
    ProblemNotice,
    ReactiveFormsModule,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './api-key-dialog.html',
  styles: `
    .key {
      font-family: ui-monospace, monospace;
    }
  `,
})
export class ApiKeyDialog {
  readonly #api = inject(Api);
  readonly #notify = inject(Notify);
  readonly #dialog = inject<MatDialogRef<ApiKeyDialog>>(MatDialogRef);
  protected readonly texts = inject(Texts);
  protected readonly errors = inject(ControlTexts);
  protected readonly roles = roles;
  /** In days; 0 = never ends. */
  protected readonly lifetimes = [30, 90, 365, 0];
  protected readonly shown = viewChild<ElementRef<HTMLInputElement>>('shown');
  protected readonly key = signal<string | null>(null);
  protected readonly form = new FormGroup({
    name: new FormControl('', {
      nonNullable: true,
      validators: [Validators.required, Validators.pattern(/\S/), Validators.maxLength(100)],
    }),
    role: new FormControl<Role>('contributor', { nonNullable: true }),
    days: new FormControl(90, { nonNullable: true }),
  });
  protected readonly saving = new FormSaving(this.form);

  constructor() {
    // The form is gone, and with it the focus.
    afterRenderEffect(() => this.shown()?.nativeElement.focus());
  }

  protected save(): Promise<void> {
    return this.saving.save(async () => {
      const { name, role, days } = this.form.getRawValue();
      const expiresAt = days === 0 ? null : new Date(Date.now() + days * dayMs).toISOString();
      const made = await this.#api.invoke(createApiKey, { body: { name: name.trim(), role, expiresAt } });
      this.key.set(made.key);
      // A click beside the dialog must not throw away what cannot be shown again.
      this.#dialog.disableClose = true;
    });
  }

  protected copied(done: boolean): void {
    if (done) this.#notify.done(this.texts.t('apiKeys.copied'));
  }
}
