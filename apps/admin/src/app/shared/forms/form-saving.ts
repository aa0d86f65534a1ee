import { ElementRef, inject, signal } from '@angular/core';
import { AbstractControl, FormGroup } from '@angular/forms';
import { Problem, problemOf } from '../../core/http/problem';
import { TextKey } from '../../core/i18n/text-key';
import { Texts } from '../../core/i18n/texts';
import { Conflict } from '../conflict';
import { focusFirstInvalid } from './focus-first-invalid';
import { placeErrors } from './server-errors';

interface SavingOptions<Stored> {
  /** For a form that changes something others may change too. */
  conflict?: {
    latest: () => Promise<Stored>;
    /** Fills the form with their version. */
    take: (stored: Stored) => void;
    /** Keeps what is in the form; it is saved again, on top of their version. */
    keep: (stored: Stored) => void;
  };
  /** How it is said that another has this name; by default at the control `name`. */
  nameTaken?: { control?: AbstractControl; text: TextKey };
  /** Goes to where the first thing to put right is, if that is not on the screen. */
  show?: (form: FormGroup) => void;
}

/**
 * How every form is saved: not before it is valid, not twice, and what the API refuses is said once, at the field that
 * it is about. To be created where a component's fields are.
 */
export class FormSaving<Stored = unknown> {
  readonly #element = inject<ElementRef<HTMLElement>>(ElementRef);
  readonly #conflict = inject(Conflict);
  readonly #texts = inject(Texts);
  readonly #busy = signal(false);
  readonly #problem = signal<Problem | null>(null);

  readonly busy = this.#busy.asReadonly();
  /** What could not be said at a field. */
  readonly problem = this.#problem.asReadonly();

  constructor(
    private readonly form: FormGroup,
    private readonly options: SavingOptions<Stored> = {},
  ) {}

  /** Says what is missing, and goes to it. */
  isComplete(form: FormGroup = this.form): boolean {
    form.markAllAsTouched();
    if (form.invalid) this.#goToFirstInvalid();
    return !form.invalid;
  }

  /** @param done Runs when it is stored; the form then holds nothing that is not. */
  async save<Saved>(send: () => Promise<Saved>, done?: (saved: Saved) => unknown): Promise<void> {
    if (!this.isComplete()) return;
    this.#busy.set(true);
    this.#problem.set(null);
    try {
      const saved = await this.#send(send);
      if (saved === takenTheirs) return;
      this.form.markAsPristine();
      await done?.(saved);
    } catch (error) {
      this.#refused(problemOf(error));
    } finally {
      this.#busy.set(false);
    }
  }

  async #send<Saved>(send: () => Promise<Saved>): Promise<Saved | typeof takenTheirs> {
    const { conflict } = this.options;
    for (;;) {
      try {
        return await send();
      } catch (error) {
        if (!conflict || problemOf(error).code !== 'version-conflict') throw error;
        const [latest, chosen] = [await conflict.latest(), await this.#conflict.ask()];
        if (chosen === 'theirs') {
          this.form.markAsPristine();
          conflict.take(latest);
          return takenTheirs;
        }
        conflict.keep(latest);
      }
    }
  }

  #refused(problem: Problem): void {
    if (problem.code === 'name-taken') {
      const { control = this.form.get('name'), text } = this.options.nameTaken ?? {
        text: 'problems.name-taken',
      };
      control?.setErrors({ server: this.#texts.t(text) });
    }
    const left = placeErrors(this.form, problem);
    // What is said at a field is not said twice.
    this.#problem.set(this.form.invalid && left.errors.length === 0 ? null : left);
    if (this.form.invalid) this.#goToFirstInvalid();
  }

  #goToFirstInvalid(): void {
    this.options.show?.(this.form);
    focusFirstInvalid(this.#element.nativeElement);
  }
}

const takenTheirs = Symbol('their version was taken');
