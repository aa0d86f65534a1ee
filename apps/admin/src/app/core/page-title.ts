import { effect, inject, Injectable, signal } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { RouterStateSnapshot, TitleStrategy } from '@angular/router';
import { TextKey } from './i18n/text-key';
import { Texts } from './i18n/texts';

/** Routes give the key of their title. Follows a switch of language. */
@Injectable({ providedIn: 'root' })
export class PageTitle extends TitleStrategy {
  readonly #title = inject(Title);
  readonly #texts = inject(Texts);
  readonly #key = signal<TextKey | null>(null);

  constructor() {
    super();
    effect(() => {
      const key = this.#key();
      const product = this.#texts.t('product');
      this.#title.setTitle(key ? `${this.#texts.t(key)} · ${product}` : product);
    });
  }

  override updateTitle(snapshot: RouterStateSnapshot): void {
    this.#key.set((this.buildTitle(snapshot) as TextKey | undefined) ?? null);
  }
}
