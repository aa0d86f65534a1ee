import { columnMeaning, likeliestIdColumn } from './column-meaning';
import { columnNames } from './column-names';
import { type CsvRecord, CsvRecords } from './csv-records';
import { intakeLimits } from './limits';
import { UnreadableFileError } from './problems';
import type { RowProblem, RowReader, SourceRow } from './source-row';

export const delimiters = [',', ';', '\t', '|'] as const;

/** How a CSV file is to be read, where a person knows better than the file shows. */
export interface CsvOptions {
  /** Undefined = the one with which the header row has most columns that are recognised. */
  delimiter?: string;
  /** The line of the header row, from 1. Undefined = the first row in which an identifier or an address is named. */
  headerLine?: number;
}

/** Characters of a file's beginning in which its header row is looked for. */
const headLength = 8 * 1024;

/** Records in which the header row is looked for: some exports have title lines above it. */
const headRecords = 20;

const undoubledQuotes: RowProblem = {
  code: 'undoubled-quotes',
  reason: 'Quotation marks inside a value are not doubled; they were kept as they are.',
};

const shortRow: RowProblem = {
  code: 'short-row',
  reason: 'The row ends before its last columns; their values were left as they are.',
};

interface Header {
  delimiter: string;
  line: number;
  cells: readonly string[];
  /** Whether an identifier or an address is named. */
  recognised: boolean;
}

/** Reads CSV with a header row. */
export class CsvRows implements RowReader {
  private constructor(
    readonly columns: readonly string[],
    readonly delimiter: string,
    /** From 1. */
    readonly headerLine: number,
    private readonly records: CsvRecords,
    private readonly text: AsyncIterator<string>,
  ) {}

  /**
   * Finds the header row.
   * @throws UnreadableFileError
   */
  static async open(text: AsyncIterator<string>, options: CsvOptions = {}): Promise<CsvRows> {
    let head = '';
    for (let ended = false; ;) {
      const header = head.length >= headLength || ended ? findHeader(head, ended, options) : null;
      if (header) {
        const { delimiter, line } = header;
        const columns = columnNames(header.cells);
        const records = new CsvRecords(delimiter, columns.length, line);
        records.add(fromLine(head, line));
        if (ended) records.end();
        records.next();
        return new CsvRows(columns, delimiter, line, records, text);
      }
      const { headerLine } = options;
      if (headerLine !== undefined && (ended || head.length > intakeLimits.rowLength)) {
        throw new UnreadableFileError('no-header', `The file has no header row on line ${headerLine}.`);
      }
      if (ended) throw new UnreadableFileError('empty', 'The file is empty.');
      if (head.length > intakeLimits.rowLength) {
        throw new UnreadableFileError('header-too-long', 'The header row is longer than 256 KB.');
      }
      const { value, done } = await text.next();
      if (done) ended = true;
      else head += value;
    }
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
    for (let record = this.records.next(); record; record = this.records.next()) rows.push(this.row(record));
    return rows;
  }

  private row(record: CsvRecord): SourceRow {
    if ('problem' in record) return record;
    const { line, cells, relaxed } = record;
    const expected = this.columns.length;
    if (cells.length === expected)
      return relaxed ? { line, cells, warnings: [undoubledQuotes] } : { line, cells };
    const warnings = relaxed ? [undoubledQuotes] : [];
    // Delimiters at the end mean nothing; a row of which more is missing than there is may be anything.
    if (cells.length > expected && cells.slice(expected).every((cell) => cell.trim() === ''))
      return { line, cells: cells.slice(0, expected), warnings };
    if (cells.length < expected && cells.length > 1 && cells.length * 2 >= expected)
      return { line, cells, warnings: [...warnings, shortRow] };
    const reason = `The row has ${cells.length} values, the header row ${expected}.`;
    return { line, problem: { code: 'wrong-column-count', reason } };
  }
}

/** @returns null when more of the file is needed. */
function findHeader(head: string, ended: boolean, { delimiter, headerLine }: CsvOptions): Header | null {
  const declared = delimiter ?? /^\s*sep=(.)\r?\n/i.exec(head)?.[1];
  const found = (declared === undefined ? delimiters : [declared]).flatMap(
    (candidate) => headerBy(head, ended, candidate, headerLine) ?? [],
  );
  // Of a row that cannot be read the delimiters are counted, so that no other delimiter makes sense of it.
  const rank = ({ recognised, cells, line, delimiter: used }: Header): number =>
    recognised
      ? 1_000_000 + cells.length
      : cells.length || (fromLine(head, line).split('\n', 1)[0] ?? '').split(used).length;
  const [best] = found.sort((a, b) => rank(b) - rank(a));
  return best ?? null;
}

function headerBy(head: string, ended: boolean, delimiter: string, headerLine?: number): Header | null {
  const records = new CsvRecords(delimiter);
  records.add(head);
  if (ended) records.end();
  let first: Header | null = null;
  let most = 0;
  for (let count = 0; count < headRecords || headerLine !== undefined; count += 1) {
    const record = records.next();
    if (!record || (headerLine !== undefined && record.line > headerLine)) break;
    const cells = 'problem' in record || record.relaxed ? [] : record.cells;
    if (count === 0 && /^sep=.?$/i.test(cells.join(delimiter).trim())) continue;
    const header = { delimiter, line: record.line, cells, recognised: namesPeople(cells) };
    if (headerLine === undefined ? header.recognised && cells.length > most : record.line === headerLine)
      return header;
    first ??= header;
    // Title lines have fewer values than the header row; rows of people have as many.
    most = Math.max(most, cells.length);
  }
  return headerLine === undefined ? first : null;
}

/** Whether a row names a column by which people are told apart. Rows of people hold addresses, and name none. */
function namesPeople(cells: readonly string[]): boolean {
  const names = cells.map((cell) => cell.trim());
  return (
    !names.some((name) => name.includes('@')) &&
    (likeliestIdColumn(names) !== undefined ||
      names.some((name) => columnMeaning(name)?.semanticType === 'Identity.Service.Email'))
  );
}

function fromLine(text: string, line: number): string {
  let start = 0;
  for (let passed = 1; passed < line; passed += 1) start = text.indexOf('\n', start) + 1;
  return text.slice(start);
}
