import { A11yModule } from '@angular/cdk/a11y';
import { BreakpointObserver } from '@angular/cdk/layout';
import { NgTemplateOutlet } from '@angular/common';
import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { MatButton, MatIconButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { MatMenuModule } from '@angular/material/menu';
import { RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { Permission } from '@audience-relay/contracts';
import { Dialogs, IconName } from '@audience-relay/ui';
import { map } from 'rxjs';
import { Session } from '../core/auth/session';
import { TextKey } from '../core/i18n/text-key';
import { Texts } from '../core/i18n/texts';
import { MayHoldChanges } from '../core/unsaved-changes';
import { LanguageSwitch } from './language-switch';
import { Logo } from './logo';

interface Place {
  path: string;
  label: TextKey;
  icon: IconName;
  needs: Permission;
}

const places: Place[] = [
  { path: '/home', label: 'nav.home', icon: 'home', needs: 'export:read' },
  { path: '/exports', label: 'nav.exports', icon: 'export', needs: 'export:read' },
  { path: '/runs', label: 'nav.runs', icon: 'history', needs: 'run:read' },
  { path: '/segments', label: 'nav.segments', icon: 'segment', needs: 'segment:read' },
  { path: '/profiles', label: 'nav.profiles', icon: 'profile', needs: 'profile:read' },
  { path: '/schedule', label: 'nav.schedule', icon: 'schedule', needs: 'schedule:read' },
  { path: '/alerts', label: 'nav.alerts', icon: 'alert', needs: 'alert:read' },
  { path: '/connections', label: 'nav.connections', icon: 'connection', needs: 'connection:manage' },
  { path: '/users', label: 'nav.users', icon: 'users', needs: 'user:manage' },
  { path: '/api-keys', label: 'nav.apiKeys', icon: 'key', needs: 'api-key:manage' },
  { path: '/audit', label: 'nav.audit', icon: 'audit', needs: 'audit:read' },
];

/** The frame of every page after sign-in: skip link, navigation, who is signed in, and the page itself. */
@Component({
  selector: 'ar-shell',
  imports: [
    A11yModule,
    LanguageSwitch,
    Logo,
    MatButton,
    MatIcon,
    MatIconButton,
    MatMenuModule,
    NgTemplateOutlet,
    RouterLink,
    RouterLinkActive,
    RouterOutlet,
  ],
  host: { '(window:beforeunload)': 'beforeUnload($event)' },
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './shell.html',
  styleUrl: './shell.scss',
})
export class Shell {
  readonly #dialogs = inject(Dialogs);
  protected readonly texts = inject(Texts);
  protected readonly session = inject(Session);
  protected readonly narrow = toSignal(
    inject(BreakpointObserver)
      .observe('(max-width: 959px)')
      .pipe(map(({ matches }) => matches)),
    { initialValue: false },
  );
  /** The menu of a narrow screen. */
  protected readonly open = signal(false);
  /** What is in the outlet. */
  protected page: Partial<MayHoldChanges> | null = null;
  protected readonly places = computed(() => places.filter((place) => this.session.may(place.needs)));

  protected async changePassword(): Promise<void> {
    // Few ever open it, so it is not part of the first download.
    const { PasswordDialog } = await import('../features/account/password-dialog');
    await this.#dialogs.open<boolean, null>(PasswordDialog, { data: null });
  }

  /** A reload or a closed tab asks, like leaving for another page does. */
  protected beforeUnload(event: Event): void {
    if (this.page?.hasUnsavedChanges?.()) event.preventDefault();
  }

  protected skip(main: HTMLElement, event: Event): void {
    event.preventDefault();
    main.focus();
  }
}
