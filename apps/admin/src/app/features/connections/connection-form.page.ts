import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  signal,
  untracked,
} from '@angular/core';
import { FormControl, FormGroup, ReactiveFormsModule, Validators } from '@angular/forms';
import { MatButton } from '@angular/material/button';
import { MatCheckbox } from '@angular/material/checkbox';
import { MatError, MatFormField, MatHint, MatLabel } from '@angular/material/form-field';
import { MatIcon } from '@angular/material/icon';
import { MatInput } from '@angular/material/input';
import { MatRadioModule } from '@angular/material/radio';
import { Router } from '@angular/router';
import { Sharing, sharings } from '@audience-relay/contracts';
import {
  Api,
  ConnectionDto,
  createConnection,
  getConnection,
  getConsentText,
  setExportUser,
  testConnection,
  testCredentials,
  TestResultDto,
  updateConnection,
} from '@audience-relay/api-client';
import { Notice, PageHeader, StatusChip } from '@audience-relay/ui';
import { Session } from '../../core/auth/session';
import { Destinations } from '../../core/destinations';
import { Problem, problemOf } from '../../core/http/problem';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { Notify } from '../../core/notify';
import { MayHoldChanges } from '../../core/unsaved-changes';
import { enteredValues, FieldsForm, fieldsForm } from '../../shared/fields/field-values';
import { SpecFields } from '../../shared/fields/spec-fields';
import { ControlTexts } from '../../shared/forms/control-texts';
import { placeErrors } from '../../shared/forms/server-errors';
import { ProblemNotice } from '../../shared/problem-notice';
import { ConnectionRemoval } from './connection-removal';
import { Loaded } from '../../core/http/loaded';
import { LoadState } from '../../shared/load-state';
import { controlState } from '../../shared/forms/control-state';
import { FormSaving } from '../../shared/forms/form-saving';

