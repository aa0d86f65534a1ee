import { CsvRecords } from './csv-records';
import { intakeLimits } from './limits';
import { UnreadableFileError } from './problems';
import type { RowProblem, RowReader, SourceRow } from './source-row';

export const delimiters = [',', ';', '\t', '|'] as const;

export type Delimiter = (typeof delimiters)[number];

const undoubledQuotes: RowProblem = {
  code: 'undoubled-quotes',
  reason: 'Quotation marks inside a value are not doubled; they were kept as they are.',
};

/** Reads CSV with a header row. */
export class CsvRows implements RowReader {
  private constructor(
    readonly columns: readonly string[],
    readonly delimiter: string,
    private readonly records: CsvRecords,
    private readonly text: AsyncIterator<string>,
  ) {}

  /**
   * Reads the header row.
   * @param delimiter Undefined = the one that the header has most of.
   * @throws UnreadableFileError
   */
  static async open(text: AsyncIterator<string>, delimiter?: string): Promise<CsvRows> {
    const { head, line, declared } = await readHead(text);
    const used = delimiter ?? declared ?? likeliestDelimiter(/^.*/.exec(head)?.[0] ?? '');
    const records = new CsvRecords(used, undefined, line);
    records.add(head);
    let length = head.length;
    let record = records.next();
    for (let ended = false; !record && !ended && length <= intakeLimits.rowLength; record = records.next()) {
      const { value, done } = await text.next();
      if (done) {
        ended = true;
        records.end();
      } else {
        length += value.length;
        records.add(value);
      }
    }
    if (!record) throw headerTooLong();
    const columns = header(record);
    records.columns = columns.length;
    return new CsvRows(columns, used, records, text);
  }

  async *rows(): AsyncGenerator<SourceRow[]> {
    yield this.complete();
    for (;;) {
      const { value, done } = await this.text.next();
      if (done) break;
      this.records.add(value);
      yield this.complete();
    }
    this.records.end();
    yield this.complete();
  }

  private complete(): SourceRow[] {
    const rows: SourceRow[] = [];
    for (let record = this.records.next(); record; record = this.records.next()) {
      if ('problem' in record || !record.relaxed) rows.push(record);
      else rows.push({ line: record.line, cells: record.cells, warnings: [undoubledQuotes] });
    }
    return rows;
  }
}

interface Head {
  /** From the header row on. At least its first line. */
  head: string;
  /** The number of its line. */
  line: number;
  /** The delimiter that a line `sep=;` names, as Excel writes it. */
  declared?: string;
}

async function readHead(text: AsyncIterator<string>): Promise<Head> {
  let head = '';
  let line = 1;
  let declared: string | undefined;
  for (let ended = false; ;) {
    for (let end = head.indexOf('\n'); end >= 0 || ended; end = head.indexOf('\n')) {
      const first = (end < 0 ? head : head.slice(0, end)).trim();
      const hint = /^sep=(.)$/i.exec(first)?.[1];
      if (first !== '' && hint === undefined) return { head, line, declared };
      if (end < 0) throw new UnreadableFileError('empty', 'The file is empty.');
      declared ??= hint;
      head = head.slice(end + 1);
      line += 1;
    }
    if (head.length > intakeLimits.rowLength) throw headerTooLong();
    const { value, done } = await text.next();
    if (done) ended = true;
    else head += value;
  }
}

const headerTooLong = (): UnreadableFileError =>
  new UnreadableFileError('header-too-long', 'The header row is longer than 256 KB.');

function header(record: NonNullable<ReturnType<CsvRecords['next']>>): string[] {
  if ('problem' in record && record.problem.code === 'row-too-long') throw headerTooLong();
  if ('problem' in record || record.relaxed)
    throw new UnreadableFileError('header-broken', 'The quotation marks of the header row do not match.');
  const names = record.cells.map((name) => name.trim());
  if (names.length > intakeLimits.columns) {
    throw new UnreadableFileError(
      'too-many-columns',
      `The file has ${names.length} columns; it can have ${intakeLimits.columns} at most.`,
    );
  }
  const empty = names.indexOf('');
  if (empty >= 0) {
    throw new UnreadableFileError(
      'column-without-name',
      `Column ${empty + 1} of the header row has no name.`,
    );
  }
  const double = names.find((name, index) => names.indexOf(name) !== index);
  if (double !== undefined) {
    throw new UnreadableFileError(
      'column-twice',
      `The header row names the column "${double.slice(0, 60)}" twice.`,
    );
  }
  return names;
}

function likeliestDelimiter(text: string): Delimiter {
  const unquoted = text.replace(/"[^"]*"/g, '');
  const counts = delimiters.map((delimiter) => unquoted.split(delimiter).length);
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ',';
}
