import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningSandbox, StartOptions } from '../server';
import { startSandbox } from '../server';
import { QUICK, TestClient, until } from '../testing/test-client';

describe('the state file', () => {
  let folder: string;
  let stateFile: string;
  let sandbox: RunningSandbox;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sandbox-state-'));
    stateFile = join(folder, 'state');
    sandbox = await start();
  });
  afterEach(async () => {
    await sandbox.stop();
    await rm(folder, { recursive: true });
  });

  const start = (options: Partial<StartOptions> = {}): Promise<RunningSandbox> =>
    startSandbox({ port: 0, stateFile, timings: QUICK, ...options });
  const restart = async (options: Partial<StartOptions> = {}): Promise<TestClient> => {
    await sandbox.stop();
    sandbox = await start(options);
    return new TestClient(sandbox);
  };

  it('keeps lists, fields, contacts, jobs, errors, exports and added keys', async () => {
    let client = new TestClient(sandbox);
    const [list, gone] = [await client.createList('kept'), await client.createList('gone')];
    const field = await client.createField('plan', 'Text');
    await client.deliver(
      [{ email: 'a@b.no', first_name: 'A', custom_fields: { [field]: 'gold' } }, { email: 'b@b.no' }],
      [list, gone],
    );
    const job = await client.deliver([
      { email: 'c@b.no', phone_number: '0' },
      { email: 'd@b.no', external_id: 'x' },
    ]);
    await client.call('DELETE', `/v3/marketing/lists/${gone}`);
    const taken = (await client.find('b@b.no'))?.id;
    const removal = await client.call<{ job_id: string }>('DELETE', `/v3/marketing/contacts?ids=${taken}`);
    await client.finished(removal.body.job_id);
    await sandbox.control.addKey('SG.more', ['marketing.read']);
    const exported = await client.call<{ id: string }>('POST', '/v3/marketing/contacts/exports', {
      list_ids: [list],
    });
    const before = {
      ann: await client.find('a@b.no'),
      lists: sandbox.control.lists(),
      digest: sandbox.control.digest(),
    };
    const counts = (await client.call('GET', '/v3/marketing/contacts/count')).body;

    client = await restart();
    const port = { from: /127\.0\.0\.1:\d+/g, to: '' };
    const portless = (value: unknown): string => JSON.stringify(value).replace(port.from, port.to);
    expect(portless(await client.find('a@b.no'))).toBe(portless(before.ann));
    expect(sandbox.control.lists()).toEqual(before.lists);
    expect(sandbox.control.digest()).toEqual(before.digest);
    expect((await client.call('GET', '/v3/marketing/contacts/count')).body).toEqual(counts);
    expect(portless(await client.job(job.id))).toBe(portless(job));
    expect((await client.call('GET', `/_files/errors/${job.id}.csv`)).text).toContain('c@b.no');
    expect((await new TestClient(sandbox, 'SG.more').call('GET', '/v3/marketing/lists')).status).toBe(200);
    expect((await client.call('GET', `/v3/marketing/contacts/exports/${exported.body.id}`)).status).toBe(200);
    expect(await client.createField('other', 'Text')).not.toBe(field);
    await client.deliver([{ email: 'b@b.no' }]);
    expect((await client.find('b@b.no'))?.id).not.toBe(taken);
  });

  it('finishes jobs that were on their way', async () => {
    let client = new TestClient(sandbox);
    const list = await client.createList('one');
    sandbox.control.changeSettings({ timings: { applyMs: 200, finishMs: 300 } });
    const upsert = (
      await client.upsert([{ email: 'a@b.no' }, { email: 'b@b.no', phone_number: '0' }], [list])
    ).body;
    client = await restart();
    const job = await client.finished(upsert.job_id);
    expect(job).toMatchObject({ status: 'errored', results: { created_count: 1, errored_count: 1 } });
    expect(sandbox.control.lists()).toMatchObject([{ contacts: 1 }]);
  });

  it('waits for the file of a CSV import across a restart', async () => {
    let client = new TestClient(sandbox);
    const { body } = await client.call<{ job_id: string }>('PUT', '/v3/marketing/contacts/imports', {
      file_type: 'csv',
      field_mappings: ['_rf2_T'],
    });
    client = await restart();
    expect((await client.job(body.job_id)).status).toBe('pending');
    const headers = { 'x-amz-server-side-encryption': 'aws:kms' };
    const upload = { method: 'PUT', headers, body: 'email\na@b.no\n' };
    expect((await fetch(`${sandbox.url}/_files/uploads/${body.job_id}`, upload)).status).toBe(200);
    expect((await client.finished(body.job_id)).status).toBe('completed');
    client = await restart();
    expect(await client.find('a@b.no')).toBeDefined();
  });

  it('gives the same account from a compacted file, pending jobs included', async () => {
    let client = new TestClient(sandbox);
    const list = await client.createList('one');
    const field = await client.createField('plan', 'Text');
    const rows = Array.from({ length: 6_000 }, (_, index) => ({
      email: `p${index}@b.no`,
      custom_fields: { [field]: `v${index % 3}` },
    }));
    await client.deliver(rows, [list]);
    for (const first_name of ['One', 'Two', 'Three']) {
      await client.deliver(
        rows.map((row) => ({ ...row, first_name })),
        [list],
      );
    }
    const doomed = (await client.find('p5999@b.no'))?.id;
    const removal = await client.call<{ job_id: string }>('DELETE', `/v3/marketing/contacts?ids=${doomed}`);
    await client.finished(removal.body.job_id);
    sandbox.control.changeSettings({ timings: { applyMs: 60_000, finishMs: 60_000 } });
    const pending = (await client.upsert([{ email: 'late@b.no' }], [list])).body.job_id;
    const grown = (await stat(stateFile)).size;
    const compacting = sandbox.control.compact();
    // Changes wait for the compaction instead of being lost by it.
    const meanwhile = client.createList('two');
    await compacting;
    await meanwhile;
    const before = {
      digest: sandbox.control.digest(list),
      count: (await client.call('GET', '/v3/marketing/contacts/count')).body,
    };
    expect((await stat(stateFile)).size).toBeLessThan(grown / 1.5);

    client = await restart();
    expect(sandbox.control.digest(list)).toEqual(before.digest);
    expect((await client.call('GET', '/v3/marketing/contacts/count')).body).toEqual(before.count);
    expect(await client.job(pending)).toMatchObject({ status: 'pending', results: { requested_count: 1 } });

    client = await restart({ now: () => Date.now() + 120_000 });
    expect((await client.finished(pending)).results.created_count).toBe(1);
    expect(sandbox.control.lists().map(({ name, contacts }) => [name, contacts])).toEqual([
      ['one', 6_000],
      ['two', 0],
    ]);
    await client.deliver([{ email: 'p5999@b.no' }]);
    expect((await client.find('p5999@b.no'))?.id).not.toBe(doomed);
  });

  it('is empty after a reset, and stays so', async () => {
    await new TestClient(sandbox).deliver([{ email: 'a@b.no' }]);
    await sandbox.control.reset();
    const client = await restart();
    expect(sandbox.control.stats().contacts).toBe(0);
    await client.deliver([{ email: 'b@b.no' }]);
    await restart();
    expect(sandbox.control.stats().contacts).toBe(1);
  });

  it('refuses a port that is taken before it touches the file', async () => {
    await expect(start({ port: sandbox.port })).rejects.toThrow(/EADDRINUSE/);
    await new TestClient(sandbox).deliver([{ email: 'a@b.no' }]);
    await until(async () => (await restart()).sandbox.control.stats().contacts === 1);
  });
});
