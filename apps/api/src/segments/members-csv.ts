import { type FieldValue, spreadsheetText } from '@audience-relay/contracts';
import type { ProfileFieldRecord, ProfileRecord } from '@audience-relay/data';
import { stringify } from 'csv-stringify';
import { pipeline, Readable, Transform } from 'node:stream';

function cell(value: FieldValue | undefined): string {
  if (value === undefined || value === null) return '';
  return spreadsheetText(String(value));
}

/** Members as CSV with a header row, read as fast as the receiver takes it. */
export function membersCsv(
  members: AsyncIterable<ProfileRecord>,
  fields: readonly ProfileFieldRecord[],
): Readable {
  const rows = new Transform({
    objectMode: true,
    transform({ _id, fields: values }: ProfileRecord, _encoding, done) {
      done(null, [cell(_id), ...fields.map((field) => cell(values[field._id]))]);
    },
  });
  const columns = ['Profile id', ...fields.map(({ label }) => cell(label))];
  const csv = stringify({
    header: true,
    columns: columns.map((header, key) => ({ key: String(key), header })),
    bom: true,
  });
  // Errors reach the reader of the result, who ends the answer.
  pipeline(Readable.from(members), rows, csv, () => undefined);
  return csv;
}
