import { inject, Injectable } from '@angular/core';
import { Texts } from '../../core/i18n/texts';

interface Described {
  key: string;
  label: string;
  description?: string;
}

/** Names of a destination's fields: the console's own words where it has them, else the destination's. */
@Injectable({ providedIn: 'root' })
export class SpecTexts {
  readonly #texts = inject(Texts);

  label(destination: string, { key, label }: Described): string {
    return this.#texts.find(`specs.${destination}.${key}.label`) ?? label;
  }

  description(destination: string, { key, description }: Described): string | null {
    return this.#texts.find(`specs.${destination}.${key}.description`) ?? description ?? null;
  }

  option(
    destination: string,
    { key }: Described,
    { value, label }: { value: string; label: string },
  ): string {
    return this.#texts.find(`specs.${destination}.${key}.options.${value}`) ?? label;
  }
}
