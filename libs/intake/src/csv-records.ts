import { parse } from 'csv-parse/sync';
import { intakeLimits } from './limits';
import type { RowProblem } from './source-row';

/** One record of CSV: its values, or why it is rejected. */
export type CsvRecord =
  | {
      /** Of the file, from 1: the first line of the record. */
      line: number;
      cells: readonly string[];
      /** Quotation marks inside a value were not doubled, and were kept as text. */
      relaxed?: true;
    }
  | { line: number; problem: RowProblem };

/** Spaces or quotation marks in a row that are looked at together. Even, since two marks stand for one. */
const longestLookAhead = 1_000;

const linesOf = (first: number, last: number): string =>
  last > first ? `lines ${first} to ${last} of the file` : `line ${first} of the file`;

const unclosedQuote = (first: number, last: number): RowProblem => ({
  code: 'unclosed-quote',
  reason: `A quotation mark is opened in line ${first} and not closed; ${linesOf(first, last)} cannot be read.`,
});

const brokenQuotes = (first: number, last: number): RowProblem => ({
  code: 'broken-quotes',
  reason:
    `Quotation marks inside a value are not doubled, so that its end is uncertain; ${linesOf(first, last)} ` +
    'were rejected together.',
});

const rowTooLong = (first: number, last: number): RowProblem => ({
  code: 'row-too-long',
  reason: `The row, ${linesOf(first, last)}, is longer than ${intakeLimits.rowLength / 1024} KB.`,
});

