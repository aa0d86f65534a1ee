import { InjectionToken, Signal } from '@angular/core';

/** The few words that the parts say themselves. A signal, so that they follow a switch of language. */
export interface UiTexts {
  search: string;
  clearSearch: string;
  showMore: string;
  loading: string;
  cancel: string;
  close: string;
  /** "50 of 1,234" below a list. */
  shown: (count: number, total: number) => string;
}

export const UI_TEXTS = new InjectionToken<Signal<UiTexts>>('The words of libs/ui');
