import { parse } from 'csv-parse/sync';
import { importLimits } from './import-limits';
import { UnreadableFileError } from './import-problem';
import { lineTooLong, type RowProblem, type RowReader, type SourceRow } from './source-row';
import type { Line } from './text-lines';

export const delimiters = [',', ';', '\t', '|'] as const;

export type Delimiter = (typeof delimiters)[number];

const unclosedQuote: RowProblem = {
  code: 'unclosed-quote',
  reason: 'A quotation mark is opened and not closed. The rows after this line were read on their own.',
};

const brokenQuotes: RowProblem = {
  code: 'broken-quotes',
  reason: 'Quotation marks stand where they cannot: a value in quotes must begin and end with one.',
};

/**
 * Reads CSV. csv-parse takes the rows apart; which lines make a row is decided here, so that a quotation mark that is
 * never closed costs its own line and not the rest of the file.
 */
export class CsvRows implements RowReader {
  private constructor(
    readonly columns: readonly string[],
    readonly delimiter: string,
    private readonly first: readonly Line[],
    private readonly lines: AsyncIterator<Line[]>,
  ) {}

  /**
   * Reads the header row.
   * @param delimiter Undefined = the one that the header has most of.
   * @throws UnreadableFileError
   */
  static async open(lines: AsyncIterator<Line[]>, delimiter?: string): Promise<CsvRows> {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new UnreadableFileError('empty', 'The file is empty.');
      let declared = delimiter;
      for (const [index, { text }] of value.entries()) {
        if (text === null)
          throw new UnreadableFileError('header-too-long', 'The first line is longer than 256 KB.');
        if (text.trim() === '') continue;
        const hint = /^sep=(.)$/i.exec(text)?.[1];
        if (hint !== undefined) {
          declared ??= hint;
          continue;
        }
        const used = declared ?? likeliestDelimiter(text);
        return new CsvRows(header(text, used), used, value.slice(index + 1), lines);
      }
      delimiter = declared;
    }
  }

  async *rows(): AsyncGenerator<SourceRow[]> {
    const composer = new RowComposer(this.delimiter, this.columns.length);
    yield composer.take(this.first, false);
    for (;;) {
      const { value, done } = await this.lines.next();
      if (done) break;
      yield composer.take(value, false);
    }
    yield composer.take([], true);
  }
}

function header(text: string, delimiter: string): string[] {
  const names = parseRow(text, delimiter)?.map((name) => name.trim());
  if (!names)
    throw new UnreadableFileError('header-broken', 'The quotation marks of the header row do not match.');
  if (names.length > importLimits.columns) {
    throw new UnreadableFileError(
      'too-many-columns',
      `The file has ${names.length} columns; it can have ${importLimits.columns} at most.`,
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

/** @returns null when the quotation marks do not match. */
function parseRow(text: string, delimiter: string): string[] | null {
  if (!text.includes('"')) return text.split(delimiter);
  try {
    const rows = parse(text, { delimiter, relax_column_count: true }) as string[][];
    return rows.length === 1 ? (rows[0] ?? null) : null;
  } catch {
    return null;
  }
}

/** One call for many rows is several times as quick as one call each. @returns null when not all are well-formed. */
function parseRows(texts: readonly string[], delimiter: string): string[][] | null {
  try {
    const rows = parse(texts.join('\n'), { delimiter, relax_column_count: true }) as string[][];
    return rows.length === texts.length ? rows : null;
  } catch {
    return null;
  }
}

/** Makes rows of lines. Keeps the lines of a row that is not complete yet. */
class RowComposer {
  private waiting: readonly Line[] = [];

  constructor(
    private readonly delimiter: string,
    private readonly columnCount: number,
  ) {}

  take(lines: readonly Line[], ended: boolean): SourceRow[] {
    const queue = this.waiting.length > 0 ? [...this.waiting, ...lines] : lines;
    const rows: SourceRow[] = [];
    /** Places in `rows` of rows on one line with quotes, to be parsed together. */
    const quoted: { place: number; line: number; text: string }[] = [];
    let index = 0;
    while (index < queue.length) {
      const { number: line, text } = queue[index] as Line;
      if (text === null) {
        rows.push({ line, problem: lineTooLong });
      } else if (text.trim() === '') {
        // Blank lines mean nothing.
      } else if (!text.includes('"')) {
        rows.push(this.row(line, text.split(this.delimiter)));
      } else if (marks(text) % 2 === 0) {
        quoted.push({ place: rows.length, line, text });
        rows.push({ line, cells: [] });
      } else {
        const found = this.composeFrom(queue, index, ended);
        if (found === 'incomplete') break;
        rows.push(found.row);
        index += found.lines - 1;
      }
      index += 1;
    }
    this.waiting = queue.slice(index);
    this.parseQuoted(quoted, rows);
    return rows.filter((row) => !('cells' in row) || row.cells.some((cell) => cell !== ''));
  }

  /** A row whose first line leaves a quotation mark open goes on until it is closed. */
  private composeFrom(
    queue: readonly Line[],
    start: number,
    ended: boolean,
  ): 'incomplete' | { row: SourceRow; lines: number } {
    const line = (queue[start] as Line).number;
    let text = '';
    let open = false;
    let lines = 0;
    for (; lines < importLimits.rowLines && text.length <= importLimits.lineLength; lines += 1) {
      const next = queue[start + lines];
      if (!next) {
        if (!ended) return 'incomplete';
        break;
      }
      if (next.text === null) break;
      text += lines === 0 ? next.text : `\n${next.text}`;
      if (marks(next.text) % 2 === 1) open = !open;
      if (open) continue;
      const cells = parseRow(text, this.delimiter);
      // Two lines with one stray mark each are no row of two lines.
      if (cells?.length !== this.columnCount) break;
      return { row: { line, cells }, lines: lines + 1 };
    }
    return { row: { line, problem: unclosedQuote }, lines: 1 };
  }

  private parseQuoted(
    quoted: readonly { place: number; line: number; text: string }[],
    rows: SourceRow[],
  ): void {
    if (quoted.length === 0) return;
    const together = parseRows(
      quoted.map(({ text }) => text),
      this.delimiter,
    );
    for (const [index, { place, line, text }] of quoted.entries()) {
      const cells = together?.[index] ?? parseRow(text, this.delimiter);
      rows[place] = cells ? this.row(line, cells) : { line, problem: brokenQuotes };
    }
  }

  private row(line: number, cells: readonly string[]): SourceRow {
    if (cells.length === this.columnCount) return { line, cells };
    return {
      line,
      problem: {
        code: 'wrong-column-count',
        reason: `The row has ${cells.length} values, the header row ${this.columnCount}.`,
      },
    };
  }
}

function marks(text: string): number {
  let count = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) count += 1;
  return count;
}
