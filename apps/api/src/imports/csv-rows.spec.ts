import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { CsvRows } from './csv-rows';
import type { SourceRow } from './source-row';
import { textLines } from './text-lines';

async function* chunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string, chunkSize = 64 * 1024, delimiter?: string) {
  const reader = await CsvRows.open(textLines(chunks(Buffer.from(text), chunkSize)), delimiter);
  const rows: SourceRow[] = [];
  for await (const part of reader.rows()) rows.push(...part);
  return { reader, rows };
}

const cellsOf = (rows: readonly SourceRow[]) =>
  rows.map((row) => ('cells' in row ? row.cells : row.problem.code));

// What breaks readers: delimiters, quotes, line ends, characters of several bytes.
const cell = fc.string({
  unit: fc.constantFrom('a', 'b', ',', ';', '"', '\n', ' ', 'ø', '€', '😀'),
  maxLength: 8,
});

describe('CsvRows', () => {
  it('reads what was written, wherever the chunks are cut', async () => {
    const table = fc.array(fc.tuple(fc.constant('x'), cell, cell), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(',', ';', '\t'),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        async (rows, chunkSize, delimiter, lineEnd, mark) => {
          const text = stringify([['id', 'b', 'c'], ...rows], {
            delimiter,
            record_delimiter: lineEnd,
            quoted_match: /\n/,
          });
          const { reader, rows: found } = await read((mark ? '\uFEFF' : '') + text, chunkSize);
          expect(reader.columns).toEqual(['id', 'b', 'c']);
          expect(cellsOf(found)).toEqual(rows);
        },
      ),
    );
  });

  it('never loses a row after one whose quotation mark is not closed', async () => {
    const good = fc.tuple(fc.constantFrom('1', '2'), fc.constantFrom('a', '"b, c"', '""'));
    await fc.assert(
      fc.asyncProperty(
        fc.array(good, { maxLength: 150 }),
        fc.array(good, { maxLength: 150 }),
        fc.integer({ min: 1, max: 3_000 }),
        async (before, after, chunkSize) => {
          const lines = [...before, ['3', '"open'], ...after].map((row) => row.join(','));
          const { rows } = await read(`id,name\n${lines.join('\n')}\n`, chunkSize);
          expect(rows).toHaveLength(lines.length);
          expect(rows.flatMap((row) => ('problem' in row ? [[row.line, row.problem.code]] : []))).toEqual([
            [before.length + 2, 'unclosed-quote'],
          ]);
        },
      ),
    );
  });

  it('goes by the lines of the file, blank ones and those of long rows too', async () => {
    const { rows } = await read('id,note\n\n1,"two\nlines"\n,\n2,x\n3\n');
    expect(rows.map(({ line }) => line)).toEqual([3, 6, 7]);
  });

  it.each([
    ['id,a;b,c\n', ',', ['id', 'a;b', 'c']],
    ['id;"a,b,c,d";c\n', ';', ['id', 'a,b,c,d', 'c']],
    ['id|a|b\n', '|', ['id', 'a', 'b']],
    ['sep=;\nid;a,b\n', ';', ['id', 'a,b']],
    ['\n\nid\n', ',', ['id']],
  ])('finds the delimiter of %j', async (text, delimiter, columns) => {
    const { reader } = await read(text);
    expect([reader.delimiter, reader.columns]).toEqual([delimiter, columns]);
  });

  it('takes the delimiter that it is told', async () => {
    const { reader } = await read('id;a,b\n', undefined, ',');
    expect(reader.columns).toEqual(['id;a', 'b']);
  });
});
