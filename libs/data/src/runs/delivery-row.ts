import type { LedgerRow } from '@audience-relay/exports/ports';
import type { DeliveryRecord } from './delivery.schema';
import { RawDocument, readId, readRaw } from './raw-document';

/** What the rows of one ledger have in common. */
export interface LedgerForm {
  /** How many characters of an id are the ledger's name. */
  readonly prefix: number;
  readonly untrusted: ReadonlySet<string>;
  /** The keys of the row that was read before, which mostly are those of the next. */
  readonly names: string[];
}

/** A row as the database sent it. Its values are read when they are asked for, as those of members are. */
export class StoredRow implements LedgerRow {
  readonly profileId: string;
  private known: Omit<LedgerRow, 'profileId'> | undefined;

  constructor(
    private readonly bytes: Buffer,
    private readonly form: LedgerForm,
  ) {
    this.profileId = readId(bytes, form.names).slice(form.prefix);
  }

  get hash(): string {
    return this.values.hash;
  }

  get identity(): string {
    return this.values.identity;
  }

  get runId(): string {
    return this.values.runId;
  }

  get seq(): number {
    return this.values.seq;
  }

  get added(): boolean {
    return this.values.added;
  }

  get unchanged(): boolean {
    return this.values.unchanged;
  }

  get remoteId(): string | undefined {
    return this.values.remoteId;
  }

  private get values(): Omit<LedgerRow, 'profileId'> {
    return (this.known ??= this.trusted());
  }

  private trusted(): Omit<LedgerRow, 'profileId'> {
    const { untrusted, names } = this.form;
    const row = readRaw(
      this.bytes,
      (buffer) => parse(new RawDocument(buffer, names)),
      (record) => valuesOf(record as DeliveryRecord),
    );
    return untrusted.size > 0 && untrusted.has(`${row.runId}/${row.seq}`) ? { ...row, hash: '' } : row;
  }
}

function parse(row: RawDocument): Omit<LedgerRow, 'profileId'> {
  const read = { hash: '', identity: '', runId: '', seq: 0, added: false, unchanged: false };
  let remoteId: string | undefined;
  while (row.advance()) {
    if (row.key === 'h') read.hash = String(row.value());
    else if (row.key === 'i') read.identity = String(row.value());
    else if (row.key === 'r') read.runId = row.id();
    else if (row.key === 's') read.seq = Number(row.value());
    else if (row.key === 'a') read.added = row.value() === true;
    else if (row.key === 'u') read.unchanged = row.value() === true;
    else if (row.key === 'c') remoteId = String(row.value());
  }
  return { ...read, remoteId };
}

function valuesOf({ h, i, r, s, a, u, c }: DeliveryRecord): Omit<LedgerRow, 'profileId'> {
  return { hash: h, identity: i, runId: r.toHexString(), seq: s, added: a, unchanged: u, remoteId: c };
}
