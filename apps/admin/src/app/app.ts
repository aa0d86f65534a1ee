import { ChangeDetectionStrategy, Component, effect, inject } from '@angular/core';
import { Router, RouterOutlet } from '@angular/router';
import { PageFocus } from './core/a11y/page-focus';
import { Session } from './core/auth/session';

@Component({
  selector: 'ar-root',
  imports: [RouterOutlet],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '<router-outlet />',
})
export class App {
  constructor() {
    inject(PageFocus).start();
    const session = inject(Session);
    const router = inject(Router);
    effect(() => {
      // Signed out in another tab, or the API ended the sign-in: nothing of the page may stay visible.
      if (session.state() !== 'signed-out' || router.url.startsWith('/sign-in') || !router.navigated) return;
      void router.navigate(['/sign-in'], { queryParams: router.url === '/' ? {} : { to: router.url } });
    });
  }
}
