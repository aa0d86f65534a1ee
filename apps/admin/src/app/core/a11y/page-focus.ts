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
  #stop: AbortController | null = null;

  start(): void {
    this.#router.events.pipe(filter((event) => event instanceof NavigationEnd)).subscribe((event) => {
      const path = event.urlAfterRedirects.split(/[?#]/)[0] ?? '';
      const changed = this.#path !== null && this.#path !== path;
      this.#path = path;
      if (changed) this.#focusHeading();
    });
  }

  #focusHeading(): void {
    this.#stop?.abort();
    const stop = (this.#stop = new AbortController());
    const main = this.#document.querySelector('main') ?? this.#document.body;
    let focused = false;
    const focus = () => {
      const heading = main.querySelector<HTMLElement>('h1');
      // Again only where the heading that had the focus was replaced when the page's data came.
      if (!heading || (focused && this.#document.activeElement !== this.#document.body)) return;
      focused = true;
      heading.setAttribute('tabindex', '-1');
      heading.focus({ preventScroll: true });
    };
    focus();
    const observer = new MutationObserver(focus);
    observer.observe(main, { childList: true, subtree: true });
    stop.signal.addEventListener('abort', () => observer.disconnect());
    // Whoever acts on the page decides where the focus is.
    for (const type of ['keydown', 'pointerdown'])
      this.#document.addEventListener(type, () => stop.abort(), { signal: stop.signal });
  }
}
