import { HttpErrorResponse } from '@angular/common/http';
import { signal, WritableSignal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideRouter, Router } from '@angular/router';
import { ListQuery, Page, PagedList } from './paged-list';

interface Params {
  sort?: 'name' | '-name';
}

type Answer = {
  query: ListQuery<'name' | '-name'>;
  give: (page: Page<string>) => void;
  refuse: (error: unknown) => void;
};

describe('a list of the API', () => {
  let asked: Answer[];
  let list: PagedList<string, Params>;
  let filter: WritableSignal<string>;
  let newer: WritableSignal<number>;

  const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
  const page = (items: string[], nextCursor: string | null = null): Page<string> => ({
    ...{ items, nextCursor, total: 100 },
  });
  const newest = () => asked[asked.length - 1]!;

  beforeEach(async () => {
    asked = [];
    filter = signal('a');
    newer = signal(0);
    TestBed.configureTestingModule({ providers: [provideRouter([])] });
    list = TestBed.runInInjectionContext(
      () =>
        new PagedList<string, Params>(
          (query) => new Promise((give, refuse) => asked.push({ query, give, refuse })),
          { sort: 'name', pageSize: 2, dependsOn: filter, newerWhen: newer },
        ),
    );
    await settled();
  });

  it('should ask for the first page by itself, then for the one after it', async () => {
    expect(newest().query).toEqual({ limit: 2, sort: 'name' });
    newest().give(page(['a', 'b'], 'c1'));
    await settled();
    list.more();
    await settled();
    expect(newest().query).toEqual({ limit: 2, cursor: 'c1', sort: 'name' });
    newest().give(page(['c']));
    await settled();
    expect(list.items()).toEqual(['a', 'b', 'c']);
    expect(list.hasMore()).toBe(false);
  });

  it('should stay as long as it was made when it is fetched again', async () => {
    newest().give(page(['a', 'b'], 'c1'));
    await settled();
    list.more();
    await settled();
    newest().give(page(['c', 'd'], 'c2'));
    await settled();
    list.reload();
    await settled();
    expect(newest().query).toEqual({ limit: 4, sort: 'name' });
  });

  it('should drop an answer that a newer question has overtaken', async () => {
    list.sortBy('-name');
    await settled();
    expect(asked).toHaveLength(2);
    asked[1]!.give(page(['z']));
    asked[0]!.give(page(['a']));
    await settled();
    expect(list.items()).toEqual(['z']);
  });

  it('should ask once when someone has stopped typing, and keep the search in the address', async () => {
    newest().give(page(['a']));
    await settled();
    list.searchFor('o');
    list.searchFor('os ');
    expect(asked).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(asked).toHaveLength(2);
    expect(newest().query).toEqual({ limit: 2, search: 'os', sort: 'name' });
    await settled();
    expect(TestBed.inject(Router).url).toBe('/?search=os%20&sort=name');
  });

  it('should start over when what it depends on changes, without the old rows', async () => {
    newest().give(page(['a', 'b'], 'c1'));
    await settled();
    filter.set('b');
    expect(list.items()).toEqual([]);
    await settled();
    expect(newest().query).toEqual({ limit: 2, sort: 'name' });
  });

  it('should keep its rows while it looks for newer ones', async () => {
    newest().give(page(['a', 'b']));
    await settled();
    newer.set(1);
    await settled();
    expect(asked).toHaveLength(2);
    expect(list.items()).toEqual(['a', 'b']);
  });

  it('should keep a change of a row that came while more rows did', async () => {
    newest().give(page(['a', 'b'], 'c1'));
    await settled();
    list.more();
    await settled();
    list.update((item) => item.toUpperCase());
    newest().give(page(['c']));
    await settled();
    expect(list.items()).toEqual(['A', 'B', 'c']);
  });

  it('should fetch page after page when it was made longer than a page may be', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => `${index}`);
    newest().give(page(many(201), 'c1'));
    await settled();
    list.reload();
    await settled();
    expect(newest().query).toEqual({ limit: 200, sort: 'name' });
    newest().give(page(many(200), 'c2'));
    await settled();
    expect(newest().query).toEqual({ limit: 1, cursor: 'c2', sort: 'name' });
    newest().give(page(['last'], 'c3'));
    await settled();
    expect(list.items()).toHaveLength(201);
  });

  it('should tell a list that is blank from a search that finds nothing', async () => {
    newest().give({ items: [], nextCursor: null, total: 0 });
    await settled();
    expect(list.blank()).toBe(true);
    list.searchFor('x');
    expect(list.blank()).toBe(false);
  });

  it('should say what went wrong, and forget it with the next try', async () => {
    newest().refuse(new HttpErrorResponse({ status: 0 }));
    await settled();
    expect(list.problem()?.code).toBe('unreachable');
    list.reload();
    expect(list.problem()).toBeNull();
    expect(list.loading()).toBe(true);
  });
});
