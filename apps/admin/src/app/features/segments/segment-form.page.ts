import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal } from '@angular/core';
import { FormControl, FormGroup, ReactiveFormsModule, Validators } from '@angular/forms';
import { MatButton } from '@angular/material/button';
import { MatError, MatFormField, MatLabel } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { MatProgressBar } from '@angular/material/progress-bar';
import { MatSlideToggle } from '@angular/material/slide-toggle';
import { Router } from '@angular/router';
import { RuleGroup } from '@audience-relay/contracts';
import {
  Api,
  createSegment,
  getSegment,
  listProfileFields,
  listSegments,
  previewSegment,
  ProfileFieldDto,
  SegmentDto,
  updateSegment,
} from '@audience-relay/api-client';
import { EmptyState, Notice, PageHeader } from '@audience-relay/ui';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { Notify } from '../../core/notify';
import { MayHoldChanges } from '../../core/unsaved-changes';
import { ControlTexts } from '../../shared/forms/control-texts';
import { ProblemNotice } from '../../shared/problem-notice';
import { isComplete, newCondition, ruleBody } from './edit-rule';
import { RuleGroupEditor } from './rule-group-editor';
import { recognisableFields } from '../profiles/recognisable-fields';
import { everyPage } from '../../shared/list/every-page';
import { Loaded } from '../../core/http/loaded';
import { LoadState } from '../../shared/load-state';
import { controlState } from '../../shared/forms/control-state';
import { FormSaving } from '../../shared/forms/form-saving';

const typingPause = 500;

/** A new segment, or a change of one: name, rule, and how many that would be right now. */
@Component({
  selector: 'ar-segment-form-page',
  imports: [
    EmptyState,
    LoadState,
    MatButton,
    MatError,
    MatFormField,
    MatInput,
    MatLabel,
    MatProgressBar,
    MatSlideToggle,
    Notice,
    PageHeader,
    ProblemNotice,
    ReactiveFormsModule,
    RuleGroupEditor,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './segment-form.page.html',
  styleUrl: './segment-form.page.scss',
})
export class SegmentFormPage implements MayHoldChanges {
  readonly #api = inject(Api);
  readonly #router = inject(Router);
  readonly #notify = inject(Notify);
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);
  protected readonly errors = inject(ControlTexts);

  /** From the address; absent for a new segment. */
  readonly id = input<string>();

  protected readonly form = new FormGroup({
    name: new FormControl('', {
      nonNullable: true,
      validators: [Validators.required, Validators.pattern(/\S/), Validators.maxLength(100)],
    }),
    description: new FormControl('', { nonNullable: true, validators: Validators.maxLength(1000) }),
    active: new FormControl(true, { nonNullable: true }),
    rule: new FormControl<RuleGroup>({ match: 'all', conditions: [] }, { nonNullable: true }),
  });
  readonly #ruleState = controlState(() => this.form.controls.rule);
  protected readonly rule = computed(() => this.#ruleState()?.value ?? this.form.controls.rule.value);
  protected readonly loaded = new Loaded({
    params: () => ({ id: this.id() }),
    loader: async ({ id }) => {
      const [fields, segments, existing] = await Promise.all([
        this.#api.invoke(listProfileFields),
        everyPage((query) => this.#api.invoke(listSegments, { ...query, sort: 'name' })),
        id ? this.#api.invoke(getSegment, { id }) : null,
      ]);
      return { fields: fields.items, segments: segments.filter((other) => other.id !== id), existing };
    },
  });
  protected readonly fields = computed(() => this.loaded.value()?.fields ?? []);
  protected readonly segments = computed(() => this.loaded.value()?.segments ?? []);
  protected readonly existing = computed(() => this.loaded.value()?.existing ?? null);
  protected readonly saving = new FormSaving<SegmentDto>(this.form, {
    conflict: {
      latest: () => this.#api.invoke(getSegment, { id: this.id() ?? '' }),
      take: (existing) => this.loaded.update((loaded) => ({ ...loaded, existing })),
      keep: ({ version }) => (this.#version = version),
    },
  });
  #version = 0;
  protected readonly complete = computed(() => isComplete(this.rule()));
  /** The rule, when nobody has typed for a moment. */
  readonly #debouncedRule = signal<RuleGroup | undefined>(undefined);

  protected readonly preview = new Loaded({
    params: () => this.#debouncedRule(),
    loader: (rule) => this.#api.invoke(previewSegment, { body: { rule: ruleBody(rule), sampleSize: 5 } }),
  });
  protected readonly sampleFields = computed(() => recognisableFields(this.fields(), 3));

  constructor() {
    effect(() => {
      const loaded = this.loaded.value();
      if (loaded) this.#fill(loaded);
    });
    effect((onCleanup) => {
      const rule = this.rule();
      const complete = this.complete();
      const timer = setTimeout(() => this.#debouncedRule.set(complete ? rule : undefined), typingPause);
      onCleanup(() => clearTimeout(timer));
    });
  }

  hasUnsavedChanges(): boolean {
    return this.form.dirty;
  }

  protected change(rule: RuleGroup): void {
    this.form.controls.rule.setValue(rule);
    this.form.controls.rule.markAsDirty();
  }

  protected save(): Promise<void> {
    return this.saving.save(
      () => this.#send(),
      async (saved) => {
        this.#notify.done(this.texts.t('segmentForm.saved', { name: saved.name }));
        await this.#router.navigate(['/segments', saved.id]);
      },
    );
  }

  #send(): Promise<SegmentDto> {
    const { name, description, active } = this.form.getRawValue();
    const state = !this.complete()
      ? ('draft' as const)
      : active
        ? ('active' as const)
        : ('inactive' as const);
    const body = { name: name.trim(), description: description.trim(), rule: ruleBody(this.rule()), state };
    const existing = this.existing();
    return existing
      ? this.#api.invoke(updateSegment, { id: existing.id, body: { ...body, version: this.#version } })
      : this.#api.invoke(createSegment, { body });
  }

  #fill({ fields, existing }: { fields: ProfileFieldDto[]; existing: SegmentDto | null }): void {
    this.#version = existing?.version ?? 0;
    this.form.reset({
      name: existing?.name ?? '',
      description: existing?.description ?? '',
      active: existing ? existing.state === 'active' : true,
      rule: existing?.rule ?? { match: 'all', conditions: [newCondition(fields)] },
    });
  }
}
