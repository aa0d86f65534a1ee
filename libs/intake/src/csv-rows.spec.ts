import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { CsvRows } from './csv-rows';
import { intakeLimits } from './limits';
import type { SourceRow } from './source-row';
import { DecodedText } from './text-encoding';
import { withLineFeeds } from './text-lines';

async function* chunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string, chunkSize = 64 * 1024, delimiter?: string) {
  const reader = await CsvRows.open(new DecodedText(chunks(Buffer.from(text), chunkSize)).parts(), {
    delimiter,
  });
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

  it('makes no row of text inside a value, whatever is wrong with the rest of its record', async () => {
    const hostile = fc
      .array(fc.constantFrom('vic42,evil@evil.example,Hacked', '"', ',', '\n', '\r\n', 'x', '\\', ' '), {
        maxLength: 12,
      })
      .map((parts) => parts.join(''));
    const long = fc.constantFrom('\nvic42,evil@evil.example,Hacked'.repeat(150), 'y'.repeat(3_000));
    const value = fc.oneof({ weight: 9, arbitrary: hostile }, { weight: 1, arbitrary: long });
    const record = fc.array(value, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { maxLength: 12 }),
        fc.integer({ min: 1, max: 200 }),
        fc.constantFrom('\n', '\r\n'),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (records, chunkSize, lineEnd, part) => {
          const head = `id,email,note${lineEnd}`;
          const text = head + stringify(records, { record_delimiter: lineEnd, quoted_match: /[\r\n\\]/ });
          const reference = (parse(text, { relax_column_count: true }) as string[][]).slice(1);
          const { rows } = await read(text, chunkSize);
          const expected = reference.filter((cells) => cells.some((cell) => cell.trim() !== ''));
          expect(rows).toHaveLength(expected.length);
          expect(rows.flatMap((row) => ('cells' in row ? [row.cells] : []))).toEqual(
            expected.flatMap((cells) => {
              const isWhole = cells.length > 1 && cells.slice(3).every((value) => value.trim() === '');
              return isWhole ? [cells.slice(0, 3)] : [];
            }),
          );

          // Of a file that is cut off anywhere, only the record at its end may differ.
          const cut = await read(text.slice(0, head.length + Math.floor(part * (text.length - head.length))));
          const whole = cut.rows.slice(0, -1).flatMap((row) => ('cells' in row ? [row.cells] : []));
          expect(expected.map((cells) => cells.slice(0, 3))).toEqual(expect.arrayContaining(whole));
          const last = cut.rows.at(-1);
          const place = cut.rows.length - 1;
          if (last && 'cells' in last)
            expect(expected[place]?.[0]?.startsWith(String(last.cells[0]))).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('reads the same rows wherever the chunks are cut, however broken the file', async () => {
    const text = fc
      .array(fc.constantFrom('a', ',', '"', '"', '\n', '\r\n', ' ', '\\', '\r', 'ab,c\n'), { maxLength: 60 })
      .map((parts) => `id,b\n${parts.join('')}`);
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 12 }), async (file, chunkSize) => {
        expect((await read(file, chunkSize)).rows).toEqual((await read(file)).rows);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['more lines than a screen', `7,"${'x\n'.repeat(2_000)}vic42,evil@evil.example,Hacked\n",c`, null],
    ['a value too many', '7,"a\nvic42,evil@evil.example,Hacked\n",c,d', 'wrong-column-count'],
    ['a value too few', '7,"a\nvic42,evil@evil.example,Hacked\n"', null],
    ['two values too few', '"7\nvic42,evil@evil.example,Hacked\n"', 'wrong-column-count'],
    [
      'a value beyond any size',
      `7,"${'x'.repeat(9_999)}\nvic42,evil,H${'\n'.repeat(300_000)}",c`,
      'row-too-long',
    ],
    ['a line beyond any size', `7,"${'x'.repeat(600_000)}\nvic42,evil,Hacked\n",c`, 'row-too-long'],
    ['a long value before it', `${'x'.repeat(600_000)},"a\nvic42,evil,Hacked\n",c`, 'row-too-long'],
    ['marks that are not doubled', '7,"say "hi" to\nvic42,evil,Hacked\nend",c', 'broken-quotes'],
    ['a mark behind the text', '7,"a\nvic42,evil,Hacked\n" b",c', 'broken-quotes'],
    ['spaces around the marks', '7, "a\nvic42,evil,Hacked\n" ,c', null],
    ['carriage returns', '7,"a\r\nvic42,evil,Hacked\r\n",c', null],
    ['no end', '7,"a\nvic42,evil,Hacked\nx', 'unclosed-quote'],
  ])('takes or rejects a record whole: %s', async (_, record, problem) => {
    for (const lineEnd of ['\n', '\r\n']) {
      const after = problem === 'unclosed-quote' ? [] : ['8,b,c'];
      const { rows } = await read(['id,b,c', '1,b,c', record, ...after, ''].join(lineEnd), 60_000);
      const ids = rows.map((row) => ('cells' in row ? row.cells[0] : row.problem.code));
      expect(ids).toEqual(['1', problem ?? '7', ...after.map(() => '8')]);
      const lines = record.split('\n').length;
      expect(rows.map(({ line }) => line)).toEqual([2, 3, ...after.map(() => lines + 3)]);
    }
  });

  it('keeps no more of a value that is never closed than a row may have', async () => {
    async function* endless(): AsyncGenerator<Buffer> {
      yield Buffer.from('id,b\n1,"');
      for (let part = 0; part < 2_000; part += 1) yield Buffer.alloc(64 * 1024, 'a line of text\n');
    }
    global.gc?.();
    const before = process.memoryUsage().rss;
    const reader = await CsvRows.open(new DecodedText(endless()).parts());
    const rows: SourceRow[] = [];
    let peak = before;
    for await (const part of reader.rows()) {
      rows.push(...part);
      peak = Math.max(peak, process.memoryUsage().rss);
    }
    expect(rows.map((row) => ('problem' in row ? row.problem.code : row.cells))).toEqual(['unclosed-quote']);
    expect((peak - before) / intakeLimits.rowLength).toBeLessThan(400);
  });

  it('never loses a row after one whose quotation mark is not closed, once another mark shows it', async () => {
    const good = fc.tuple(fc.constantFrom('1', '2'), fc.constantFrom('a', '"b, c"', '""'));
    await fc.assert(
      fc.asyncProperty(
        fc.array(good, { maxLength: 150 }),
        fc.array(good, { maxLength: 150 }),
        fc.integer({ min: 1, max: 3_000 }),
        async (before, after, chunkSize) => {
          const lines = [...before, ['3', '"open'], ...after, ['4', '"d, e"']].map((row) => row.join(','));
          const { rows } = await read(`id,name\n${lines.join('\n')}\n`, chunkSize);
          expect(rows).toHaveLength(lines.length);
          expect(rows.flatMap((row) => ('problem' in row ? [[row.line, row.problem.code]] : []))).toEqual([
            [before.length + 2, 'unclosed-quote'],
          ]);
        },
      ),
    );
  });

  it('goes on at the mark that shows it, when the rows before are too many to be kept', async () => {
    const lines = [
      '1,a',
      '2,"open',
      ...Array.from({ length: 40_000 }, (_, id) => `x${id},plain`),
      '3,"b, c"',
      '4,d',
    ];
    const { rows } = await read(`id,name\n${lines.join('\n')}\n`);
    expect(cellsOf(rows)).toEqual([['1', 'a'], 'unclosed-quote', ['3', 'b, c'], ['4', 'd']]);
    expect(rows.map(({ line }) => line)).toEqual([2, 3, 40_004, 40_005]);
  });

  it.each([
    ['5" disk', ['1', '5" disk', 'x'], false],
    ['"5" disk"', ['1', '5" disk', 'x'], true],
    ['"Hi" she said', ['1', '"Hi" she said', 'x'], true],
    ['"say \\"hi\\" now"', ['1', 'say "hi" now', 'x'], true],
    ['"a ""b"" c"', ['1', 'a "b" c', 'x'], false],
    ['"C:\\"', ['1', 'C:\\', 'x'], false],
    ['""', ['1', '', 'x'], false],
    ['""""', ['1', '"', 'x'], false],
  ])('reads %s on one line', async (value, cells, warned) => {
    const { rows } = await read(`id,b,c\n1,${value},x\n2,y,z\n`, 7);
    expect(cellsOf(rows)).toEqual([cells, ['2', 'y', 'z']]);
    expect('warnings' in (rows[0] ?? {})).toBe(warned);
  });

  it('goes by the lines of the file, blank ones and those of long rows too', async () => {
    const { rows } = await read('id,note\n\n1,"two\nlines"\n,\n2,x\n3\n');
    expect(rows.map(({ line }) => line)).toEqual([3, 6, 7]);
  });

  it('keeps a row whose last columns are missing, or that ends in delimiters, and no other', async () => {
    const { rows } = await read('id,a,b,c\n1,x,y\n2,x,y,z,,\n3\n4,x,y,z,!\n', 5);
    expect(cellsOf(rows)).toEqual([
      ['1', 'x', 'y'],
      ['2', 'x', 'y', 'z'],
      'wrong-column-count',
      'wrong-column-count',
    ]);
    expect(rows[0]).toMatchObject({ warnings: [{ code: 'short-row' }] });
  });

  // The cases of csv-spectrum (maxogden), in one table of file and values.
  it.each([
    [
      'comma_in_quotes',
      'first,last,address,city,zip\nJohn,Doe,120 any st.,"Anytown, WW",08123\n',
      [['John', 'Doe', '120 any st.', 'Anytown, WW', '08123']],
    ],
    [
      'empty',
      'a,b,c\n1,"",""\n2,3,4\n',
      [
        ['1', '', ''],
        ['2', '3', '4'],
      ],
    ],
    [
      'empty_crlf',
      'a,b,c\r\n1,"",""\r\n2,3,4\r\n',
      [
        ['1', '', ''],
        ['2', '3', '4'],
      ],
    ],
    [
      'escaped_quotes',
      'a,b\n1,"ha ""ha"" ha"\n3,4\n',
      [
        ['1', 'ha "ha" ha'],
        ['3', '4'],
      ],
    ],
    [
      'json',
      'key,val\n1,"{""type"": ""Point"", ""coordinates"": [102.0, 0.5]}"\n',
      [['1', '{"type": "Point", "coordinates": [102.0, 0.5]}']],
    ],
    [
      'newlines',
      'a,b,c\n1,2,3\n"Once upon \na time",5,6\n7,8,9\n',
      [
        ['1', '2', '3'],
        ['Once upon \na time', '5', '6'],
        ['7', '8', '9'],
      ],
    ],
    [
      'newlines_crlf',
      'a,b,c\r\n1,2,3\r\n"Once upon \r\na time",5,6\r\n7,8,9\r\n',
      [
        ['1', '2', '3'],
        ['Once upon \r\na time', '5', '6'],
        ['7', '8', '9'],
      ],
    ],
    [
      'quotes_and_newlines',
      'a,b\n1,"ha \n""ha"" \nha"\n3,4\n',
      [
        ['1', 'ha \n"ha" \nha'],
        ['3', '4'],
      ],
    ],
    ['simple', 'a,b,c\n1,2,3\n', [['1', '2', '3']]],
    ['simple_crlf', 'a,b,c\r\n1,2,3\r\n', [['1', '2', '3']]],
    [
      'utf8',
      'a,b,c\n1,2,3\n4,5,ʤ\n',
      [
        ['1', '2', '3'],
        ['4', '5', 'ʤ'],
      ],
    ],
  ])('reads %s of csv-spectrum', async (_, text, values) => {
    for (const chunkSize of [1, 3, 1_000])
      expect(cellsOf((await read(text, chunkSize)).rows)).toEqual(values);
  });

  it.each([
    [
      'below title lines',
      'Notes:\n"About, this"\n\nFirst Name,URL,Email Address\nA,B,c@example.com\n',
      4,
      ['First Name', 'URL', 'Email Address'],
    ],
    ['with a line break', 'id,"E-mail\naddress"\n1,a\n', 1, ['id', 'E-mail address']],
    ['with spaces before quotes', '"id", "email"\n"1", "a"\n', 1, ['id', 'email']],
    ['with a column twice', 'id,a,a,a (2)\n1,2,3,4\n', 1, ['id', 'a', 'a (3)', 'a (2)']],
    ['with a trailing delimiter', 'id,a,\n1,2,\n', 1, ['id', 'a']],
    ['with an index that has no name', ',id,email\n0,1,a\n', 1, ['', 'id', 'email']],
    ['with carriage returns alone', 'id,a\r1,2\r', 1, ['id', 'a']],
    ['of a script without letter case', '客户,id\n1,2\n', 1, ['客户', 'id']],
  ])('finds a header row %s', async (_, text, line, columns) => {
    async function* bytes(): AsyncGenerator<Buffer> {
      yield Buffer.from(text);
    }
    const reader = await CsvRows.open(withLineFeeds(new DecodedText(bytes()).parts()));
    expect([reader.headerLine, reader.columns]).toEqual([line, columns]);
  });

  it('takes no row of people for a header row', async () => {
    const { reader, rows } = await read('first,channel\nKari,email\nOla,id\n');
    expect([reader.headerLine, rows.length]).toEqual([1, 2]);
    await expect(read('kari@example.com,Kari\nola@example.com,Ola\n')).rejects.toMatchObject({
      code: 'no-header',
    });
    await expect(read('id,"a\n1,2\n')).rejects.toMatchObject({ code: 'header-broken' });
    await expect(read('id,a\u0007b\n1,2\n')).rejects.toMatchObject({ code: 'column-invalid' });
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
