import { inject } from '@angular/core';
import { CanDeactivateFn } from '@angular/router';
import { Confirm } from '@audience-relay/ui';
import { Session } from './auth/session';
import { Texts } from './i18n/texts';

/** A page with a form that may hold what nobody saved. */
export interface MayHoldChanges {
  hasUnsavedChanges(): boolean;
}

/** Asks before changes are thrown away. After a sign-out there is nothing left to save to. */
export const keepChanges: CanDeactivateFn<MayHoldChanges> = (page) => {
  const texts = inject(Texts);
  if (!page.hasUnsavedChanges() || inject(Session).state() !== 'signed-in') return true;
  return inject(Confirm).ask({
    heading: texts.t('unsaved.heading'),
    text: texts.t('unsaved.text'),
    confirm: texts.t('unsaved.leave'),
    cancel: texts.t('unsaved.stay'),
    danger: true,
  });
};
