import { computed, signal } from '@angular/core';

/**
 * The rows of a list that a person chose. They stay chosen while the list is searched, sorted and made longer; what
 * `may` forbids cannot be chosen, one by one or with the others.
 */
export class ChosenRows<Item extends { id: string }> {
  readonly #items = signal<ReadonlyMap<string, Item>>(new Map());

  readonly items = computed(() => [...this.#items().values()]);
  readonly count = computed(() => this.#items().size);

  constructor(private readonly may: (item: Item) => boolean) {}

  has({ id }: Item): boolean {
    return this.#items().has(id);
  }

  /** Whether all (or only some) of these rows are chosen, of those that can be. */
  of(rows: readonly Item[]): 'all' | 'some' | 'none' {
    const possible = rows.filter(this.may);
    const chosen = possible.filter((row) => this.has(row)).length;
    if (chosen === 0) return 'none';
    return chosen === possible.length ? 'all' : 'some';
  }

  choose(rows: readonly Item[], chosen: boolean): void {
    this.#items.update((items) => {
      const next = new Map(items);
      for (const row of rows) {
        if (chosen && this.may(row)) next.set(row.id, row);
        else next.delete(row.id);
      }
      return next;
    });
  }

  clear(): void {
    this.#items.set(new Map());
  }
}
