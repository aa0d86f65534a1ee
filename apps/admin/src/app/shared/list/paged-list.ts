import {
  computed,
  DestroyRef,
  effect,
  inject,
  linkedSignal,
  Signal,
  signal,
  untracked,
  WritableSignal,
} from '@angular/core';
import { ActivatedRoute, Router } from '@angular/router';
import { Loaded } from '../../core/http/loaded';

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
  /** What else the rows depend on: the list starts over when it changes. */
  dependsOn?: () => unknown;
  /** Changes when there may be newer rows: what is shown is fetched again. */
  newerWhen?: () => unknown;
}

interface Rows<Item> extends Page<Item> {
  /** Of which list these are the rows: another search, sort or filter is another list. */
  of: object;
}

type Sort<Params extends { sort?: string }> = NonNullable<Params['sort']>;

const largestPage = 200;
const typingPause = 250;

/** One list of the API: its rows so far, its search and sort. `Params` are those of the generated function that lists. */
export class PagedList<Item, Params extends { sort?: string }> {
  readonly #router = inject(Router);
  readonly #route = inject(ActivatedRoute);
  readonly #search = signal('');
  /** The search that is asked for: what was typed, when nobody has typed for a moment. */
  readonly #asked = signal('');
  readonly #sort = signal<string>('');
  readonly #query;
  readonly #next;
  readonly #loaded: Loaded<Rows<Item>, { query: ListQuery<Sort<Params>>; after: Rows<Item> | null }>;
  readonly #rows: WritableSignal<Rows<Item> | undefined>;
  readonly #inAddress: boolean;
  #typing: ReturnType<typeof setTimeout> | undefined;

  readonly items: Signal<Item[]> = computed(() => this.#rows()?.items ?? []);
  readonly total = computed(() => this.#rows()?.total ?? 0);
  readonly loading = computed(() => this.#loaded.loading());
  readonly problem = computed(() => (this.#loaded.loading() ? null : this.#loaded.problem()));
  readonly search = this.#search.asReadonly();
  readonly sort = this.#sort.asReadonly();
  readonly hasMore = computed(() => (this.#rows()?.nextCursor ?? null) !== null);
  /** There is nothing at all, as opposed to nothing that fits the search. */
  readonly blank = computed(() => this.#rows()?.total === 0 && this.#search() === '');

  constructor(
    private readonly fetch: (query: ListQuery<Sort<Params>>) => Promise<Page<Item>>,
    { sort, pageSize = 50, inAddress = true, dependsOn, newerWhen }: ListOptions<Sort<Params>>,
  ) {
    this.#inAddress = inAddress;
    const address = this.#route.snapshot.queryParamMap;
    this.#search.set((inAddress && address.get('search')) || '');
    this.#asked.set(this.#search());
    this.#sort.set((inAddress && address.get('sort')) || sort);
    this.#query = computed(() => {
      dependsOn?.();
      const search = this.#asked().trim();
      // From the options, from a column that can be sorted, or from an address that was made of these.
      return { ...(search && { search }), sort: this.#sort() as Sort<Params> };
    });
    /** The rows after which the next page comes; without them the list is fetched from its first row. */
    this.#next = linkedSignal<object, Rows<Item> | null>({ source: this.#query, computation: () => null });
    this.#loaded = new Loaded({
      params: () => {
        newerWhen?.();
        return { query: { ...this.#query(), limit: pageSize }, after: this.#next() };
      },
      loader: async ({ query, after }) => {
        const of = untracked(this.#query);
        if (after?.nextCursor) {
          const page = await this.fetch({ ...query, cursor: after.nextCursor });
          return { ...page, items: [...untracked(this.items), ...page.items], of };
        }
        // A list that was made longer stays as long.
        const wanted = Math.max(pageSize, untracked(this.items).length);
        let rows: Page<Item> = { items: [], nextCursor: null, total: 0 };
        do {
          const limit = Math.min(largestPage, wanted - rows.items.length);
          const page: Page<Item> = await this.fetch({
            ...query,
            limit,
            ...(rows.nextCursor && { cursor: rows.nextCursor }),
          });
          rows = { ...page, items: [...rows.items, ...page.items] };
        } while (rows.nextCursor !== null && rows.items.length < wanted);
        return { ...rows, of };
      },
    });
    this.#rows = linkedSignal<{ of: object; rows?: Rows<Item> }, Rows<Item> | undefined>({
      source: () => ({ of: this.#query(), rows: this.#loaded.value() }),
      computation: ({ of, rows }, previous) => {
        if (rows?.of === of) return rows;
        return previous?.source.of === of ? previous.value : undefined;
      },
    });
    // Remembers also what nobody has read yet.
    effect(() => void this.#rows());
    inject(DestroyRef).onDestroy(() => clearTimeout(this.#typing));
  }

  /** Fetches again what is shown. */
  reload(): void {
    if (untracked(this.#next)) this.#next.set(null);
    else this.#loaded.reload();
  }

  more(): void {
    const rows = this.#rows();
    if (rows && rows.nextCursor !== null && !this.loading()) this.#next.set(rows);
  }

  searchFor(search: string): void {
    this.#search.set(search);
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => {
      this.#asked.set(search);
      this.#keepInAddress();
    }, typingPause);
  }

  sortBy(sort: string): void {
    this.#sort.set(sort);
    this.#keepInAddress();
  }

  /** Puts a newer version of some rows in their place, as live events bring them. */
  update(change: (item: Item) => Item): void {
    this.#rows.update((rows) => rows && { ...rows, items: rows.items.map(change) });
  }

  #keepInAddress(): void {
    if (this.#inAddress)
      void this.#router.navigate([], {
        relativeTo: this.#route,
        queryParams: { search: this.#search() || null, sort: this.#sort() || null },
        queryParamsHandling: 'merge',
        replaceUrl: true,
      });
  }
}
