import { everyPage } from './every-page';

describe('every page of a list', () => {
  it('should ask for the next until there is none, and keep the order', async () => {
    const asked: (string | undefined)[] = [];
    const all = await everyPage(({ limit, cursor }) => {
      expect(limit).toBe(200);
      asked.push(cursor);
      const pages: Record<string, { items: number[]; nextCursor: string | null }> = {
        first: { items: [1, 2], nextCursor: 'second' },
        second: { items: [], nextCursor: 'third' },
        third: { items: [3], nextCursor: null },
      };
      return Promise.resolve(pages[cursor ?? 'first']!);
    });
    expect(all).toEqual([1, 2, 3]);
    expect(asked).toEqual([undefined, 'second', 'third']);
  });
});
