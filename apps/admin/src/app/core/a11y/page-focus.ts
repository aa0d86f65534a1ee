import { DOCUMENT, inject, Injectable } from '@angular/core';
import { NavigationEnd, Router } from '@angular/router';
import { filter } from 'rxjs';

/**
 * After a change of page the focus goes to its heading, as it would after a full load: a screen reader says where
 * one is, and Tab goes on from there.
 */
@Injectable({ providedIn: 'root' })
export class PageFocus {
  readonly #document = inject(DOCUMENT);
  readonly #router = inject(Router);
  #path: string | null = null;

  start(): void {
    this.#router.events.pipe(filter((event) => event instanceof NavigationEnd)).subscribe((event) => {
      const path = event.urlAfterRedirects.split(/[?#]/)[0] ?? '';
      const changed = this.#path !== null && this.#path !== path;
      this.#path = path;
      if (changed) this.#focusHeading();
    });
  }

  #focusHeading(): void {
    const heading = () => this.#document.querySelector<HTMLElement>('main h1');
    if (heading()) return this.#focus(heading());
    // The page shows its heading when its data has come.
    const main = this.#document.querySelector('main') ?? this.#document.body;
    const observer = new MutationObserver(() => {
      if (!heading()) return;
      observer.disconnect();
      this.#focus(heading());
    });
    observer.observe(main, { childList: true, subtree: true });
  }

  #focus(heading: HTMLElement | null): void {
    heading?.setAttribute('tabindex', '-1');
    heading?.focus({ preventScroll: true });
  }
}
