import {
  computed,
  EnvironmentProviders,
  inject,
  makeEnvironmentProviders,
  provideAppInitializer,
} from '@angular/core';
import { UI_TEXTS } from '@audience-relay/ui';
import { provideTransloco } from '@jsverse/transloco';
import { Formats } from './formats';
import { TextLoader } from './text-loader';
import { Texts } from './texts';

/** Texts for the console and for libs/ui, ready before the first page is shown. */
export function provideTexts(): EnvironmentProviders {
  return makeEnvironmentProviders([
    provideTransloco({
      config: {
        availableLangs: ['en', 'nb'],
        defaultLang: 'en',
        reRenderOnLangChange: false,
        missingHandler: { logMissingKey: true },
      },
      loader: TextLoader,
    }),
    {
      provide: UI_TEXTS,
      useFactory: () => {
        const texts = inject(Texts);
        const formats = inject(Formats);
        return computed(() => ({
          search: texts.t('ui.search'),
          clearSearch: texts.t('ui.clearSearch'),
          showMore: texts.t('ui.showMore'),
          loading: texts.t('ui.loading'),
          cancel: texts.t('ui.cancel'),
          close: texts.t('ui.close'),
          shown: (count: number, total: number) =>
            texts.t('ui.shown', { count: formats.number(count), total: formats.number(total) }),
        }));
      },
    },
    provideAppInitializer(() => inject(Texts).start()),
  ]);
}
