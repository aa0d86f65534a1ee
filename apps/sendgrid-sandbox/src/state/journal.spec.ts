import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entry } from './journal';
import { Journal } from './journal';

const entries: Entry[] = [
  { operation: { op: 'account', seed: 1 } },
  { operation: { op: 'list', list: { id: 'a', name: 'Åse\n' } } },
  { operation: { op: 'rows', jobId: 'j' }, payload: Buffer.from('{"contacts":\n[1,\n2]}') },
  { operation: { op: 'list.delete', id: 'a' } },
];

describe('Journal', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sandbox-journal-'));
    path = join(folder, 'deep', 'state');
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function read(): Promise<Entry[]> {
    const found: Entry[] = [];
    const journal = new Journal(path);
    await journal.open((entry) => found.push(entry));
    await journal.close();
    return found;
  }

  async function write(all: Entry[]): Promise<void> {
    const journal = new Journal(path);
    await journal.open(() => undefined);
    for (const entry of all) journal.append(entry);
    await journal.flushed();
    await journal.close();
  }

  it('gives back what was written, in order, over several openings', async () => {
    await write(entries.slice(0, 2));
    await write(entries.slice(2));
    expect(await read()).toEqual(entries);
  });

  it('drops a cut end wherever it is cut, and writes on from there', async () => {
    await write(entries);
    const whole = await readFile(path);
    for (let cut = 0; cut < whole.length; cut += 3) {
      await writeFile(path, whole.subarray(0, cut));
      const kept = await read();
      expect(kept).toEqual(entries.slice(0, kept.length));
      await write([{ operation: { op: 'field.delete', id: 'x' } }]);
      expect(await read()).toEqual([...kept, { operation: { op: 'field.delete', id: 'x' } }]);
    }
  });

  it('replaces the file by a shorter one and goes on in it', async () => {
    const journal = new Journal(path);
    await journal.open(() => undefined);
    for (const entry of entries) journal.append(entry);
    await journal.replace(entries.slice(0, 1));
    journal.append(entries[2] as Entry);
    await journal.flushed();
    await journal.close();
    expect(await read()).toEqual([entries[0], entries[2]]);
  });

  it('says what to do about a damaged file', async () => {
    await write(entries);
    const whole = await readFile(path);
    whole.write('?', 3);
    whole.write('?', 0);
    await writeFile(path, whole);
    await expect(read()).rejects.toThrow(/damaged; delete it/);
  });
});
