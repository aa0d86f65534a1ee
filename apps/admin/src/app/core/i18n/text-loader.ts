import { Injectable } from '@angular/core';
import { Translation, TranslocoLoader } from '@jsverse/transloco';
import { Language } from './languages';

const files: Record<Language, () => Promise<{ default: Translation }>> = {
  en: () => import('../../../i18n/en.json'),
  nb: () => import('../../../i18n/nb.json'),
};

/** Texts are part of the build: one hashed file a language, fetched when it is used. */
@Injectable({ providedIn: 'root' })
export class TextLoader implements TranslocoLoader {
  async getTranslation(language: string): Promise<Translation> {
    return (await files[language as Language]()).default;
  }
}
