import {
  DestinationError,
  type EncodedRecord,
  type Limits,
  type SendBatch,
  type SendReceipt,
} from '@audience-relay/destinations/core';

/** A request that the destination took. `first` and `end` are positions in the batch; rows between may have been refused. */
export interface AcceptedRequest {
  readonly first: number;
  readonly end: number;
  readonly records: number;
  readonly bytes: number;
  readonly handle?: string;
  readonly created: number;
  readonly updated: number;
}

export interface RejectedRow {
  readonly index: number;
  readonly code: string;
  readonly message: string;
}

export interface BatchResult {
  readonly accepted: readonly AcceptedRequest[];
  readonly rejected: readonly RejectedRow[];
  readonly requests: number;
}

/** How often rows that a refusal names are taken out and the rest sent whole, before it is halved instead. */
const namedRounds = 4;

/** Requests spent on one batch before the rows that are left are given up, with that reason. */
const requestBudget = 120;

interface Part {
  /** Positions in the batch, ascending. */
  readonly rows: readonly number[];
  readonly first: number;
  readonly end: number;
  readonly rounds: number;
}

/**
 * Sends one batch. When the destination refuses it whole because of some rows, those rows are found and left out:
 * by the names that the answer gives, else by halving, within a budget of requests. Every row ends up accepted or
 * rejected with a reason.
 * @param key Names the batch to the destination; see `SendBatch.key`.
 */
export async function sendBatch(
  key: string,
  records: readonly EncodedRecord[],
  limits: Pick<Limits, 'envelopeBytes' | 'separatorBytes'>,
  send: (batch: SendBatch) => Promise<SendReceipt>,
): Promise<BatchResult> {
  const accepted: AcceptedRequest[] = [];
  const rejected: RejectedRow[] = [];
  const parts: Part[] = [
    { rows: records.map((_, index) => index), first: 0, end: records.length, rounds: 0 },
  ];
  let requests = 0;

  for (let part = parts.pop(); part; part = parts.pop()) {
    if (requests >= requestBudget) {
      rejected.push(...part.rows.map((index) => ({ index, ...givenUp })));
      continue;
    }
    const { rows, first, end, rounds } = part;
    const sent = rows.map((index) => records[index] as EncodedRecord);
    const receipt = await send({ key: partKey(key, part, records.length), records: sent });
    requests += 1;
    const named = [...new Map(receipt.rejected.map((issue) => [issue.index, issue])).values()].filter(
      (issue) => issue.index >= 0 && issue.index < rows.length,
    );

    for (const { index, code, message } of named)
      rejected.push({ index: rows[index] as number, code, message });

    if (receipt.status === 'accepted') {
      accepted.push({
        first,
        end,
        records: rows.length - named.length,
        bytes: sizeOf(sent, limits),
        handle: receipt.handle,
        created: receipt.created ?? 0,
        updated: receipt.updated ?? 0,
      });
      continue;
    }

    const out = new Set(named.map((issue) => issue.index));
    const rest = rows.filter((_, position) => !out.has(position));
    if (rest.length === 0) continue;
    if (named.length > 0 && rounds < namedRounds) {
      parts.push({ rows: rest, first, end, rounds: rounds + 1 });
    } else if (rest.length === 1) {
      rejected.push({ index: rest[0] as number, code: receipt.code, message: receipt.message });
    } else {
      const half = rest.length >> 1;
      const middle = rest[half] as number;
      parts.push({ rows: rest.slice(half), first: middle, end, rounds: 0 });
      parts.push({ rows: rest.slice(0, half), first, end: middle, rounds: 0 });
    }
  }
  return { accepted, rejected: rejected.sort((a, b) => a.index - b.index), requests };
}

/** The whole batch goes by its own key; what is left of it after a refusal is another request. */
function partKey(key: string, { rows, first }: Part, whole: number): string {
  return rows.length === whole ? key : `${key}.${first}-${rows.length}`;
}

const givenUp = {
  code: 'batch-refused',
  message:
    'The destination refused a group of rows without saying which of them is wrong, and the search for it was given up.',
};

/** Bytes of one request's body. */
function sizeOf(
  records: readonly EncodedRecord[],
  { envelopeBytes, separatorBytes }: Pick<Limits, 'envelopeBytes' | 'separatorBytes'>,
): number {
  let bytes = envelopeBytes + separatorBytes * Math.max(0, records.length - 1);
  for (const record of records) bytes += record.byteLength;
  return bytes;
}

/** A record that fits in no request at all. */
export function recordTooLarge(record: EncodedRecord, limits: Limits): boolean {
  return record.byteLength + limits.envelopeBytes > limits.maxBytes;
}

/** Plugins without `remove` must not declare mirror; this says so to whoever wrote one that does. */
export function mirrorUnsupported(name: string): DestinationError {
  return new DestinationError({
    kind: 'permanent',
    code: 'mirror-unsupported',
    message: `${name} cannot take people off its targets. Choose the mode "add and update" for this export.`,
  });
}

/** The same for a plugin without `listPeople`, asked to take off unmanaged contacts. */
export function listingUnsupported(name: string): DestinationError {
  return new DestinationError({
    kind: 'permanent',
    code: 'strangers-unsupported',
    message:
      `${name} cannot tell who is on its targets. Choose in this export not to take off people whom it did not ` +
      'put there.',
  });
}
