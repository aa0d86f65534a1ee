import {
  DestinationError,
  type Target,
  type TargetPage,
  type TargetQuery,
} from '@audience-relay/destinations/core';
import { arrayMember, call, countMember, jsonBody, member, textMember, unreadable } from './api';
import type { AccountContext, ListContext } from './connection';

const MOST_PER_PAGE = 1000;

/**
 * A page of lists. SendGrid cannot search, so a search reads its largest pages (an account has at most 1,000 lists)
 * and looks through them; the cursor then also tells how far in the page it got.
 */
export async function listTargets(ctx: AccountContext, query: TargetQuery): Promise<TargetPage> {
  const limit = Math.min(Math.max(query.limit ?? 100, 1), MOST_PER_PAGE);
  const wanted = query.search?.trim().toLowerCase() ?? '';
  const [, skipped = '0', token = ''] = /^(\d+):(.*)$/.exec(query.cursor ?? '') ?? [];

  const size = wanted === '' ? limit : MOST_PER_PAGE;
  const page = new URLSearchParams({ page_size: String(size), ...(token !== '' && { page_token: token }) });
  const { body } = await call(ctx, {
    method: 'GET',
    path: `/v3/marketing/lists?${page}`,
    bucket: 'lists',
    right: 'read lists',
  });
  const found = arrayMember(body, 'result')
    .flatMap((each) => readList(each) ?? [])
    .filter(({ id, name }) => name.toLowerCase().includes(wanted) || id.toLowerCase() === wanted);

  const end = Number(skipped) + limit;
  const items = found.slice(Number(skipped), end);
  if (end < found.length) return { items, nextCursor: `${end}:${token}` };
  const next = nextToken(body);
  return next === undefined ? { items } : { items, nextCursor: `0:${next}` };
}

/** The token of the page behind `_metadata.next`, which is an address. */
function nextToken(body: unknown): string | undefined {
  const next = textMember(member(body, '_metadata'), 'next');
  const token = next && URL.canParse(next) ? new URL(next).searchParams.get('page_token') : null;
  return token || undefined;
}

export async function createList(ctx: AccountContext, name: string): Promise<Target> {
  const { status, body } = await call(ctx, {
    method: 'POST',
    path: '/v3/marketing/lists',
    body: jsonBody({ name }),
    bucket: 'lists',
    right: 'create lists',
    expected: [400],
  });
  if (status === 400) {
    const message =
      'SendGrid did not create the list: a list of that name exists already, or the account has 1,000 lists.';
    throw new DestinationError({ kind: 'permanent', code: 'list-not-created', message, detail: { status } });
  }
  const list = readList(body);
  if (!list) throw unreadable('the new list');
  return list;
}

/** @throws DestinationError `list-not-found` */
export async function checkList(ctx: ListContext): Promise<void> {
  const { status } = await call(ctx, {
    method: 'GET',
    path: `/v3/marketing/lists/${encodeURIComponent(ctx.settings.list)}`,
    bucket: 'lists',
    right: 'read lists',
    expected: [400, 404],
  });
  if (status >= 400) throw listNotFound(status);
}

export function listNotFound(status: number): DestinationError {
  const message =
    'The list of this export is not in the SendGrid account. Choose another list in the export.';
  return new DestinationError({ kind: 'permanent', code: 'list-not-found', message, detail: { status } });
}

function readList(value: unknown): Target | undefined {
  const id = textMember(value, 'id');
  const count = countMember(value, 'contact_count');
  if (id === undefined) return undefined;
  return { id, name: textMember(value, 'name') ?? id, ...(count !== undefined && { count }) };
}
