import { computed, DestroyRef, inject, signal, untracked } from '@angular/core';
import { ActivatedRoute, Router } from '@angular/router';
import { Problem, problemOf } from '../../core/http/problem';

export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
  total: number;
}

export interface ListQuery<Sort extends string> {
  search?: string;
  sort?: Sort;
  cursor?: string;
  limit: number;
}

export interface ListOptions<Sort extends string> {
  /** As the API's: `name` or `-name`. */
  sort: Sort;
  pageSize?: number;
  /** Keep search and sort in the address, so that back and a bookmark find the same list. Default true. */
  inAddress?: boolean;
  /** False: the first rows are asked for by `reload`, when the inputs of a component are there. Default true. */
  startsItself?: boolean;
}

type Sort<Params extends { sort?: string }> = NonNullable<Params['sort']>;

const largestPage = 200;
const typingPause = 250;

/**
 * One list of the API: its rows so far, its search and sort, and what went wrong. The newest request wins; answers to
 * older ones are dropped. Made in an injection context. `Params` are those of the generated function that lists.
 */
export class PagedList<Item, Params extends { sort?: string }> {
  readonly #router = inject(Router);
  readonly #route = inject(ActivatedRoute);
  readonly #items = signal<Item[]>([]);
  readonly #total = signal(0);
  readonly #cursor = signal<string | null>(null);
  readonly #loading = signal(false);
  readonly #problem = signal<Problem | null>(null);
  readonly #search = signal('');
  readonly #sort = signal<string>('');
  readonly #loaded = signal(false);
  readonly #pageSize: number;
  readonly #inAddress: boolean;
  #request = 0;
  #typing: ReturnType<typeof setTimeout> | undefined;

  readonly items = this.#items.asReadonly();
  readonly total = this.#total.asReadonly();
  readonly loading = this.#loading.asReadonly();
  readonly problem = this.#problem.asReadonly();
  readonly search = this.#search.asReadonly();
  readonly sort = this.#sort.asReadonly();
  readonly hasMore = computed(() => this.#cursor() !== null);
  /** There is nothing at all, as opposed to nothing that fits the search. */
  readonly blank = computed(() => this.#loaded() && this.#total() === 0 && this.#search() === '');

  constructor(
    private readonly fetch: (query: ListQuery<Sort<Params>>) => Promise<Page<Item>>,
    { sort, pageSize = 50, inAddress = true, startsItself = true }: ListOptions<Sort<Params>>,
  ) {
    this.#pageSize = pageSize;
    this.#inAddress = inAddress;
    const address = this.#route.snapshot.queryParamMap;
    this.#search.set((inAddress && address.get('search')) || '');
    this.#sort.set((inAddress && address.get('sort')) || sort);
    inject(DestroyRef).onDestroy(() => {
      clearTimeout(this.#typing);
      this.#request = -1;
    });
    if (startsItself) void this.reload();
  }

  /**
   * Fetches again what is shown, so that a list that was made longer stays as long. Safe in an effect: the list's own
   * signals do not become reasons to run it again.
   */
  reload(): Promise<void> {
    return untracked(() => {
      const limit = Math.min(largestPage, Math.max(this.#pageSize, this.#items().length));
      return this.#load({ limit }, (page) => page.items);
    });
  }

  async more(): Promise<void> {
    const cursor = this.#cursor();
    if (cursor === null || this.#loading()) return;
    await this.#load({ limit: this.#pageSize, cursor }, (page) => [...this.#items(), ...page.items]);
  }

  searchFor(search: string): void {
    this.#search.set(search);
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#startOver(), typingPause);
  }

  sortBy(sort: string): void {
    this.#sort.set(sort);
    this.#startOver();
  }

  /** Puts a newer version of some rows in their place, as live events bring them. */
  update(change: (item: Item) => Item): void {
    this.#items.update((items) => items.map(change));
  }

  #startOver(): void {
    this.#items.set([]);
    if (this.#inAddress)
      void this.#router.navigate([], {
        relativeTo: this.#route,
        queryParams: { search: this.#search() || null, sort: this.#sort() || null },
        queryParamsHandling: 'merge',
        replaceUrl: true,
      });
    void this.reload();
  }

  async #load(part: { limit: number; cursor?: string }, join: (page: Page<Item>) => Item[]): Promise<void> {
    const request = ++this.#request;
    this.#loading.set(true);
    this.#problem.set(null);
    try {
      const page = await this.fetch({
        ...part,
        ...(this.#search().trim() && { search: this.#search().trim() }),
        // From the options, from a column that can be sorted, or from an address that was made of these.
        sort: this.#sort() as Sort<Params>,
      });
      if (request !== this.#request) return;
      this.#items.set(join(page));
      this.#total.set(page.total);
      this.#cursor.set(page.nextCursor);
      this.#loaded.set(true);
    } catch (error) {
      if (request === this.#request) this.#problem.set(problemOf(error));
    } finally {
      if (request === this.#request) this.#loading.set(false);
    }
  }
}
