import { compareIds } from './compare-ids';
import type { IdRange, Ledger, LedgerRow, Member, MemberReader } from './ports';

/** Ledger rows read at a time. */
const pageSize = 5_000;

/** A stretch of the ids in their order, with every member in it beside what the ledger knows of them. */
export interface ScannedPage {
  readonly members: readonly { member: Member; delivered: LedgerRow | undefined }[];
  /** How many ledger rows have no member: people who left, or traces of an identity that changed. */
  readonly left: number;
  /** The stretch ends here, inclusive; null = at the end of everything. */
  readonly to: string | null;
}

/** Reads members and ledger side by side, in the order of ids; the next page is on its way while one is worked on. */
export async function* scanMembers(
  range: IdRange,
  fields: readonly string[],
  members: MemberReader,
  ledger: Ledger,
): AsyncGenerator<ScannedPage> {
  const delivered = new LedgerReader(ledger, range);
  const pages = members.read(range, fields)[Symbol.asyncIterator]();
  const readNext = async (): Promise<ScannedPage> => {
    const { done, value: page } = await pages.next();
    const last = done ? undefined : page.at(-1);
    // Behind the last member only rows of people who left can stand.
    if (!last) return merge([], await delivered.upTo(range.to), range.to);
    return merge(page, await delivered.upTo(last.id), last.id);
  };
  try {
    for (let next: Promise<ScannedPage> | null = readNext(); next;) {
      const page: ScannedPage = await next;
      next = page.members.length === 0 ? null : readNext();
      // A page that nobody awaits any more (the scan was ended early) must not become an unhandled rejection.
      next?.catch(() => undefined);
      yield page;
    }
  } finally {
    await pages.return?.();
  }
}

/** Hands out ledger rows in order, up to wherever the members have come. */
class LedgerReader {
  private rows: LedgerRow[] = [];
  private exhausted = false;
  private from: string | null;

  constructor(
    private readonly ledger: Ledger,
    private readonly range: IdRange,
  ) {
    this.from = range.from;
  }

  /** @param to Inclusive; null = all that are left. */
  async upTo(to: string | null): Promise<LedgerRow[]> {
    while (!this.exhausted && !this.reaches(to)) await this.readMore();
    const end = to === null ? -1 : this.rows.findIndex(({ profileId }) => compareIds(profileId, to) > 0);
    return this.rows.splice(0, end < 0 ? this.rows.length : end);
  }

  private reaches(to: string | null): boolean {
    const last = this.rows.at(-1);
    return to !== null && last !== undefined && compareIds(last.profileId, to) > 0;
  }

  private async readMore(): Promise<void> {
    const page = await this.ledger.page({ from: this.from, to: this.range.to }, pageSize);
    this.exhausted = page.length < pageSize;
    this.from = page.at(-1)?.profileId ?? this.from;
    this.rows.push(...page);
  }
}

/** Reads a part of the ledger page by page, in order. */
export async function* ledgerPages(ledger: Ledger, range: IdRange): AsyncGenerator<LedgerRow[]> {
  let { from } = range;
  for (;;) {
    const page = await ledger.page({ from, to: range.to }, pageSize);
    if (page.length > 0) yield page;
    if (page.length < pageSize) return;
    from = page.at(-1)?.profileId ?? from;
  }
}

function merge(page: readonly Member[], rows: readonly LedgerRow[], to: string | null): ScannedPage {
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
  return { members, left: left + rows.length - place, to };
}
