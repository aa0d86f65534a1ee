import { inject, Injectable } from '@angular/core';
import { Texts } from '../i18n/texts';
import { Problem } from './problem';

/** What the words are made of. */
type Said = Pick<Problem, 'code' | 'detail'>;

/** Words for a problem: by its code in the console's language, else the API's own sentence. */
@Injectable({ providedIn: 'root' })
export class ProblemTexts {
  readonly #texts = inject(Texts);

  heading(problem: Said): string {
    return (
      this.#texts.find(`problems.${problem.code}`) ?? problem.detail ?? this.#texts.t('problems.unexpected')
    );
  }

  /** The API's sentence, when it says more than the heading and is in the reader's language. */
  detail(problem: Said): string | null {
    const translated = this.#texts.find(`problems.${problem.code}`) !== null;
    return translated && this.#texts.language() === 'en' ? problem.detail : null;
  }

  /** Both in one line, for a snack bar. */
  line(problem: Said): string {
    return this.detail(problem) ?? this.heading(problem);
  }
}
