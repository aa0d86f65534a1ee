import { computed, effect, linkedSignal, resource, Signal, signal } from '@angular/core';
import { Problem, problemOf } from './problem';

interface LoadOptions<Value, Params> {
  /** What is asked for. When it changes, the answer to the former question is dropped; undefined asks nothing. */
  params?: () => Params | undefined;
  loader: (params: Params) => Promise<Value>;
}

/**
 * One answer of the API: the way every page loads. The newest question wins, whatever order the answers come in. What
 * is shown stays while it is asked for again, also when that fails. Created in an injection context.
 */
export class Loaded<Value, Params = unknown> {
  readonly #turn = signal(0);
  readonly #value;
  readonly value: Signal<Value | undefined>;
  readonly problem: Signal<Problem | null>;
  readonly loading: Signal<boolean>;

  constructor({ params, loader }: LoadOptions<Value, Params>) {
    const asked = computed(() => (params ? params() : (null as Params)));
    const answer = resource({
      params: () => {
        const wanted = asked();
        return wanted === undefined ? undefined : { wanted, turn: this.#turn() };
      },
      loader: ({ params: { wanted } }) => loader(wanted),
    });
    this.#value = linkedSignal<{ asked: Params | undefined; answer?: Value }, Value | undefined>({
      source: () => ({ asked: asked(), ...(answer.hasValue() && { answer: answer.value() }) }),
      computation: (now, previous) =>
        'answer' in now ? now.answer : previous?.source.asked === now.asked ? previous?.value : undefined,
    });
    // Remembers also what nobody has read yet.
    effect(() => void this.#value());
    this.value = this.#value.asReadonly();
    this.loading = answer.isLoading;
    this.problem = computed(() => {
      const error = answer.error();
      return error ? problemOf(error) : null;
    });
  }

  /** Asks again, even while an answer is awaited: that one may be older than what made somebody ask. */
  reload(): void {
    this.#turn.update((turn) => turn + 1);
  }

  set(value: Value): void {
    this.#value.set(value);
  }

  /** Changes what is shown, as live events bring it. */
  update(change: (value: Value) => Value): void {
    this.#value.update((value) => (value === undefined ? undefined : change(value)));
  }
}
