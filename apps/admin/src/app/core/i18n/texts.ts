import { inject, Injectable, signal } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { firstValueFrom } from 'rxjs';
import { Language, languages, preferredLanguage } from './languages';
import { PluralKey, TextKey, TextParams } from './text-key';

const storageKey = 'audience-relay.language';

/** The words of the console in the language in use. Reads a signal, so whatever shows a text follows a switch. */
@Injectable({ providedIn: 'root' })
export class Texts {
  readonly #transloco = inject(TranslocoService);
  readonly #language = signal<Language>('en');

  readonly language = this.#language.asReadonly();

  /** A BCP 47 tag for Intl. */
  locale(): string {
    return languages[this.#language()].locale;
  }

  /** Called once before the first page. */
  start(): Promise<void> {
    return this.#show(preferredLanguage(localStorage.getItem(storageKey), navigator.languages));
  }

  /** Switches, and remembers it in this browser. */
  async use(language: Language): Promise<void> {
    await this.#show(language);
    localStorage.setItem(storageKey, language);
  }

  t(key: TextKey, params?: TextParams): string {
    this.#language();
    return this.#transloco.translate<string>(key, params);
  }

  /** The form of a text that fits the number, which it may show as `{{count}}`. */
  n(key: PluralKey, count: number, params?: TextParams): string {
    const form = new Intl.PluralRules(this.locale()).select(count) === 'one' ? 'one' : 'other';
    const shown = new Intl.NumberFormat(this.locale()).format(count);
    return this.#transloco.translate<string>(`${key}.${form}`, { ...params, count: shown });
  }

  /** The text for a code that came from outside, if there is one. */
  find(key: string, params?: TextParams): string | null {
    const texts = this.#transloco.getTranslation(this.#language());
    return typeof texts[key] === 'string' ? this.t(key as TextKey, params) : null;
  }

  async #show(language: Language): Promise<void> {
    await firstValueFrom(this.#transloco.load(language));
    this.#transloco.setActiveLang(language);
    this.#language.set(language);
    document.documentElement.lang = language;
  }
}
