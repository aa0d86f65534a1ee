import { EnvironmentProviders, inject, provideAppInitializer } from '@angular/core';
import { MatIconRegistry } from '@angular/material/icon';
import { DomSanitizer } from '@angular/platform-browser';
import {
  mdiAccountMultipleOutline,
  mdiAccountOutline,
  mdiAlertCircleOutline,
  mdiAlertOutline,
  mdiArrowLeft,
  mdiBellOutline,
  mdiCalendarClockOutline,
  mdiCancel,
  mdiCheck,
  mdiCheckCircleOutline,
  mdiCircleOutline,
  mdiClockOutline,
  mdiClipboardTextClockOutline,
  mdiClose,
  mdiContentCopy,
  mdiDeleteOutline,
  mdiDotsVertical,
  mdiDownload,
  mdiEyeOutline,
  mdiFileUploadOutline,
  mdiHistory,
  mdiHomeOutline,
  mdiInformationOutline,
  mdiKeyOutline,
  mdiLanConnect,
  mdiLinkOff,
  mdiLinkVariant,
  mdiLogoutVariant,
  mdiMagnify,
  mdiMenu,
  mdiMinusCircleOutline,
  mdiPencilOutline,
  mdiPlay,
  mdiPlus,
  mdiPulse,
  mdiRefresh,
  mdiSendOutline,
  mdiShieldAccountOutline,
  mdiSkipNextCircleOutline,
  mdiSync,
  mdiTimerSandEmpty,
  mdiTranslate,
  mdiVectorIntersection,
} from '@mdi/js';

const paths = {
  add: mdiPlus,
  alert: mdiBellOutline,
  audit: mdiClipboardTextClockOutline,
  back: mdiArrowLeft,
  cancel: mdiCancel,
  check: mdiCheckCircleOutline,
  circle: mdiCircleOutline,
  clock: mdiClockOutline,
  close: mdiClose,
  connection: mdiLanConnect,
  copy: mdiContentCopy,
  danger: mdiAlertCircleOutline,
  detach: mdiLinkOff,
  done: mdiCheck,
  download: mdiDownload,
  edit: mdiPencilOutline,
  export: mdiSendOutline,
  history: mdiHistory,
  home: mdiHomeOutline,
  info: mdiInformationOutline,
  key: mdiKeyOutline,
  language: mdiTranslate,
  link: mdiLinkVariant,
  menu: mdiMenu,
  minus: mdiMinusCircleOutline,
  more: mdiDotsVertical,
  profile: mdiAccountOutline,
  pulse: mdiPulse,
  refresh: mdiRefresh,
  remove: mdiDeleteOutline,
  run: mdiPlay,
  schedule: mdiCalendarClockOutline,
  search: mdiMagnify,
  segment: mdiVectorIntersection,
  signOut: mdiLogoutVariant,
  skipped: mdiSkipNextCircleOutline,
  sync: mdiSync,
  upload: mdiFileUploadOutline,
  user: mdiShieldAccountOutline,
  users: mdiAccountMultipleOutline,
  view: mdiEyeOutline,
  waiting: mdiTimerSandEmpty,
  warning: mdiAlertOutline,
} as const;

export type IconName = keyof typeof paths;

/** Registers the icons above by name, so that nothing is fetched and only these are in the bundle. */
export function provideIcons(): EnvironmentProviders {
  return provideAppInitializer(() => {
    const registry = inject(MatIconRegistry);
    const sanitizer = inject(DomSanitizer);
    for (const [name, path] of Object.entries(paths)) {
      // Constants of a package we build with, never input.
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="${path}"/></svg>`;
      registry.addSvgIconLiteral(name, sanitizer.bypassSecurityTrustHtml(svg));
    }
  });
}
