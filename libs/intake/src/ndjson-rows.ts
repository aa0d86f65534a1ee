import { cleanName, nameProblem } from './column-names';
import { intakeLimits } from './limits';
import { type Cell, rowTooLong, type RowProblem, type RowReader, type SourceRow } from './source-row';
import type { Line } from './text-lines';

const notAnObject: RowProblem = { code: 'not-an-object', reason: 'The line is not one JSON object.' };

const tooManyColumns: RowProblem = {
  code: 'too-many-columns',
  reason: `The file has more than ${intakeLimits.columns} different members.`,
};

/** Reads newline-delimited JSON: one object a line, whose members are the columns. */
export class NdjsonRows implements RowReader {
  /** By the members' names, as they are written. */
  private readonly places = new Map<string, number>();
  readonly columns: string[] = [];

  constructor(private readonly lines: AsyncIterator<Line[]>) {}

  async *rows(): AsyncGenerator<SourceRow[]> {
    for (;;) {
      const { value, done } = await this.lines.next();
      if (done) return;
      yield value.flatMap((line) => this.row(line) ?? []);
    }
  }

  private row({ number: line, text }: Line): SourceRow | null {
    if (text === null) return { line, problem: rowTooLong };
    if (text.trim() === '') return null;
    const object = parseObject(text);
    if (!object) return { line, problem: notAnObject };

    const cells: Cell[] = [];
    const warnings: RowProblem[] = [];
    for (const [name, value] of Object.entries(object)) {
      const place = this.placeOf(name);
      if (typeof place !== 'number') return { line, problem: place };
      if (isCell(value)) cells[place] = value;
      else
        warnings.push({
          code: 'value-left-out',
          reason: `"${this.columns[place]}" is not one value; it was left out.`,
        });
    }
    // What this line does not name is not told, which is not the same as empty: `undefined` holes stay out of it.
    return { line, cells, warnings };
  }

  private placeOf(written: string): number | RowProblem {
    const known = this.places.get(written);
    if (known !== undefined) return known;
    const name = cleanName(written);
    const problem = nameProblem(name);
    if (problem || name === '')
      return { code: 'column-invalid', reason: `The name of a member ${problem?.what ?? 'is empty'}.` };
    let place = this.columns.indexOf(name);
    if (place < 0) {
      if (this.columns.length === intakeLimits.columns) return tooManyColumns;
      place = this.columns.push(name) - 1;
    }
    this.places.set(written, place);
    return place;
  }
}

function parseObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(withExactNumbers(text));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

const longNumber = /\d[\d.]{15}|\d[eE]/;
const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A number with more digits than JavaScript keeps, or beyond its range, becomes a text with the same characters. */
function withExactNumbers(text: string): string {
  if (!longNumber.test(text)) return text;
  return text.replace(stringOrNumber, (token) => {
    if (token.startsWith('"')) return token;
    const digits = token
      .replace(/[eE].*/, '')
      .replace(/\D/g, '')
      .replace(/^0+/, '');
    return digits.length <= 15 && Number.isFinite(Number(token)) ? token : `"${token}"`;
  });
}

function isCell(value: unknown): value is Cell {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
