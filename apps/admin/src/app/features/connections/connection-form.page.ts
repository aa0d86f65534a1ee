import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  ElementRef,
  inject,
  input,
  resource,
  signal,
} from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
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
import { Conflict } from '../../shared/conflict';
import { enteredValues, FieldsForm, fieldsForm } from '../../shared/fields/field-values';
import { SpecFields } from '../../shared/fields/spec-fields';
import { ControlTexts } from '../../shared/forms/control-texts';
import { focusFirstInvalid } from '../../shared/forms/focus-first-invalid';
import { placeErrors } from '../../shared/forms/server-errors';
import { ProblemNotice } from '../../shared/problem-notice';
import { ConnectionRemoval } from './connection-removal';

/** Makes or changes a connection: name, sharing, credentials (write-only), consent, export user. */
@Component({
  selector: 'ar-connection-form-page',
  imports: [
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
  readonly #conflict = inject(Conflict);
  readonly #removal = inject(ConnectionRemoval);
  readonly #element = inject<ElementRef<HTMLElement>>(ElementRef);
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
  protected readonly fields = signal<FieldsForm | null>(null);
  protected readonly existing = signal<ConnectionDto | null>(null);
  protected readonly loading = signal(false);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly saveProblem = signal<Problem | null>(null);
  protected readonly testProblem = signal<Problem | null>(null);
  protected readonly userProblem = signal<Problem | null>(null);
  protected readonly busy = signal<'test' | 'save' | 'user' | null>(null);
  protected readonly result = signal<TestResultDto | null>(null);
  readonly #saved = signal(false);

  readonly #chosen = toSignal(this.form.controls.destination.valueChanges, { initialValue: '' });
  protected readonly destination = computed(() => this.destinations.find(this.#chosen()));
  protected readonly consentText = resource({
    params: () => ({ lang: this.texts.language() }),
    loader: ({ params }) => this.#api.invoke(getConsentText, params),
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
      const id = this.id();
      if (id) void this.load(id);
    });
    effect(() => {
      const destination = this.destination();
      if (!destination) return;
      this.fields.set(fieldsForm(destination.connectionFields, this.existing()?.fields));
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
    return !this.#saved() && (this.form.dirty || (this.fields()?.dirty ?? false));
  }

  protected async load(id: string): Promise<void> {
    this.loading.set(true);
    this.problem.set(null);
    try {
      this.#fill(await this.#api.invoke(getConnection, { id }));
    } catch (error) {
      this.problem.set(problemOf(error));
    } finally {
      this.loading.set(false);
    }
  }

  /** Before the first save, what is typed; afterwards, what is stored. */
  protected async test(): Promise<void> {
    const fields = this.fields();
    const existing = this.existing();
    if (!fields) return;
    fields.markAllAsTouched();
    if (fields.invalid) return focusFirstInvalid(this.#element.nativeElement);
    this.busy.set('test');
    this.testProblem.set(null);
    this.result.set(null);
    try {
      this.result.set(
        existing
          ? await this.#api.invoke(testConnection, { id: existing.id })
          : await this.#api.invoke(testCredentials, {
              body: { destination: this.#chosen(), fields: enteredValues(fields) },
            }),
      );
    } catch (error) {
      this.testProblem.set(placeErrors(new FormGroup({ fields }), problemOf(error)));
    } finally {
      this.busy.set(null);
    }
  }

  protected async save(): Promise<void> {
    const fields = this.fields();
    this.form.markAllAsTouched();
    fields?.markAllAsTouched();
    if (this.form.invalid || !fields || fields.invalid) return focusFirstInvalid(this.#element.nativeElement);
    this.busy.set('save');
    this.saveProblem.set(null);
    try {
      const saved = await this.#send(fields);
      this.#saved.set(true);
      this.#notify.done(this.texts.t('connection.saved', { name: saved.name }));
      if (saved.status?.state === 'attention') {
        // Saved, but it does not work: stay where that can be put right.
        if (!this.existing()) await this.#router.navigate(['/connections', saved.id], { replaceUrl: true });
        this.#fill(saved);
        return;
      }
      await this.#router.navigate(['/connections']);
    } catch (error) {
      await this.#refused(problemOf(error), fields);
    } finally {
      this.busy.set(null);
    }
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
      this.existing.set(saved);
      password.reset();
    } catch (error) {
      this.userProblem.set(problemOf(error));
    } finally {
      this.busy.set(null);
    }
  }

  protected async remove(connection: ConnectionDto): Promise<void> {
    if (!(await this.#removal.remove(connection))) return;
    this.#saved.set(true);
    await this.#router.navigate(['/connections']);
  }

  #send(fields: FieldsForm): Promise<ConnectionDto> {
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
        version: existing.version ?? 0,
        name: name.trim(),
        sharing,
        ...(fields.dirty && { fields: entered }),
        ...(!this.agreed() && { consent: true, consentTextVersion }),
      },
    });
  }

  async #refused(problem: Problem, fields: FieldsForm): Promise<void> {
    const existing = this.existing();
    if (problem.code === 'version-conflict' && existing) {
      if ((await this.#conflict.ask()) === 'theirs') return this.load(existing.id);
      const { version } = await this.#api.invoke(getConnection, { id: existing.id });
      this.existing.update((connection) => connection && { ...connection, version });
      return;
    }
    if (problem.code === 'name-taken')
      this.form.controls.name.setErrors({ server: this.texts.t('connection.nameTaken') });
    const rest = placeErrors(new FormGroup({ ...this.form.controls, fields }), problem);
    this.saveProblem.set(rest);
  }

  #fill(connection: ConnectionDto): void {
    this.existing.set(connection);
    const { destination, name, sharing } = connection;
    this.form.reset({ destination, name, sharing, consent: this.agreed(), password: '' });
    this.form.controls.destination.disable({ emitEvent: false });
    const specs = this.destinations.find(destination)?.connectionFields;
    if (specs) this.fields.set(fieldsForm(specs, connection.fields));
    this.#saved.set(false);
  }
}
