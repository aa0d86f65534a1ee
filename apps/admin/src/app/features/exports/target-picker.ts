import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  linkedSignal,
  output,
  signal,
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
import { Texts } from '../../core/i18n/texts';
import { FieldInput } from '../../shared/fields/field-values';
import { controlState } from '../../shared/forms/control-state';
import { ControlTexts } from '../../shared/forms/control-texts';
import { PagedList } from '../../shared/list/paged-list';
import { ProblemNotice } from '../../shared/problem-notice';

/** Chooses a list at the destination: one that is there, by name or id, or a new one. */
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
  protected readonly errors = inject(ControlTexts);

  readonly label = input.required<string>();
  readonly connectionId = input.required<string>();
  readonly canCreate = input(false);
  readonly control = input.required<FormControl<FieldInput>>();
  /** The name of what is chosen, as far as it is known from before. */
  readonly chosenName = input<string>();
  readonly nameChange = output<string>();

  protected readonly list = new PagedList<TargetDto, { sort?: string }>(
    async ({ search, cursor }) => {
      const page = await this.#api.invoke(listTargets, {
        id: this.connectionId(),
        ...(search && { search }),
        ...(cursor && { cursor }),
      });
      return { ...page, total: page.items.length };
    },
    { sort: '', inAddress: false, dependsOn: () => this.connectionId() },
  );
  readonly #created = linkedSignal<string, TargetDto[]>({
    source: () => this.connectionId(),
    computation: () => [],
  });
  protected readonly targets = computed(() => [...this.#created(), ...this.list.items()]);
  protected readonly creating = signal(false);
  protected readonly createProblem = signal<Problem | null>(null);
  protected readonly state = controlState(() => this.control());

  constructor() {
    effect(() => {
      const value = this.state()?.value;
      const named = this.targets().find(({ id }) => id === value);
      // An id that was typed gets its name as soon as the list of names has it.
      if (named && named.name !== this.chosenName()) this.nameChange.emit(named.name);
    });
  }

  protected choose(id: string): void {
    this.control().setValue(id);
    this.control().markAsDirty();
    this.nameChange.emit(this.targets().find((target) => target.id === id)?.name ?? id);
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
      this.#created.update((shown) => [target, ...shown]);
      this.choose(target.id);
      box.value = '';
    } catch (error) {
      this.createProblem.set(problemOf(error));
    } finally {
      this.creating.set(false);
    }
  }
}
