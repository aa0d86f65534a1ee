interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** All rows of a list, page after page. For what people choose among: a few hundred at most, searched as they type. */
export async function everyPage<Item>(
  fetch: (query: { limit: number; cursor?: string }) => Promise<Page<Item>>,
): Promise<Item[]> {
  const all: Item[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Item> = await fetch({ limit: 200, ...(cursor && { cursor }) });
    all.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return all;
}
