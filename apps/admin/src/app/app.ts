import { ChangeDetectionStrategy, Component, effect, inject, untracked } from '@angular/core';
import { Router, RouterOutlet } from '@angular/router';
import { Dialogs, Notice } from '@audience-relay/ui';
import { PageFocus } from './core/a11y/page-focus';
import { Session } from './core/auth/session';
import { Texts } from './core/i18n/texts';

@Component({
  selector: 'ar-root',
  imports: [Notice, RouterOutlet],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <router-outlet />
    @if (session.state() === 'starting' && session.unreachable()) {
      <main class="waiting">
        <ar-notice tone="warning" [heading]="texts.t('shell.notReady.heading')">
          {{ texts.t('shell.notReady.text') }}
        </ar-notice>
      </main>
    }
  `,
  styles: `
    .waiting {
      max-width: 520px;
      margin: 20vh auto 0;
      padding: 0 16px;
    }
  `,
})
export class App {
  protected readonly session = inject(Session);
  protected readonly texts = inject(Texts);

  constructor() {
    inject(PageFocus).start();
    const router = inject(Router);
    const dialogs = inject(Dialogs);
    effect(() => {
      const state = this.session.state();
      if (state === 'expired') untracked(() => void askAgain(dialogs));
      // Signed out, here or in another tab: nothing of the page may stay visible.
      if (state !== 'signed-out' || router.url.startsWith('/sign-in') || !router.navigated) return;
      void router.navigate(['/sign-in'], { queryParams: router.url === '/' ? {} : { to: router.url } });
    });
  }
}

async function askAgain(dialogs: Dialogs): Promise<void> {
  const { SignInAgainDialog } = await import('./features/sign-in/sign-in-again-dialog');
  await dialogs.open<void, null>(SignInAgainDialog, { data: null, mustAnswer: true });
}
