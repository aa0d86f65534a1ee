import { compareIds } from './compare-ids';
import type { IdRange, Ledger, LedgerRow, Member, MemberReader } from './ports';

/** Members and ledger rows read at a time. Two pages are held: the one in work and the next, already on its way. */
const pageSize = 5_000;

/** A stretch of the ids in their order, with every member in it beside what the ledger knows of them. */
export interface ScannedPage {
  readonly members: readonly { member: Member; delivered: LedgerRow | undefined }[];
  /** How many ledger rows have no member: people who left, or traces of an identity that changed. */
  readonly left: number;
  /** The stretch ends here, inclusive; null = at the end of everything. */
  readonly to: string | null;
}

/** Reads members and ledger side by side, in the order of ids. */
export async function* scanMembers(
  range: IdRange,
  fields: readonly string[],
  members: MemberReader,
  ledger: Ledger,
): AsyncGenerator<ScannedPage> {
  let next: Promise<ScannedPage> | null = readPage(range, fields, members, ledger);
  // A page that nobody awaits any more (the scan was ended early) must not become an unhandled rejection.
  next.catch(() => undefined);
  while (next) {
    const page: ScannedPage = await next;
    next = page.to === range.to ? null : readPage({ from: page.to, to: range.to }, fields, members, ledger);
    next?.catch(() => undefined);
    yield page;
  }
}

async function readPage(
  range: IdRange,
  fields: readonly string[],
  members: MemberReader,
  ledger: Ledger,
): Promise<ScannedPage> {
  const [page, firstRows] = await Promise.all([
    members.page(range, fields, pageSize),
    ledger.page(range, pageSize),
  ]);
  const to = page.length < pageSize ? range.to : (page.at(-1) as Member).id;
  const rows = await readRows(firstRows, { from: range.from, to }, ledger);
  return { ...merge(page, rows), to };
}

/** Completes (or cuts) the ledger rows to those of the stretch. */
async function readRows(first: LedgerRow[], { to }: IdRange, ledger: Ledger): Promise<LedgerRow[]> {
  const last = first.at(-1);
  if (last === undefined) return first;
  if (to !== null && compareIds(last.profileId, to) > 0) {
    return first.filter(({ profileId }) => compareIds(profileId, to) <= 0);
  }
  if (first.length < pageSize) return first;
  const rows = [...first];
  for await (const page of ledgerPages(ledger, { from: last.profileId, to })) rows.push(...page);
  return rows;
}

/** Reads a part of the ledger page by page, in order. */
export async function* ledgerPages(ledger: Ledger, range: IdRange): AsyncGenerator<LedgerRow[]> {
  let from = range.from;
  for (;;) {
    const page = await ledger.page({ from, to: range.to }, pageSize);
    if (page.length > 0) yield page;
    if (page.length < pageSize) return;
    from = (page.at(-1) as LedgerRow).profileId;
  }
}

function merge(page: readonly Member[], rows: readonly LedgerRow[]): Omit<ScannedPage, 'to'> {
  let left = 0;
  let place = 0;
  const members = page.map((member) => {
    let delivered: LedgerRow | undefined;
    for (; place < rows.length; place += 1) {
      const row = rows[place] as LedgerRow;
      const order = compareIds(row.profileId, member.id);
      if (order > 0) break;
      if (order < 0) left += 1;
      else delivered = row;
    }
    return { member, delivered };
  });
  return { members, left: left + rows.length - place };
}
