import { intakeLimits } from './limits';
import { type Cell, lineTooLong, type RowProblem, type RowReader, type SourceRow } from './source-row';
import type { Line } from './text-lines';

const notAnObject: RowProblem = { code: 'not-an-object', reason: 'The line is not one JSON object.' };

const tooManyColumns: RowProblem = {
  code: 'too-many-columns',
  reason: `The file has more than ${intakeLimits.columns} different members.`,
};

/** Reads newline-delimited JSON: one object a line, whose members are the columns. */
export class NdjsonRows implements RowReader {
  private readonly places = new Map<string, number>();

  constructor(private readonly lines: AsyncIterator<Line[]>) {}

  get columns(): readonly string[] {
    return [...this.places.keys()];
  }

  async *rows(): AsyncGenerator<SourceRow[]> {
    for (;;) {
      const { value, done } = await this.lines.next();
      if (done) return;
      yield value.flatMap((line) => this.row(line) ?? []);
    }
  }

  private row({ number: line, text }: Line): SourceRow | null {
    if (text === null) return { line, problem: lineTooLong };
    if (text.trim() === '') return null;
    const object = parseObject(text);
    if (!object) return { line, problem: notAnObject };

    const cells: Cell[] = [];
    const warnings: RowProblem[] = [];
    for (const [name, value] of Object.entries(object)) {
      const place = this.placeOf(name.trim());
      if (place === null) return { line, problem: tooManyColumns };
      if (isCell(value)) cells[place] = value;
      else
        warnings.push({
          code: 'value-left-out',
          reason: `"${name.slice(0, 60)}" is not one value; it was left out.`,
        });
    }
    // What this line does not name is not told, which is not the same as empty: `undefined` holes stay out of it.
    return { line, cells, warnings };
  }

  private placeOf(name: string): number | null {
    const known = this.places.get(name);
    if (known !== undefined) return known;
    if (this.places.size === intakeLimits.columns) return null;
    this.places.set(name, this.places.size);
    return this.places.size - 1;
  }
}

function parseObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function isCell(value: unknown): value is Cell {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
