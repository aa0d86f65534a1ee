import { inject, Injectable } from '@angular/core';
import { AbstractControl } from '@angular/forms';
import { Texts } from '../../core/i18n/texts';

/** The sentence below a field that is not right. */
@Injectable({ providedIn: 'root' })
export class ControlTexts {
  readonly #texts = inject(Texts);

  error(control: AbstractControl): string {
    const errors = control.errors ?? {};
    if (typeof errors['server'] === 'string') return errors['server'];
    if (typeof errors['sentence'] === 'string') return errors['sentence'];
    if (errors['required']) return this.#texts.t('ui.required');
    if (errors['email']) return this.#texts.t('ui.notAnEmail');
    if (errors['minlength'])
      return this.#texts.t('ui.tooShort', { min: errors['minlength'].requiredLength as number });
    if (errors['maxlength'])
      return this.#texts.t('ui.tooLong', { max: errors['maxlength'].requiredLength as number });
    if (errors['min']) return this.#texts.t('ui.tooSmall', { min: errors['min'].min as number });
    if (errors['max']) return this.#texts.t('ui.tooLarge', { max: errors['max'].max as number });
    if (errors['pattern']) return this.#texts.t('ui.notANumber');
    if (errors['url']) return this.#texts.t('alertSettings.urlWrong');
    if (errors['recipients']) return this.#texts.t('alertSettings.toWrong');
    if (errors['differs']) return this.#texts.t('password.differs');
    return '';
  }
}
