import { inject, Injectable } from '@angular/core';
import { Texts } from '../core/i18n/texts';

/** Words for what the API says with a code and an English sentence: reasons of runs, warnings, rejections. */
@Injectable({ providedIn: 'root' })
export class ReasonTexts {
  readonly #texts = inject(Texts);

  /** English readers get the API's sentence, which names things; others the text by code when there is one. */
  say({
    code,
    message,
    numbers,
  }: {
    code: string;
    message: string;
    numbers?: Record<string, number>;
  }): string {
    if (this.#texts.language() === 'en') return message;
    return this.#texts.find(`reasons.${code}`, numbers) ?? message;
  }
}
