import { BreakpointObserver } from '@angular/cdk/layout';
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
import { toSignal } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { MatStepperModule } from '@angular/material/stepper';
import { Router, RouterLink } from '@angular/router';
import {
  Api,
  createExport,
  ExportDto,
  getExport,
  listConnections,
  listProfileFields,
  updateExport,
} from '@audience-relay/api-client';
import { EmptyState, Notice, PageHeader } from '@audience-relay/ui';
import { map } from 'rxjs';
import { Session } from '../../core/auth/session';
import { Destinations } from '../../core/destinations';
import { Loaded } from '../../core/http/loaded';
import { Texts } from '../../core/i18n/texts';
import { Notify } from '../../core/notify';
import { MayHoldChanges } from '../../core/unsaved-changes';
import { FieldsForm } from '../../shared/fields/field-values';
import { controlState } from '../../shared/forms/control-state';
import { focusFirstInvalid } from '../../shared/forms/focus-first-invalid';
import { FormSaving } from '../../shared/forms/form-saving';
import { LoadState } from '../../shared/load-state';
import { ProblemNotice } from '../../shared/problem-notice';
import { DeliveryStep } from './delivery-step';
import { DestinationStep } from './destination-step';
import { ExportActions } from './export-actions';
import { enteredExport, ExportForm, exportForm, fillExportForm, fitToDestination } from './export-form';
import { MappingEditor } from './mapping-editor';
import { MappingForm } from './mapping-form';
import { ReviewStep } from './review-step';
import { SegmentPicker } from './segment-picker';

/** The steps, and what is entered in each. */
const controlsOf = {
  destination: ['name', 'connectionId', 'settings'],
  mapping: ['mapping'],
  segments: ['segmentIds'],
  delivery: ['mode', 'removeStrangers', 'removalLimit', 'scope', 'hardLimit', 'rejectedLimit', 'schedule'],
  review: [],
} as const satisfies Record<string, (keyof ExportForm['controls'])[]>;

type Step = keyof typeof controlsOf;

/** A new export, or a change of one: step by step, and nothing is sent by saving. */
@Component({
  selector: 'ar-export-form-page',
  imports: [
    DeliveryStep,
    DestinationStep,
    EmptyState,
    LoadState,
    MappingEditor,
    MatButton,
    MatIcon,
    MatStepperModule,
    Notice,
    PageHeader,
    ProblemNotice,
    ReviewStep,
    RouterLink,
    SegmentPicker,
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
  readonly #actions = inject(ExportActions);
  protected readonly texts = inject(Texts);
  protected readonly session = inject(Session);
  protected readonly steps = Object.keys(controlsOf) as Step[];

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
  protected readonly form = exportForm();
  readonly #state = controlState(() => this.form);
  protected readonly step = signal(0);
  /** Of the destination: created anew when it changes. */
  protected readonly settings = signal<FieldsForm | null>(null);
  protected readonly mapping = signal<MappingForm | null>(null);
  protected readonly settingsLabels = signal<Record<string, string>>({});
  protected readonly segmentNames = signal<ReadonlyMap<string, string>>(new Map());
  protected readonly connection = signal<{ id: string; name: string; destination: string } | null>(null);

  protected readonly loaded = new Loaded({
    params: () => ({ id: this.id() }),
    loader: async ({ id }) => {
      const [connections, fields, existing] = await Promise.all([
        // Enough to know whether there is one, and only one.
        this.#api.invoke(listConnections, { limit: 2 }),
        this.#api.invoke(listProfileFields),
        id ? this.#api.invoke(getExport, { id }) : null,
      ]);
      return { connections, fields: fields.items, existing };
    },
  });
  protected readonly existing = computed(() => this.loaded.value()?.existing ?? null);
  protected readonly destination = computed(() =>
    this.#destinations.find(this.connection()?.destination ?? this.existing()?.destination ?? ''),
  );
  protected readonly saving = new FormSaving<ExportDto>(this.form, {
    conflict: {
      latest: () => this.#api.invoke(getExport, { id: this.id() ?? '' }),
      take: (existing) => this.loaded.update((loaded) => ({ ...loaded, existing })),
      keep: ({ version }) => (this.#version = version),
    },
    show: () => this.#showFirstInvalid(),
  });
  #version = 0;

  /** Step by step: whether all in it is right. */
  protected readonly complete = computed(() => {
    this.#state();
    return this.steps.map((step) => controlsOf[step].every((key) => !this.form.controls[key].invalid));
  });
  /** As it would be saved, when it can be. */
  protected readonly draft = computed(() => {
    this.#state();
    if (!this.destination() || this.form.invalid) return null;
    return enteredExport(this.form, this.settingsLabels(), this.destination()?.capabilities);
  });

  constructor() {
    effect(() => {
      const loaded = this.loaded.value();
      if (loaded) untracked(() => this.#fill(loaded.existing, loaded.connections.items));
    });
    effect(() => {
      const destination = this.destination();
      const loaded = this.loaded.value();
      if (!destination || !loaded) return;
      untracked(() => {
        fitToDestination(this.form, destination, loaded.fields, loaded.existing);
        this.settings.set(this.form.controls.settings);
        this.mapping.set(this.form.controls.mapping);
        this.settingsLabels.set(loaded.existing?.settingsLabels ?? {});
      });
    });
  }

  hasUnsavedChanges(): boolean {
    return this.form.dirty;
  }

  protected named({ key, label }: { key: string; label: string }): void {
    this.settingsLabels.update((labels) => ({ ...labels, [key]: label }));
  }

  /** Says what is missing in the step and goes to it; a step that is right leads on to the next. */
  protected next(frame: HTMLElement, index: number): void {
    for (const key of controlsOf[this.steps[index] ?? 'review']) this.form.controls[key].markAllAsTouched();
    if (this.complete()[index]) this.step.set(index + 1);
    else focusFirstInvalid(frame);
  }

  protected save(andRun = false): Promise<void> {
    return this.saving.save(
      () => {
        const body = enteredExport(this.form, this.settingsLabels(), this.destination()?.capabilities);
        const existing = this.existing();
        if (!existing) return this.#api.invoke(createExport, { body });
        const { connectionId: _fixed, ...changes } = body;
        return this.#api.invoke(updateExport, {
          id: existing.id,
          body: { ...changes, version: this.#version },
        });
      },
      async (saved) => {
        this.#notify.done(this.texts.t('exportForm.saved', { name: saved.name }));
        await this.#router.navigate(['/exports', saved.id]);
        if (andRun) await this.#actions.run(saved);
      },
    );
  }

  #fill(
    existing: ExportDto | null,
    connections: readonly { id: string; name: string; destination: string }[],
  ): void {
    this.#version = existing?.version ?? 0;
    const only = existing ? null : connections.length === 1 ? connections[0] : null;
    const segmentId = this.segmentId();
    fillExportForm(this.form, existing, {
      ...(only && { connectionId: only.id }),
      ...(segmentId && { segmentId }),
    });
    this.connection.set(
      existing?.connection ? { ...existing.connection, destination: existing.destination } : (only ?? null),
    );
    this.segmentNames.set(new Map(existing?.segments.map(({ id, name }) => [id, name])));
  }

  #showFirstInvalid(): void {
    const wrong = this.complete().indexOf(false);
    if (wrong !== -1) this.step.set(wrong);
  }
}
