import { inject, Injectable, signal } from '@angular/core';
import { ApiConfiguration, RunDto } from '@audience-relay/api-client';
import { createParser } from 'eventsource-parser';
import { filter, map, Observable, share, timer } from 'rxjs';
import { Session } from '../auth/session';

/** What the API pushes. `connected` is the console's own: anything may have happened while there was no stream. */
export type LiveEvent =
  | { type: 'connected' }
  | { type: 'run'; data: RunDto }
  | { type: 'import' | 'segment' | 'refresh'; data: { id: string } };

const pushed: ReadonlySet<string> = new Set(['run', 'import', 'segment', 'refresh']);
const firstPause = 1_000;
const longestPause = 30_000;
/** How long the one stream is kept when no page listens, so that going from page to page does not reopen it. */
const linger = 2_000;

/**
 * One stream of server-sent events for the whole console, open while some page listens. By fetch and not by
 * EventSource, which cannot send an access token. It comes back by itself, with growing pauses.
 */
@Injectable({ providedIn: 'root' })
export class LiveEvents {
  readonly #session = inject(Session);
  readonly #address = `${inject(ApiConfiguration).rootUrl}/api/v1/events`;
  readonly #connected = signal(false);

  /** False: pages that need to be current should ask now and then. */
  readonly connected = this.#connected.asReadonly();

  readonly events = new Observable<LiveEvent>((subscriber) => {
    const stop = new AbortController();
    void this.#listen(stop.signal, (event) => subscriber.next(event));
    return () => stop.abort();
  }).pipe(share({ resetOnRefCountZero: () => timer(linger) }));

  readonly runs: Observable<RunDto> = this.events.pipe(
    filter((event) => event.type === 'run'),
    map((event) => event.data),
  );

  async #listen(signal: AbortSignal, emit: (event: LiveEvent) => void): Promise<void> {
    let pause = firstPause;
    while (!signal.aborted) {
      try {
        await this.#readOnce(signal, (event) => {
          pause = firstPause;
          emit(event);
        });
      } catch {
        // Lost or never there: the pause below, then again. Pages see `connected` and ask by themselves.
      }
      this.#connected.set(false);
      if (signal.aborted) return;
      await new Promise((resolve) => setTimeout(resolve, pause * (0.75 + Math.random() / 2)));
      pause = Math.min(longestPause, pause * 2);
    }
  }

  async #readOnce(signal: AbortSignal, emit: (event: LiveEvent) => void): Promise<void> {
    const token = this.#session.accessToken();
    if (token === null) return;
    const response = await fetch(this.#address, {
      headers: { Accept: 'text/event-stream', Authorization: `Bearer ${token}` },
      signal,
    });
    if (response.status === 401) {
      await this.#session.renew();
      return;
    }
    if (!response.ok || !response.body) return;

    this.#connected.set(true);
    emit({ type: 'connected' });
    const parser = createParser({
      onEvent: ({ event, data }) => {
        if (event && pushed.has(event)) emit({ type: event, data: JSON.parse(data) } as LiveEvent);
      },
    });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      parser.feed(value);
    }
  }
}
