import { mkdir, mkdtemp, readFile, readdir, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { ExportContext, FieldValue } from '@audience-relay/destinations/core';
import { destinationConformance } from '@audience-relay/destinations/testing';
import { parse } from 'csv-parse/sync';
import { file } from './index';

async function makeBase(): Promise<string> {
  const base = await mkdtemp(path.join(tmpdir(), 'file-destination-'));
  await mkdir(path.join(base, 'news'));
  return base;
}

/** The rows of all finished files, whatever their format. */
async function readRows(folder: string): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for (const name of (await readdir(folder)).filter((each) => !each.startsWith('.')).sort()) {
    const bytes = await readFile(path.join(folder, name));
    const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
    if (name.includes('.csv')) rows.push(...parse<Record<string, unknown>>(text, { columns: true }));
    else
      rows.push(
        ...text
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line) as Record<string, unknown>),
      );
  }
  return rows;
}

for (const settings of [
  { format: 'csv', gzip: false },
  { format: 'ndjson', gzip: true },
]) {
  destinationConformance({
    destination: file,
    async start() {
      const base = await makeBase();
      return {
        connection: { directory: base },
        settings: { folder: 'news', ...settings },
        stored: async () => (await readRows(path.join(base, 'news'))).map((row) => String(row['id'])),
        stop: () => rm(base, { recursive: true }),
      };
    },
  });
}

describe('file', () => {
  let base: string;
  beforeEach(async () => {
    base = await makeBase();
  });
  afterEach(() => rm(base, { recursive: true, force: true }));

  function context(settings: Record<string, unknown> = {}) {
    return {
      connection: { directory: base },
      settings: { folder: 'news', format: 'csv', gzip: false, ...settings },
      mapping: {
        fields: { id: 'email' },
        custom: [
          { source: 'city', name: 'City', type: 'text' },
          { source: 'age', name: 'Age', type: 'number' },
        ],
      },
      runId: 'run7',
      dryRun: false,
      signal: new AbortController().signal,
    } as unknown as ExportContext<Record<string, never>, Record<string, never>>;
  }

  async function write(
    people: readonly [string, Record<string, FieldValue>][],
    key = '1',
    ctx = context(),
  ): Promise<void> {
    const session = await file.prepare(ctx);
    const records = people.map(([identity, custom]) =>
      file.encode({ identity, fields: {}, custom }, session),
    );
    await file.send({ key, records }, ctx, session);
  }

  it('should write CSV that a reader understands, whatever the cells hold', async () => {
    const city = 'A "quoted", town\nwith two lines ';
    await write([
      ['a', { City: city, Age: 7 }],
      ['b', { City: null }],
    ]);
    expect(await readdir(path.join(base, 'news'))).toEqual(['run7-1.csv']);
    expect(await readRows(path.join(base, 'news'))).toEqual([
      { id: 'a', City: city, Age: '7' },
      { id: 'b', City: '', Age: '' },
    ]);
  });

  it('should guard what a spreadsheet program would run, unless that is switched off', async () => {
    const people: [string, Record<string, FieldValue>][] = [
      ['=1+1', { City: '@SUM(A1)', Age: -3 }],
      ['+47 22 22 22 22', { City: '-1+cmd', Age: 7 }],
    ];
    await write(people);
    expect(await readRows(path.join(base, 'news'))).toEqual([
      { id: "'=1+1", City: "'@SUM(A1)", Age: '-3' },
      { id: '+47 22 22 22 22', City: "'-1+cmd", Age: '7' },
    ]);
    await write(people, '1', context({ guardFormulas: false }));
    expect((await readRows(path.join(base, 'news')))[0]).toEqual({ id: '=1+1', City: '@SUM(A1)', Age: '-3' });
  });

  it('should let nobody but the owner read a file or look into a folder', async () => {
    const before = process.umask(0);
    try {
      const { id } = (await file.createTarget?.(context(), 'made')) ?? { id: '' };
      await write([['a', {}]], '1', context({ folder: id }));
      const mode = async (name: string) => (await stat(path.join(base, name))).mode & 0o777;
      expect(await mode('made')).toBe(0o700);
      expect(await mode('made/run7-1.csv')).toBe(0o600);
    } finally {
      process.umask(before);
    }
  });

  it('should replace the file of a batch that is repeated, and leave nothing unfinished', async () => {
    await write([['a', {}]], '1');
    await write([['b', {}]], '1');
    await write([['c', {}]], '2');
    expect((await readdir(path.join(base, 'news'))).sort()).toEqual(['run7-1.csv', 'run7-2.csv']);
    expect((await readRows(path.join(base, 'news'))).map((row) => row['id'])).toEqual(['b', 'c']);
  });

  it('should compress the same rows to the same bytes', async () => {
    const name = path.join(base, 'news', 'run7-1.ndjson.gz');
    const compressed: Buffer[] = [];
    for (let time = 0; time < 2; time += 1) {
      await write([['a', { City: 'Oslo' }]], '1', context({ format: 'ndjson', gzip: true }));
      compressed.push(await readFile(name));
    }
    expect(compressed[1]).toEqual(compressed[0]);
  });

  it.each(['..', '../elsewhere', '/tmp', 'a/b', '.', '.hidden', 'absent'])(
    'should refuse the folder %s, which is not in the base folder',
    async (folder) => {
      await expect(file.prepare(context({ folder }))).rejects.toMatchObject({ code: 'folder-not-found' });
    },
  );

  it('should refuse a link that leads out of the base folder', async () => {
    await symlink(tmpdir(), path.join(base, 'out'));
    await expect(file.prepare(context({ folder: 'out' }))).rejects.toMatchObject({
      code: 'folder-not-found',
    });
  });

  it.each(['..', 'a/b', '.hidden', 'a\\b'])('should not create a folder called %s', async (name) => {
    await expect(file.createTarget?.(context(), name)).rejects.toMatchObject({ code: 'bad-folder-name' });
  });

  it('should say that the base folder is gone when a key is tested', async () => {
    await rm(base, { recursive: true });
    await expect(file.test(context())).rejects.toMatchObject({ kind: 'permanent', code: 'folder-not-found' });
  });

  it('should leave nothing behind when it is stopped', async () => {
    const ctx = { ...context(), signal: AbortSignal.abort() };
    await expect(write([['a', {}]], '1', ctx)).rejects.toMatchObject({ code: 'aborted' });
    expect(await readdir(path.join(base, 'news'))).toEqual([]);
  });
});
