import { BreakpointObserver } from '@angular/cdk/layout';
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  ElementRef,
  inject,
  input,
  signal,
  viewChild,
} from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { FormControl, FormGroup, ReactiveFormsModule, Validators } from '@angular/forms';
import { MatButton } from '@angular/material/button';
import { MatCheckbox } from '@angular/material/checkbox';
import { MatError, MatFormField, MatHint, MatLabel } from '@angular/material/form-field';
import { MatIcon } from '@angular/material/icon';
import { MatInput } from '@angular/material/input';
import { MatRadioModule } from '@angular/material/radio';
import { MatSelectModule } from '@angular/material/select';
import { MatStepper, MatStepperModule } from '@angular/material/stepper';
import { Router, RouterLink } from '@angular/router';
import {
  defaultRemovalLimit,
  DeliveryMode,
  DeliveryScope,
  ExportScheduleKind,
  Recurrence,
} from '@audience-relay/contracts';
import {
  Api,
  ConnectionDto,
  createExport,
  CreateExportDto,
  DestinationDto,
  ExportDto,
  ExportPreviewDto,
  getExport,
  listConnections,
  listProfileFields,
  previewNewExport,
  ProfileFieldDto,
  updateExport,
} from '@audience-relay/api-client';
import { EmptyState, Notice, PageHeader } from '@audience-relay/ui';
import { map } from 'rxjs';
import { Session } from '../../core/auth/session';
import { Destinations } from '../../core/destinations';
import { Problem, problemOf } from '../../core/http/problem';
import { Texts } from '../../core/i18n/texts';
import { Notify } from '../../core/notify';
import { MayHoldChanges } from '../../core/unsaved-changes';
import { Conflict } from '../../shared/conflict';
import { enteredValues, FieldInput, FieldsForm, fieldsForm } from '../../shared/fields/field-values';
import { SpecFields } from '../../shared/fields/spec-fields';
import { SpecTexts } from '../../shared/fields/spec-texts';
import { ControlTexts } from '../../shared/forms/control-texts';
import { focusFirstInvalid } from '../../shared/forms/focus-first-invalid';
import { placeErrors } from '../../shared/forms/server-errors';
import { newRecurrence, RecurrenceEditor } from '../../shared/schedule/recurrence-editor';
import { ProblemNotice } from '../../shared/problem-notice';
import { DryRun } from './dry-run';
import { MappingEditor } from './mapping-editor';
import { MappingForm, mappingForm } from './mapping-form';
import { SegmentPicker } from './segment-picker';
import { TargetPicker } from './target-picker';

interface ConnectionGroup {
  name: string;
  connections: ConnectionDto[];
}

const wholeNumber = Validators.pattern(/^\d+$/);

