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
  previewSegment,
  ProfileFieldDto,
  SegmentDto,
  updateSegment,
} from '@audience-relay/api-client';
import { EmptyState, Notice, PageHeader } from '@audience-relay/ui';
import { Problem, problemOf } from '../../core/http/problem';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { Notify } from '../../core/notify';
import { MayHoldChanges } from '../../core/unsaved-changes';
import { Conflict } from '../../shared/conflict';
import { ControlTexts } from '../../shared/forms/control-texts';
import { focusFirstInvalid } from '../../shared/forms/focus-first-invalid';
import { placeErrors } from '../../shared/forms/server-errors';
import { ProblemNotice } from '../../shared/problem-notice';
import { isComplete, newCondition, ruleBody } from './edit-rule';
import { RuleGroupEditor } from './rule-group-editor';
import { recognisableFields } from '../profiles/recognisable-fields';

const typingPause = 500;

/** A new segment, or a change of one: name, rule, and how many that would be right now. */
@Component({
  selector: 'ar-segment-form-page',
  imports: [
    EmptyState,
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
  readonly #conflict = inject(Conflict);
  readonly #element = inject<ElementRef<HTMLElement>>(ElementRef);
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
  });
  protected readonly rule = signal<RuleGroup>({ match: 'all', conditions: [] });
  protected readonly fields = signal<ProfileFieldDto[]>([]);
  protected readonly existing = signal<SegmentDto | null>(null);
  protected readonly loading = signal(true);
  protected readonly saving = signal(false);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly saveProblem = signal<Problem | null>(null);
  protected readonly complete = computed(() => isComplete(this.rule()));
  readonly #ruleChanged = signal(false);
  readonly #saved = signal(false);
  /** The rule, when nobody has typed for a moment. */
  readonly #calmRule = signal<RuleGroup | undefined>(undefined);

  protected readonly preview = resource({
    params: () => this.#calmRule(),
    loader: ({ params }) =>
      this.#api.invoke(previewSegment, { body: { rule: ruleBody(params), sampleSize: 5 } }),
  });
  protected readonly previewProblem = computed(() => {
    const error = this.preview.error();
    return error ? problemOf(error) : null;
  });
  protected readonly sampleFields = computed(() => recognisableFields(this.fields(), 3));

  constructor() {
    effect(() => void this.load(this.id()));
    effect((onCleanup) => {
      const rule = this.rule();
      const complete = this.complete();
      const timer = setTimeout(() => this.#calmRule.set(complete ? rule : undefined), typingPause);
      onCleanup(() => clearTimeout(timer));
    });
  }

  hasUnsavedChanges(): boolean {
    return !this.#saved() && (this.form.dirty || this.#ruleChanged());
  }

  protected async load(id: string | undefined): Promise<void> {
    this.loading.set(true);
    this.problem.set(null);
    try {
      const [fields, existing] = await Promise.all([
        this.#api.invoke(listProfileFields),
        id ? this.#api.invoke(getSegment, { id }) : null,
      ]);
      this.fields.set(fields.items);
      this.existing.set(existing);
      this.form.reset({
        name: existing?.name ?? '',
        description: existing?.description ?? '',
        active: existing ? existing.state === 'active' : true,
      });
      this.rule.set(existing?.rule ?? { match: 'all', conditions: [newCondition(fields.items)] });
      this.#ruleChanged.set(false);
    } catch (error) {
      this.problem.set(problemOf(error));
    } finally {
      this.loading.set(false);
    }
  }

  protected change(rule: RuleGroup): void {
    this.rule.set(rule);
    this.#ruleChanged.set(true);
  }

  protected async save(): Promise<void> {
    this.form.markAllAsTouched();
    if (this.form.invalid) return focusFirstInvalid(this.#element.nativeElement);
    this.saving.set(true);
    this.saveProblem.set(null);
    try {
      const saved = await this.#send();
      this.#saved.set(true);
      this.#notify.done(this.texts.t('segmentForm.saved', { name: saved.name }));
      await this.#router.navigate(['/segments', saved.id]);
    } catch (error) {
      await this.#refused(problemOf(error));
    } finally {
      this.saving.set(false);
    }
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
      ? this.#api.invoke(updateSegment, { id: existing.id, body: { ...body, version: existing.version } })
      : this.#api.invoke(createSegment, { body });
  }

  async #refused(problem: Problem): Promise<void> {
    const existing = this.existing();
    if (problem.code === 'version-conflict' && existing) {
      if ((await this.#conflict.ask()) === 'theirs') return this.load(existing.id);
      const { version } = await this.#api.invoke(getSegment, { id: existing.id });
      this.existing.update((segment) => segment && { ...segment, version });
      return;
    }
    if (problem.code === 'name-taken') {
      this.form.controls.name.setErrors({ server: this.texts.t('problems.name-taken') });
      focusFirstInvalid(this.#element.nativeElement);
    }
    this.saveProblem.set(placeErrors(this.form, problem));
  }
}
