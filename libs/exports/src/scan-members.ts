import { compareIds, type IdRange } from './id-order';
import { isFormerIdentity, isUnmanaged } from './ledger-ids';
import type { Ledger, LedgerRow, Member, MemberReader } from './ports';

/** A stretch of the ids in their order, with every member in it beside what the ledger knows of them. */
export interface ScannedPage {
  readonly members: readonly { member: Member; delivered: LedgerRow | undefined }[];
  /** How many ledger rows have no member: people who left, or former identities of people who stay. */
  readonly left: number;
  /** How many people the ledger knows. */
  readonly delivered: number;
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
    await Promise.all([pages.return?.(), delivered.close()]);
  }
}

/** Yields ledger rows in order, up to wherever the members have come; the next ones are read meanwhile. */
class LedgerReader {
  private rows: LedgerRow[] = [];
  private readonly pages: AsyncIterator<readonly LedgerRow[]>;
  private next: Promise<IteratorResult<readonly LedgerRow[]>>;
  private exhausted = false;

  constructor(ledger: Ledger, range: IdRange) {
    this.pages = ledger.read(range)[Symbol.asyncIterator]();
    this.next = this.ahead();
  }

  /** @param to Inclusive; null = all that are left. */
  async upTo(to: string | null): Promise<LedgerRow[]> {
    while (!this.exhausted && !this.reaches(to)) await this.readMore();
    const end = to === null ? -1 : this.rows.findIndex(({ profileId }) => compareIds(profileId, to) > 0);
    return this.rows.splice(0, end < 0 ? this.rows.length : end);
  }

  async close(): Promise<void> {
    await this.pages.return?.();
  }

  private reaches(to: string | null): boolean {
    const last = this.rows.at(-1);
    return to !== null && last !== undefined && compareIds(last.profileId, to) > 0;
  }

  private async readMore(): Promise<void> {
    const { done, value: page } = await this.next;
    this.exhausted = done === true;
    if (done) return;
    this.next = this.ahead();
    // One by one: as arguments, a page would have to fit on the stack.
    for (const row of page) this.rows.push(row);
  }

  private ahead(): Promise<IteratorResult<readonly LedgerRow[]>> {
    const next = this.pages.next();
    // Whether anybody comes for it is not known; whoever does gets its failure.
    next.catch(() => undefined);
    return next;
  }
}

function merge(page: readonly Member[], rows: readonly LedgerRow[], to: string | null): ScannedPage {
  let left = 0;
  let people = 0;
  let place = 0;
  const leave = ({ profileId }: LedgerRow) => {
    left += 1;
    if (!isUnmanaged(profileId) && !isFormerIdentity(profileId)) people += 1;
  };
  const members = page.map((member) => {
    let delivered: LedgerRow | undefined;
    for (; place < rows.length; place += 1) {
      const row = rows[place] as LedgerRow;
      const order = compareIds(row.profileId, member.id);
      if (order > 0) break;
      if (order < 0) leave(row);
      else delivered = row;
    }
    if (delivered) people += 1;
    return { member, delivered };
  });
  for (; place < rows.length; place += 1) leave(rows[place] as LedgerRow);
  return { members, left, delivered: people, to };
}
