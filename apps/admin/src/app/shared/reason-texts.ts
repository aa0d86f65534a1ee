import { inject, Injectable } from '@angular/core';
import { Formats } from '../core/i18n/formats';
import { Texts } from '../core/i18n/texts';

/** Words for what the API says with a code and an English sentence: reasons of runs, warnings, rejections. */
@Injectable({ providedIn: 'root' })
export class ReasonTexts {
  readonly #texts = inject(Texts);
  readonly #formats = inject(Formats);

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
    // What an earlier version stored has no numbers: the text without them then.
    const withNumbers = numbers && this.#texts.find(`reasonNumbers.${code}`, this.#written(numbers));
    return withNumbers ?? this.#texts.find(`reasons.${code}`, numbers && this.#written(numbers)) ?? message;
  }

  #written(numbers: Record<string, number>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(numbers).map(([name, number]) => [name, this.#formats.number(number)]),
    );
  }
}