/** A new export, or a change of one: step by step, and nothing is sent by saving. */
@Component({
  selector: 'ar-export-form-page',
  imports: [
    DryRun,
    EmptyState,
    MappingEditor,
    MatButton,
    MatCheckbox,
    MatError,
    MatFormField,
    MatHint,
    MatIcon,
    MatInput,
    MatLabel,
    MatRadioModule,
    MatSelectModule,
    MatStepperModule,
    Notice,
    PageHeader,
    ProblemNotice,
    ReactiveFormsModule,
    RecurrenceEditor,
    RouterLink,
    SegmentPicker,
    SpecFields,
    TargetPicker,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './export-form.page.html',
  styleUrl: './export-form.page.scss',
})
export class ExportFormPage implements MayHoldChanges {
  readonly #api = inject(Api);
  readonly #router = inject(Router);
  readonly #destinations = inject(Destinations);
  readonly #notify = inject(Notify);
  readonly #conflict = inject(Conflict);
  readonly #element = inject<ElementRef<HTMLElement>>(ElementRef);
  protected readonly texts = inject(Texts);
  protected readonly session = inject(Session);
  protected readonly errors = inject(ControlTexts);
  protected readonly words = inject(SpecTexts);

  /** From the address; absent for a new export. */
  readonly id = input<string>();
  /** A segment to begin with (query parameter). */
  readonly segmentId = input<string>();

  protected readonly narrow = toSignal(
    inject(BreakpointObserver)
      .observe('(max-width: 959px)')
      .pipe(map(({ matches }) => matches)),
    { initialValue: false },
  );
  protected readonly basics = new FormGroup({
    name: new FormControl('', {
      nonNullable: true,
      validators: [Validators.required, Validators.pattern(/\S/), Validators.maxLength(100)],
    }),
    connectionId: new FormControl('', { nonNullable: true, validators: Validators.required }),
  });
  protected readonly segments = new FormGroup({
    segmentIds: new FormControl<string[]>([], { nonNullable: true, validators: Validators.required }),
  });
  protected readonly delivery = new FormGroup({
    mode: new FormControl<DeliveryMode>('upsert', { nonNullable: true }),
    removeStrangers: new FormControl(false, { nonNullable: true }),
    removalPercent: new FormControl<string | number | null>('', [Validators.min(0), Validators.max(100)]),
    removalCount: new FormControl<string | number | null>('', [wholeNumber, Validators.min(0)]),
    scope: new FormControl<DeliveryScope>('changes', { nonNullable: true }),
    hardLimit: new FormControl<string | number | null>('', [wholeNumber, Validators.min(1)]),
    rejectedLimit: new FormControl<string | number | null>('', [Validators.min(0), Validators.max(100)]),
  });
  protected readonly schedule = new FormGroup({
    kind: new FormControl<ExportScheduleKind>('follow', { nonNullable: true }),
    recurrence: new FormControl<Recurrence>(newRecurrence(), { nonNullable: true }),
  });
  /** Made anew when the destination changes. */
  protected readonly settings = signal<FieldsForm | null>(null);
  protected readonly mapping = signal<MappingForm | null>(null);
  protected readonly settingsLabels = signal<Record<string, string>>({});

  protected readonly loading = signal(true);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly saveProblem = signal<Problem | null>(null);
  protected readonly saving = signal(false);
  protected readonly connections = signal<ConnectionDto[]>([]);
  protected readonly profileFields = signal<ProfileFieldDto[]>([]);
  protected readonly existing = signal<ExportDto | null>(null);
  protected readonly preview = signal<ExportPreviewDto | null>(null);
  protected readonly previewProblem = signal<Problem | null>(null);
  protected readonly previewing = signal(false);
  readonly #connectionId = toSignal(this.basics.controls.connectionId.valueChanges, { initialValue: '' });
  readonly #saved = signal(false);
  protected readonly stepper = viewChild(MatStepper);

  protected readonly connection = computed(() =>
    this.connections().find(({ id }) => id === this.#connectionId()),
  );
  protected readonly destination = computed<DestinationDto | undefined>(() => {
    const key = this.connection()?.destination ?? this.existing()?.destination;
    return key ? this.#destinations.find(key) : undefined;
  });
  /** A connection to another destination needs another mapping, so an export stays with its destination. */
  protected readonly groups = computed<ConnectionGroup[]>(() => {
    const groups = new Map<string, ConnectionGroup>();
    const only = this.existing()?.destination;
    for (const connection of this.connections()) {
      if (only && connection.destination !== only) continue;
      const group = groups.get(connection.destination) ?? {
        name: connection.destinationName,
        connections: [],
      };
      group.connections.push(connection);
      groups.set(connection.destination, group);
    }
    return [...groups.values()].sort((a, b) => a.name.localeCompare(b.name));
  });
  protected readonly targetSpecs = computed(
    () => this.destination()?.settingsFields.filter(({ type }) => type === 'target') ?? [],
  );
  protected readonly canMirror = computed(
    () => this.destination()?.capabilities.modes.includes('mirror') ?? false,
  );

  protected readonly canListPeople = computed(() => this.destination()?.capabilities.listPeople ?? false);

  constructor() {
    effect(() => void this.load(this.id()));
    effect(() => {
      const destination = this.destination();
      const fields = this.profileFields();
      if (!destination || this.loading()) return;
      const existing = this.existing();
      this.settings.set(fieldsForm(destination.settingsFields, existing?.settings ?? undefined));
      this.settingsLabels.set(existing?.settingsLabels ?? {});
      this.mapping.set(mappingForm(destination.mapping, fields, existing?.mapping ?? undefined));
      if (!destination.capabilities.modes.includes('mirror')) this.delivery.controls.mode.setValue('upsert');
    });
  }

  hasUnsavedChanges(): boolean {
    const forms = [this.basics, this.segments, this.delivery, this.schedule, this.settings(), this.mapping()];
    return !this.#saved() && forms.some((form) => form?.dirty);
  }

  protected async load(id: string | undefined): Promise<void> {
    this.loading.set(true);
    this.problem.set(null);
    try {
      const [connections, fields, existing] = await Promise.all([
        this.#api.invoke(listConnections, { limit: 200, sort: 'name' }),
        this.#api.invoke(listProfileFields),
        id ? this.#api.invoke(getExport, { id }) : null,
      ]);
      this.connections.set(connections.items);
      this.profileFields.set(fields.items);
      this.#fill(existing);
    } catch (error) {
      this.problem.set(problemOf(error));
    } finally {
      this.loading.set(false);
    }
  }

  protected target(key: string): FormControl<FieldInput> | null {
    return this.settings()?.controls[key] ?? null;
  }

  protected named(key: string, name: string): void {
    this.settingsLabels.update((labels) => ({ ...labels, [key]: name }));
  }

  /** Marks what is missing in the step and goes to it; a step that is right leads on to the next. */
  protected next(step: HTMLElement, form: FormGroup | null): void {
    form?.markAllAsTouched();
    if (form?.invalid) focusFirstInvalid(step);
    else this.stepper()?.next();
  }

  protected recur(recurrence: Recurrence): void {
    this.schedule.controls.recurrence.setValue(recurrence);
    this.schedule.markAsDirty();
  }

  protected async showPreview(): Promise<void> {
    if (!this.#isComplete()) return;
    this.previewing.set(true);
    this.previewProblem.set(null);
    try {
      this.preview.set(await this.#api.invoke(previewNewExport, { body: this.#draft() }));
    } catch (error) {
      this.previewProblem.set(problemOf(error));
    } finally {
      this.previewing.set(false);
    }
  }

  protected async save(): Promise<void> {
    if (!this.#isComplete()) return;
    this.saving.set(true);
    this.saveProblem.set(null);
    try {
      const saved = await this.#send(this.#draft());
      this.#saved.set(true);
      this.#notify.done(this.texts.t('exportForm.saved', { name: saved.name }));
      await this.#router.navigate(['/exports', saved.id]);
    } catch (error) {
      await this.#refused(problemOf(error));
    } finally {
      this.saving.set(false);
    }
  }

  #send({ connectionId, ...definition }: CreateExportDto): Promise<ExportDto> {
    const existing = this.existing();
    if (!existing) return this.#api.invoke(createExport, { body: { connectionId, ...definition } });
    const body = { ...definition, version: existing.version };
    return this.#api.invoke(updateExport, { id: existing.id, body });
  }

  async #refused(problem: Problem): Promise<void> {
    const existing = this.existing();
    if (problem.code === 'version-conflict' && existing) {
      if ((await this.#conflict.ask()) === 'theirs') return this.load(existing.id);
      const { version } = await this.#api.invoke(getExport, { id: existing.id });
      this.existing.update((item) => item && { ...item, version });
      return;
    }
    if (problem.code === 'name-taken') {
      this.basics.controls.name.setErrors({ server: this.texts.t('problems.name-taken') });
      this.#goTo(0);
    }
    this.saveProblem.set(placeErrors(this.basics, problem));
  }

  #fill(existing: ExportDto | null): void {
    this.existing.set(existing);
    const single = existing ? null : this.connections().length === 1 ? this.connections()[0] : null;
    this.basics.reset({
      name: existing?.name ?? '',
      connectionId: existing?.connection?.id ?? single?.id ?? '',
    });
    if (existing) {
      // Changing the connection is attaching, which only administrators may do, with a question.
      this.basics.controls.connectionId.disable();
    }
    const first = this.segmentId();
    this.segments.reset({
      segmentIds: existing?.segments.map(({ id }) => id) ?? (first ? [first] : []),
    });
    this.delivery.reset({
      mode: existing?.mode ?? 'upsert',
      removeStrangers: existing?.removeStrangers ?? false,
      removalPercent: (existing?.removalLimit ?? defaultRemovalLimit).percent,
      removalCount: (existing?.removalLimit ?? defaultRemovalLimit).count,
      scope: existing?.scope ?? 'changes',
      hardLimit: existing?.hardLimit ?? '',
      rejectedLimit: existing?.rejectedLimit ?? '',
    });
    this.schedule.reset({
      kind: existing?.schedule.kind ?? 'follow',
      recurrence: { ...newRecurrence(), ...existing?.schedule.recurrence },
    });
  }

  /** Every step must be right before anything is sent; goes to the first that is not. */
  #isComplete(): boolean {
    const forms = [this.basics, this.settings(), this.mapping(), this.segments, this.delivery, this.schedule];
    const wrong = forms.findIndex((form) => !form || form.invalid);
    if (wrong === -1) return true;
    forms[wrong]?.markAllAsTouched();
    this.#goTo(wrong);
    setTimeout(() => focusFirstInvalid(this.#element.nativeElement));
    return false;
  }

  #goTo(index: number): void {
    const stepper = this.stepper();
    if (stepper) stepper.selectedIndex = index;
  }

  #draft(): CreateExportDto {
    const { name, connectionId } = this.basics.getRawValue();
    const { mode, removeStrangers, scope, hardLimit, rejectedLimit, removalPercent, removalCount } =
      this.delivery.getRawValue();
    const { kind, recurrence } = this.schedule.getRawValue();
    const settings = this.settings();
    const mapping = this.mapping();
    return {
      name: name.trim(),
      connectionId,
      settings: settings ? enteredValues(settings) : {},
      settingsLabels: this.settingsLabels(),
      mapping: mapping?.getRawValue() ?? { fields: {}, custom: [] },
      segmentIds: this.segments.getRawValue().segmentIds,
      mode,
      removeStrangers: removeStrangers && mode === 'mirror' && this.canListPeople(),
      removalLimit: {
        percent: numberOrNull(removalPercent) ?? defaultRemovalLimit.percent,
        count: numberOrNull(removalCount) ?? defaultRemovalLimit.count,
      },
      scope,
      hardLimit: numberOrNull(hardLimit),
      rejectedLimit: numberOrNull(rejectedLimit),
      schedule: { kind, ...(kind === 'own' && { recurrence }) },
    };
  }
}

function numberOrNull(value: string | number | null): number | null {
  return value === '' || value === null ? null : Number(value);
}
