import { inject, Injectable } from '@angular/core';
import { MatSnackBar } from '@angular/material/snack-bar';
import { problemOf } from './http/problem';
import { ProblemTexts } from './http/problem-texts';
import { Texts } from './i18n/texts';

/** Short messages that need no answer: something was done, or could not be done. */
@Injectable({ providedIn: 'root' })
export class Notify {
  readonly #bar = inject(MatSnackBar);
  readonly #texts = inject(Texts);
  readonly #problems = inject(ProblemTexts);

  done(text: string): void {
    this.#bar.open(text, undefined, { duration: 5_000, politeness: 'polite' });
  }

  failed(error: unknown): void {
    this.refused(this.#problems.line(problemOf(error)));
  }

  /** Stays until it is closed: nobody should miss why something did not happen. */
  refused(text: string): void {
    this.#bar.open(text, this.#texts.t('ui.close'), { politeness: 'assertive' });
  }
}
