import type { EncodedRecord } from './batch';

/** What stands around and between the records of one body. */
export interface Envelope {
  before: string;
  between: string;
  after: string;
}

/** Bytes of an envelope without the separators: `limits.envelopeBytes`. */
export function envelopeBytes({ before, after }: Envelope): number {
  return Buffer.byteLength(before) + Buffer.byteLength(after);
}

/** The body of one request: encoded records are copied once and never parsed again. */
export function joinRecords(records: readonly EncodedRecord[], envelope: Envelope): Buffer {
  const [before, between, after] = [envelope.before, envelope.between, envelope.after].map((part) =>
    Buffer.from(part),
  ) as [Buffer, Buffer, Buffer];
  let size = before.length + after.length + Math.max(0, records.length - 1) * between.length;
  for (const record of records) size += record.length;

  const body = Buffer.allocUnsafe(size);
  let end = before.copy(body, 0);
  for (const [index, record] of records.entries()) {
    if (index > 0) end += between.copy(body, end);
    body.set(record, end);
    end += record.length;
  }
  after.copy(body, end);
  return body;
}
