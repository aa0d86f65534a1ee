import {
  ChangeDetectionStrategy,
  Component,
  effect,
  inject,
  input,
  output,
  signal,
  untracked,
} from '@angular/core';
import { FormControl } from '@angular/forms';
import { MatButton } from '@angular/material/button';
import { MatFormField, MatLabel } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { MatProgressBar } from '@angular/material/progress-bar';
import { MatRadioModule } from '@angular/material/radio';
import { Api, createTarget, listTargets, TargetDto } from '@audience-relay/api-client';
import { EmptyState } from '@audience-relay/ui';
import { Problem, problemOf } from '../../core/http/problem';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { FieldInput } from '../../shared/fields/field-values';
import { ProblemNotice } from '../../shared/problem-notice';

const typingPause = 300;

/** Chooses a list at the destination: the ones that are there, with a search, or a new one. */
@Component({
  selector: 'ar-target-picker',
  imports: [
    EmptyState,
    MatButton,
    MatFormField,
    MatInput,
    MatLabel,
    MatProgressBar,
    MatRadioModule,
    ProblemNotice,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './target-picker.html',
  styleUrl: './target-picker.scss',
})
export class TargetPicker {
  readonly #api = inject(Api);
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);

  readonly label = input.required<string>();
  readonly connectionId = input.required<string>();
  readonly canCreate = input(false);
  readonly control = input.required<FormControl<FieldInput>>();
  /** The name of what is chosen, as far as it is known from before. */
  readonly chosenName = input<string>();
  readonly nameChange = output<string>();

  protected readonly targets = signal<TargetDto[]>([]);
  protected readonly cursor = signal<string | null>(null);
  protected readonly loading = signal(false);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly search = signal('');
  protected readonly creating = signal(false);
  protected readonly createProblem = signal<Problem | null>(null);
  protected readonly value = signal<FieldInput>(null);
  #request = 0;
  #typing: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    effect(() => {
      this.connectionId();
      this.value.set(this.control().value);
      untracked(() => void this.load());
    });
  }

  protected searchFor(search: string): void {
    this.search.set(search);
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => void this.load(), typingPause);
  }

  protected async load(cursor?: string): Promise<void> {
    const request = ++this.#request;
    this.loading.set(true);
    this.problem.set(null);
    try {
      const search = this.search().trim();
      const page = await this.#api.invoke(listTargets, {
        id: this.connectionId(),
        ...(search && { search }),
        ...(cursor && { cursor }),
      });
      if (request !== this.#request) return;
      this.targets.update((shown) => (cursor ? [...shown, ...page.items] : page.items));
      this.cursor.set(page.nextCursor);
    } catch (error) {
      if (request === this.#request) this.problem.set(problemOf(error));
    } finally {
      if (request === this.#request) this.loading.set(false);
    }
  }

  protected choose(id: string): void {
    const target = this.targets().find((candidate) => candidate.id === id);
    if (!target) return;
    this.value.set(id);
    this.control().setValue(id);
    this.control().markAsDirty();
    this.nameChange.emit(target.name);
  }

  protected async create(box: HTMLInputElement): Promise<void> {
    const name = box.value.trim();
    if (name === '') {
      box.focus();
      return;
    }
    this.creating.set(true);
    this.createProblem.set(null);
    try {
      const target = await this.#api.invoke(createTarget, { id: this.connectionId(), body: { name } });
      this.targets.update((shown) => [target, ...shown]);
      this.choose(target.id);
      box.value = '';
    } catch (error) {
      this.createProblem.set(problemOf(error));
    } finally {
      this.creating.set(false);
    }
  }
}