/** Values as most programs read them where quotation marks are not doubled. */
function looseCells(text: string, delimiter: string): string[] | undefined {
  try {
    const records = parse(text, { delimiter, relax_quotes: true }) as string[][];
    return records.length === 1 ? records[0] : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Takes CSV apart into records. A record is taken whole or rejected whole: once a quotation mark has opened a value, the
 * lines up to the one that closes it are text of that value, however many they are and whatever is wrong with the
 * record, and are never read again as records of their own.
 *
 * A mark opens a value only at its beginning, and closes it only at its end; inside it is doubled. The one exception
 * to the above follows from that: where a later line, which would have to be text, has a mark that is neither doubled
 * nor at the end of a value but opens one of a well-formed record, the first mark was never closed. Its line is
 * rejected, and reading goes on with the next one. A well-formed file has no such place.
 *
 * What is kept in memory is at most one record, and never more than `intakeLimits.rowLength` of it.
 */
export class CsvRecords {
  /** What has been received and is not finished with. Begins where the record begins, unless that is too long. */
  private text = '';
  private ended = false;
  /** Where in `text` the record begins. */
  private start = 0;
  /** Up to where the record has been read. */
  private at = 0;
  /** Where the current value begins, behind its quotation mark. */
  private from = 0;
  private state: 'before-value' | 'plain' | 'quoted' = 'before-value';
  private cells: string[] = [];
  /** The line on which the record begins. */
  private line: number;
  /** Line ends in the record so far. */
  private lineEnds = 0;
  /** Where the line that is being read begins; below 0 = it is not kept. */
  private lineStart = 0;
  private relaxed = false;
  /** The line of which is known that it is no record of its own. */
  private judged = -1;
  /** The record is too long to be kept. It is read to its end all the same. */
  private tooLong = false;
  /** The next quotation mark and line end at or behind `start` and `at`; the text's length = none received yet. */
  private nextQuote = 0;
  private nextLineEnd = 0;

  /**
   * @param columns How many values a record should have, by which broken records are told apart; undefined = not known.
   * @param line The number of the first line.
   */
  constructor(
    private readonly delimiter: string,
    private readonly columns?: number,
    line = 1,
  ) {
    this.line = line;
  }

  add(text: string): void {
    const finished = this.tooLong ? this.keepFrom() : this.start;
    const length = this.text.length;
    this.text = this.text.slice(finished) + text;
    for (const place of ['start', 'at', 'from', 'lineStart', 'judged'] as const) this[place] -= finished;
    this.nextQuote = this.nextQuote < length ? this.nextQuote - finished : this.find('"', length - finished);
    this.nextLineEnd =
      this.nextLineEnd < length ? this.nextLineEnd - finished : this.find('\n', length - finished);
  }

  end(): void {
    this.ended = true;
  }

  /** The next record, blank lines left out. @returns null when more text is needed for it. */
  next(): CsvRecord | null {
    for (;;) {
      if (this.start >= this.text.length && !this.tooLong) return null;
      const record = this.atStart ? (this.takePlainLine() ?? this.read()) : this.read();
      if (record === 'more') return null;
      if (record !== 'blank') return record;
    }
  }

  private get atStart(): boolean {
    return this.at === this.start && !this.tooLong;
  }

  /** Most lines have no quotation mark. @returns null when this one has, or is not complete. */
  private takePlainLine(): CsvRecord | 'blank' | null {
    const { text, start } = this;
    const end = this.lineEndFrom(start);
    if (this.nextQuote < start) this.nextQuote = this.find('"', start);
    if (end > this.nextQuote || (end === text.length && !this.ended)) return null;
    return this.finish(text.slice(start, this.textEnd(end)).split(this.delimiter), end);
  }

  private read(): CsvRecord | 'blank' | 'more' {
    for (;;) {
      const found =
        this.state === 'quoted'
          ? this.readQuoted()
          : this.state === 'plain'
            ? this.readPlain()
            : this.beginValue();
      if (found === 'more' && !this.tooLong && this.text.length - this.start > intakeLimits.rowLength) {
        this.tooLong = true;
        this.cells = [];
      }
      if (found !== 'next') return found;
    }
  }

  private beginValue(): 'next' | 'more' {
    const { text } = this;
    const begin = this.skipSpaces(this.at);
    if (begin === text.length && !this.ended) return 'more';
    const quoted = text[begin] === '"';
    this.state = quoted ? 'quoted' : 'plain';
    this.from = quoted ? begin + 1 : this.at;
    this.at = quoted ? begin + 1 : begin;
    return 'next';
  }

  private readPlain(): CsvRecord | 'blank' | 'more' | 'next' {
    const { text } = this;
    const lineEnd = this.lineEndFrom(this.at);
    const delimiter = text.indexOf(this.delimiter, this.at);
    if (delimiter >= 0 && delimiter < lineEnd) {
      this.keep(this.from, delimiter);
      return this.nextValue(delimiter + 1);
    }
    if (lineEnd === text.length && !this.ended) {
      // Seen again when more is there, unless there is too much of it.
      if (this.tooLong) this.at = text.length;
      return 'more';
    }
    this.keep(this.from, this.textEnd(lineEnd));
    return this.finish(this.cells, lineEnd);
  }

  private readQuoted(): CsvRecord | 'blank' | 'more' | 'next' {
    const { text } = this;
    for (;;) {
      const quote = this.find('"', this.at);
      const loose = this.passLines(quote);
      if (loose) return loose;
      this.at = quote;
      if (quote === text.length) return this.ended ? this.neverClosed() : 'more';
      let end = quote + 1;
      while (text[end] === '"' && end - quote < longestLookAhead) end += 1;
      const after = this.skipSpaces(end);
      const line = text.startsWith('\r\n', after) ? after + 1 : after;
      // Whether a mark closes is seen by what follows it.
      if (!this.ended && (after === text.length || (text[after] === '\r' && after + 1 === text.length)))
        return 'more';
      if ((end - quote) % 2 === 0) {
        this.at = end;
        continue;
      }
      if (text[after] === this.delimiter) {
        this.keep(this.from, end - 1);
        return this.nextValue(after + 1);
      }
      if (line >= text.length || text[line] === '\n' || text.slice(after) === '\r') {
        this.keep(this.from, end - 1);
        return this.finish(this.cells, text[line] === '\n' ? line : text.length);
      }
      if (this.lineEnds > 0 && this.judged !== this.lineStart && this.beginsValue(quote)) {
        if (!this.lineIsComplete()) return 'more';
        this.judged = this.lineStart;
        if (this.lineIsRecord()) return this.resume();
      }
      this.relaxed = true;
      this.at = end;
    }
  }

  /** Counts the lines up to a place. @returns The record, if its first line is better read on its own. */
  private passLines(until: number): CsvRecord | 'blank' | null {
    for (;;) {
      const lineEnd = this.lineEndFrom(Math.max(this.at, this.lineStart));
      if (lineEnd >= until) return null;
      if (this.lineEnds === 0 && this.relaxed && !this.tooLong) {
        const record = this.readLoosely(lineEnd);
        if (record) return record;
      }
      this.lineEnds += 1;
      this.lineStart = lineEnd + 1;
      this.at = lineEnd + 1;
    }
  }

  /** `7,"Hi" she said,x` is one record, if it has as many values as the others. */
  private readLoosely(lineEnd: number): CsvRecord | 'blank' | null {
    const text = this.text.slice(this.start, this.textEnd(lineEnd));
    const cells = looseCells(text, this.delimiter);
    if (!cells || cells.length !== this.columns) return null;
    return this.finish(cells, lineEnd);
  }

  private neverClosed(): CsvRecord | 'blank' {
    const { text, line } = this;
    const last = text.endsWith('\n') ? line + this.lineEnds - 1 : line + this.lineEnds;
    if (this.lineEnds === 0 && this.relaxed && !this.tooLong) {
      const record = this.readLoosely(text.length);
      if (record) return record;
    }
    this.begin(text.length);
    return { line, problem: unclosedQuote(line, last) };
  }

  /** Goes on behind a quotation mark that was never closed. */
  private resume(): CsvRecord {
    const { line, lineEnds, lineStart, tooLong } = this;
    const next = tooLong ? lineStart : this.find('\n', this.start) + 1;
    this.line += tooLong ? lineEnds : 1;
    this.lineEnds = 0;
    this.begin(next);
    return { line, problem: tooLong ? unclosedQuote(line, this.line - 1) : unclosedQuote(line, line) };
  }

  /** Of a line that is longer than a record may be no more is waited for. */
  private lineIsComplete(): boolean {
    const end = this.lineEndFrom(this.at);
    return end < this.text.length || this.ended || end - this.lineStart > intakeLimits.rowLength;
  }

  /** Whether the line that is being read would be a well-formed record, or the beginning of one. */
  private lineIsRecord(): boolean {
    const { lineStart } = this;
    const end = this.lineEndFrom(this.at);
    if (lineStart < 0 || end - lineStart > intakeLimits.rowLength) return false;
    const alone = new CsvRecords(this.delimiter, this.columns);
    alone.add(`${this.text.slice(lineStart, end)}\n`);
    const record = alone.next();
    if (record) return 'cells' in record && record.cells.length === this.columns && !record.relaxed;
    return !alone.relaxed && alone.cells.length < (this.columns ?? 0);
  }

  /** Whether a mark is the first character of what would be a value. */
  private beginsValue(quote: number): boolean {
    let before = quote - 1;
    while (this.text[before] === ' ') before -= 1;
    return before < this.lineStart || this.text[before] === this.delimiter;
  }

  private nextValue(at: number): 'next' {
    this.at = at;
    this.state = 'before-value';
    return 'next';
  }

  private keep(from: number, to: number): void {
    if (this.tooLong) return;
    const value = this.text.slice(from, to);
    if (this.state !== 'quoted' || !value.includes('"')) this.cells.push(value);
    else this.cells.push((this.relaxed ? value.replace(/\\"/g, '"') : value).replace(/""/g, '"'));
  }

  private finish(cells: readonly string[], lineEnd: number): CsvRecord | 'blank' {
    const { line, relaxed, tooLong, lineEnds } = this;
    const long = tooLong || lineEnd - this.start > intakeLimits.rowLength;
    this.line += lineEnds + 1;
    this.begin(lineEnd + 1);
    if (long) return { line, problem: rowTooLong(line, line + lineEnds) };
    if (cells.every((cell) => cell.trim() === '')) return 'blank';
    if (relaxed && lineEnds > 0) return { line, problem: brokenQuotes(line, line + lineEnds) };
    return relaxed ? { line, cells, relaxed } : { line, cells };
  }

  private begin(at: number): void {
    if (at < this.at) {
      this.nextQuote = -1;
      this.nextLineEnd = -1;
    }
    this.start = at;
    this.at = at;
    this.lineStart = at;
    this.lineEnds = 0;
    this.state = 'before-value';
    this.cells = [];
    this.relaxed = false;
    this.tooLong = false;
    this.judged = -1;
  }

  /** Of a record that is too long only its last line is kept, by which reading could go on, and only if that is short. */
  private keepFrom(): number {
    const short = this.lineStart >= 0 && this.text.length - this.lineStart <= intakeLimits.rowLength;
    return Math.min(this.at, short ? this.lineStart : this.at);
  }

  private lineEndFrom(at: number): number {
    if (this.nextLineEnd < at) this.nextLineEnd = this.find('\n', at);
    return this.nextLineEnd;
  }

  /** Without the carriage return of a line end. */
  private textEnd(lineEnd: number): number {
    return this.text[lineEnd - 1] === '\r' && lineEnd > this.start ? lineEnd - 1 : lineEnd;
  }

  private skipSpaces(at: number): number {
    let next = at;
    while (this.text[next] === ' ' && next - at < longestLookAhead) next += 1;
    return next;
  }

  /** @returns The text's length when there is none. */
  private find(character: string, from: number): number {
    const found = this.text.indexOf(character, from);
    return found < 0 ? this.text.length : found;
  }
}