/** Makes or changes a connection: name, sharing, credentials (write-only), consent, export user. */
@Component({
  selector: 'ar-connection-form-page',
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
    MatRadioModule,
    Notice,
    PageHeader,
    ProblemNotice,
    ReactiveFormsModule,
    SpecFields,
    StatusChip,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './connection-form.page.html',
  styleUrl: './connection-form.page.scss',
})
export class ConnectionFormPage implements MayHoldChanges {
  readonly #api = inject(Api);
  readonly #router = inject(Router);
  readonly #notify = inject(Notify);
  readonly #removal = inject(ConnectionRemoval);
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);
  protected readonly session = inject(Session);
  protected readonly destinations = inject(Destinations);
  protected readonly errors = inject(ControlTexts);
  protected readonly sharings = sharings;

  /** From the address; absent for a new connection. */
  readonly id = input<string>();

  protected readonly form = new FormGroup({
    destination: new FormControl('', { nonNullable: true, validators: Validators.required }),
    name: new FormControl('', {
      nonNullable: true,
      validators: [Validators.required, Validators.pattern(/\S/), Validators.maxLength(100)],
    }),
    sharing: new FormControl<Sharing>('administrators', { nonNullable: true }),
    consent: new FormControl(false, { nonNullable: true, validators: Validators.requiredTrue }),
    password: new FormControl('', { nonNullable: true }),
  });
  /** Those of the destination: created anew when it changes. */
  protected readonly fields = signal<FieldsForm | null>(null);
  protected readonly loaded = new Loaded({
    params: () => ({ id: this.id() }),
    loader: async ({ id }) => ({ existing: id ? await this.#api.invoke(getConnection, { id }) : null }),
  });
  protected readonly existing = computed(() => this.loaded.value()?.existing ?? null);
  protected readonly saving = new FormSaving<ConnectionDto>(this.form, {
    conflict: {
      latest: () => this.#api.invoke(getConnection, { id: this.existing()?.id ?? '' }),
      take: (theirs) => this.#take(theirs),
      keep: ({ version }) => (this.#version = version ?? 0),
    },
    nameTaken: { text: 'connection.nameTaken' },
  });
  #version = 0;
  protected readonly testProblem = signal<Problem | null>(null);
  protected readonly userProblem = signal<Problem | null>(null);
  protected readonly busy = signal<'test' | 'user' | null>(null);
  protected readonly result = signal<TestResultDto | null>(null);

  protected readonly destinationState = controlState(() => this.form.controls.destination);
  protected readonly consentState = controlState(() => this.form.controls.consent);
  protected readonly destination = computed(() =>
    this.destinations.find(this.destinationState()?.value ?? ''),
  );
  protected readonly consentText = new Loaded({
    params: () => this.texts.language(),
    loader: (lang) => this.#api.invoke(getConsentText, { lang }),
  });
  /** Agreed to before, and the text is still the same. */
  protected readonly agreed = computed(() => this.existing()?.consent?.current === true);
  protected readonly storedSecrets = computed(() => {
    const hints: Record<string, string> = {};
    for (const [key, value] of Object.entries(this.existing()?.fields ?? {}))
      if (typeof value === 'object' && value !== null) hints[key] = value.hint;
    return hints;
  });
  /** The export user is there and may act. */
  protected readonly hasUser = computed(() => {
    const user = this.existing()?.exportUser;
    return user !== null && user !== undefined && !user.disabled;
  });

  constructor() {
    effect(() => {
      const existing = this.existing();
      if (existing) untracked(() => this.#fill(existing));
    });
    effect(() => {
      const destination = this.destination();
      const existing = this.existing();
      // What is typed stays when only the export user is another.
      if (!destination || (existing && this.form.dirty)) return;
      const fields = fieldsForm(destination.connectionFields, existing?.fields);
      this.fields.set(fields);
      (this.form as FormGroup).setControl('fields', fields, { emitEvent: false });
      this.result.set(null);
      this.testProblem.set(null);
    });
    effect(() => {
      const all = this.destinations.all();
      const only = all.length === 1 ? all[0] : undefined;
      if (only && !this.id()) this.form.controls.destination.setValue(only.key);
    });
  }

  hasUnsavedChanges(): boolean {
    return this.form.dirty;
  }

  /** Before the first save, what is typed; afterwards, what is stored. */
  protected async test(): Promise<void> {
    const fields = this.fields();
    const existing = this.existing();
    if (!fields) return;
    if (!this.saving.isComplete(fields)) return;
    this.busy.set('test');
    this.testProblem.set(null);
    this.result.set(null);
    try {
      this.result.set(
        existing
          ? await this.#api.invoke(testConnection, { id: existing.id })
          : await this.#api.invoke(testCredentials, {
              body: { destination: this.destinationState()?.value ?? '', fields: enteredValues(fields) },
            }),
      );
    } catch (error) {
      this.testProblem.set(placeErrors(new FormGroup({ fields }), problemOf(error)));
    } finally {
      this.busy.set(null);
    }
  }

  protected save(): Promise<void> {
    return this.saving.save(
      () => this.#send(),
      async (saved) => {
        this.#notify.done(this.texts.t('connection.saved', { name: saved.name }));
        if (saved.status?.state !== 'attention') return this.#router.navigate(['/connections']);
        // Saved, but it does not work: stay where that can be put right.
        if (this.existing()) this.#take(saved);
        else await this.#router.navigate(['/connections', saved.id], { replaceUrl: true });
        return true;
      },
    );
  }

  /** Adds me as export user of a stored connection, confirmed by my own password. */
  protected async becomeExportUser(): Promise<void> {
    const existing = this.existing();
    const password = this.form.controls.password;
    if (!existing) return;
    if (password.value === '') {
      password.setErrors({ required: true });
      password.markAsTouched();
      return;
    }
    this.busy.set('user');
    this.userProblem.set(null);
    try {
      const saved = await this.#api.invoke(setExportUser, {
        id: existing.id,
        body: { password: password.value },
      });
      password.reset();
      this.#take(saved);
    } catch (error) {
      this.userProblem.set(problemOf(error));
    } finally {
      this.busy.set(null);
    }
  }

  protected async remove(connection: ConnectionDto): Promise<void> {
    if (!(await this.#removal.remove(connection))) return;
    this.form.markAsPristine();
    await this.#router.navigate(['/connections']);
  }

  #send(): Promise<ConnectionDto> {
    const fields = this.fields();
    if (!fields) throw new Error('There is no form before a destination is chosen.');
    const { destination, name, sharing, password } = this.form.getRawValue();
    const consentTextVersion = this.consentText.value()?.version ?? '';
    const existing = this.existing();
    const entered = enteredValues(fields);
    if (!existing)
      return this.#api.invoke(createConnection, {
        body: {
          destination,
          name: name.trim(),
          sharing,
          fields: entered,
          consent: true,
          consentTextVersion,
          ...(password && { exportUser: { password } }),
        },
      });
    return this.#api.invoke(updateConnection, {
      id: existing.id,
      body: {
        version: this.#version,
        name: name.trim(),
        sharing,
        ...(fields.dirty && { fields: entered }),
        ...(!this.agreed() && { consent: true, consentTextVersion }),
      },
    });
  }

  #take(existing: ConnectionDto): void {
    this.loaded.set({ existing });
  }

  #fill(connection: ConnectionDto): void {
    this.#version = connection.version ?? 0;
    if (this.form.dirty) return;
    const { destination, name, sharing } = connection;
    this.form.reset({ destination, name, sharing, consent: this.agreed(), password: '' });
    this.form.controls.destination.disable({ emitEvent: false });
  }
}
