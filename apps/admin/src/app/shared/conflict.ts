import { inject, Injectable } from '@angular/core';
import { Confirm } from '@audience-relay/ui';
import { Texts } from '../core/i18n/texts';

/** Someone else saved first: their version or mine? */
@Injectable({ providedIn: 'root' })
export class Conflict {
  readonly #confirm = inject(Confirm);
  readonly #texts = inject(Texts);

  async ask(): Promise<'theirs' | 'mine'> {
    const theirs = await this.#confirm.ask({
      heading: this.#texts.t('conflict.heading'),
      text: this.#texts.t('conflict.text'),
      confirm: this.#texts.t('conflict.load'),
      cancel: this.#texts.t('conflict.keep'),
    });
    return theirs ? 'theirs' : 'mine';
  }
}
