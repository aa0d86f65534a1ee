import { HttpErrorResponse } from '@angular/common/http';
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

  const settled = () => new Promise((resolve) => setTimeout(resolve));
  const page = (items: string[], nextCursor: string | null = null): Page<string> => ({
    ...{ items, nextCursor, total: 100 },
  });
  const newest = () => asked[asked.length - 1]!;

  beforeEach(() => {
    asked = [];
    TestBed.configureTestingModule({ providers: [provideRouter([])] });
    list = TestBed.runInInjectionContext(
      () =>
        new PagedList<string, Params>(
          (query) => new Promise((give, refuse) => asked.push({ query, give, refuse })),
          { sort: 'name', pageSize: 2 },
        ),
    );
  });

  it('should ask for the first page by itself, then for the one after it', async () => {
    expect(newest().query).toEqual({ limit: 2, sort: 'name' });
    newest().give(page(['a', 'b'], 'c1'));
    await settled();
    void list.more();
    expect(newest().query).toEqual({ limit: 2, cursor: 'c1', sort: 'name' });
    newest().give(page(['c']));
    await settled();
    expect(list.items()).toEqual(['a', 'b', 'c']);
    expect(list.hasMore()).toBe(false);
  });

  it('should stay as long as it was made when it is fetched again', async () => {
    newest().give(page(['a', 'b'], 'c1'));
    await settled();
    void list.more();
    newest().give(page(['c', 'd'], 'c2'));
    await settled();
    void list.reload();
    expect(newest().query).toEqual({ limit: 4, sort: 'name' });
  });

  it('should drop an answer that a newer question has overtaken', async () => {
    list.sortBy('-name');
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
    void list.reload();
    expect(list.problem()).toBeNull();
    expect(list.loading()).toBe(true);
  });
});
