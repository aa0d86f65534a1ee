import {
  booleanAttribute,
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
import { FormControl, ReactiveFormsModule } from '@angular/forms';
import { MatAutocompleteModule } from '@angular/material/autocomplete';
import { MatError, MatFormField, MatHint, MatLabel } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { Loaded } from '../../core/http/loaded';
import { ProblemTexts } from '../../core/http/problem-texts';
import { Texts } from '../../core/i18n/texts';
import { ControlTexts } from './control-texts';
import { controlState } from './control-state';

interface Choice {
  id: string;
  name: string;
}

const typingPause = 250;
/** More are not read; typing finds the others. */
const shownChoices = 20;

/** One of many, of which the API has too many to show them all: it is searched as a person types. */
@Component({
  selector: 'ar-search-select',
  imports: [MatAutocompleteModule, MatError, MatFormField, MatHint, MatInput, MatLabel, ReactiveFormsModule],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <mat-form-field subscriptSizing="dynamic">
      <mat-label>{{ label() }}</mat-label>
      <input
        #input
        matInput
        autocomplete="off"
        [required]="required()"
        [formControl]="box"
        [errorStateMatcher]="matcher"
        [matAutocomplete]="choices"
        (focus)="opened.set(true); input.select()"
        (input)="typed(input.value)"
        (blur)="control().markAsTouched()"
      />
      <mat-autocomplete
        #choices="matAutocomplete"
        autoActiveFirstOption
        (optionSelected)="choose($event.option.value)"
        (closed)="restore()"
      >
        @if (none(); as name) {
          <mat-option [value]="null">{{ name }}</mat-option>
        }
        @for (choice of found.value()?.items; track choice.id) {
          <mat-option [value]="choice">
            {{ choice.name }}
            @if (detail()(choice); as text) {
              <span class="muted small">{{ text }}</span>
            }
          </mat-option>
        }
        @if (note(); as text) {
          <mat-option disabled>{{ text }}</mat-option>
        }
      </mat-autocomplete>
      @if (hint(); as text) {
        <mat-hint>{{ text }}</mat-hint>
      }
      <mat-error>{{ errors.error(control()) }}</mat-error>
    </mat-form-field>
  `,
  styles: `
    mat-form-field {
      width: 100%;
    }
  `,
})
export class SearchSelect<Item extends Choice> {
  readonly #problems = inject(ProblemTexts);
  protected readonly texts = inject(Texts);
  protected readonly errors = inject(ControlTexts);

  readonly label = input.required<string>();
  /** Holds the id of what is chosen. */
  readonly control = input.required<FormControl<string>>();
  readonly search =
    input.required<
      (query: { search?: string; limit: number }) => Promise<{ items: Item[]; total: number }>
    >();
  /** The name of what is chosen from before. */
  readonly name = input('');
  /** What tells choices of one name apart. */
  readonly detail = input<(choice: Item) => string>(() => '');
  readonly required = input(false, { transform: booleanAttribute });
  readonly hint = input<string>();
  /** Shown as a choice: nothing in particular. */
  readonly none = input<string>();
  readonly chosen = output<Item | null>();

  protected readonly box = new FormControl('', { nonNullable: true });
  protected readonly matcher = { isErrorState: () => this.control().invalid && this.control().touched };
  protected readonly opened = signal(false);
  readonly #text = signal('');
  readonly #shown = linkedSignal(() => this.name() || (this.none() ?? ''));
  #typing: ReturnType<typeof setTimeout> | undefined;

  protected readonly found = new Loaded({
    params: () => (this.opened() ? { search: this.#text().trim(), ask: this.search() } : undefined),
    loader: ({ search, ask }) => ask({ limit: shownChoices, ...(search && { search }) }),
  });
  protected readonly note = computed(() => {
    const problem = this.found.problem();
    const found = this.found.value();
    if (problem) return this.#problems.heading(problem);
    if (!found) return this.texts.t('ui.loading');
    if (found.items.length === 0) return this.texts.t('ui.noMatch.heading');
    return found.total > found.items.length ? this.texts.t('ui.typeToFind') : null;
  });

  constructor() {
    const state = controlState(() => this.control());
    effect(() => {
      state();
      this.box.setValue(this.#shown(), { emitEvent: false });
      if (this.control().disabled) this.box.disable({ emitEvent: false });
      // What is wrong with the choice is wrong with the box: focus goes there.
      this.box.setErrors(this.control().errors);
    });
  }

  protected typed(text: string): void {
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#text.set(text), typingPause);
  }

  protected choose(choice: Item | null): void {
    this.#shown.set(choice?.name ?? this.none() ?? '');
    this.control().setValue(choice?.id ?? '');
    this.control().markAsDirty();
    this.chosen.emit(choice);
    this.restore();
  }

  /** What was typed and not chosen is no choice. */
  protected restore(): void {
    clearTimeout(this.#typing);
    this.#text.set('');
    this.box.setValue(this.#shown(), { emitEvent: false });
  }
}
