import { spreadsheetText } from '@audience-relay/contracts';
import type { RunIssueRecord } from '@audience-relay/data';
import { type Stringifier, stringify } from 'csv-stringify';
import { pipeline, Readable, Transform } from 'node:stream';
import { profileOf } from './run.dto';

const columns = ['profile', 'kind', 'code', 'message', 'identity', 'field', 'at'];

/** Issues as CSV with a header row, read as fast as the receiver takes it. */
export function issuesCsv(issues: AsyncIterable<RunIssueRecord>): Readable {
  const rows = new Transform({
    objectMode: true,
    transform({ profileId, kind, code, message, identity, field, at }: RunIssueRecord, _encoding, done) {
      const texts = [profileOf(profileId), kind, code, message, identity ?? '', field ?? ''].map(
        spreadsheetText,
      );
      done(null, [...texts, at.toISOString()]);
    },
  });
  const csv: Stringifier = stringify({ header: true, columns, bom: true });
  // Errors reach the reader of the result, who ends the answer.
  pipeline(Readable.from(issues), rows, csv, () => undefined);
  return csv;
}
