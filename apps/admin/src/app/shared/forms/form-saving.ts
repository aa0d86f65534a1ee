import { ElementRef, inject, signal } from '@angular/core';
import { FormGroup } from '@angular/forms';
import { Problem, problemOf } from '../../core/http/problem';
import { focusFirstInvalid } from './focus-first-invalid';
import { placeErrors } from './server-errors';

/**
 * How the form of a dialog is saved: not before it is valid, not twice, and what the API refuses is said at the field
 * that it is about. To be made where a component's fields are.
 */
export class FormSaving {
  readonly #element = inject<ElementRef<HTMLElement>>(ElementRef);
  readonly busy = signal(false);
  /** What could not be said at a field. */
  readonly problem = signal<Problem | null>(null);

  constructor(private readonly form: FormGroup) {}

  /** @param refused Puts errors of this form's own on its controls. */
  async save(send: () => Promise<void>, refused?: (problem: Problem) => void): Promise<void> {
    this.form.markAllAsTouched();
    if (this.form.invalid) return this.#focusFirstInvalid();
    this.busy.set(true);
    this.problem.set(null);
    try {
      await send();
    } catch (error) {
      const problem = problemOf(error);
      refused?.(problem);
      const left = placeErrors(this.form, problem);
      // What is said at a field is not said twice.
      this.problem.set(this.form.invalid && left.errors.length === 0 ? null : left);
      this.#focusFirstInvalid();
    } finally {
      this.busy.set(false);
    }
  }

  #focusFirstInvalid(): void {
    focusFirstInvalid(this.#element.nativeElement);
  }
}
