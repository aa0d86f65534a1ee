import { parse } from 'csv-parse/sync';
import { gzipSync } from 'node:zlib';
import type { RunningSandbox } from '../server';
import { startSandbox } from '../server';
import type { ErrorBody } from '../testing/test-client';
import { QUICK, TestClient, until } from '../testing/test-client';
import type { ContactJson } from './contact-json';

const PATH = '/v3/marketing/contacts';
const UNKNOWN = 'c6491580-2f4a-4339-8812-eb1f86aae6dd';

interface SearchBody {
  contact_count: number;
  result: ContactJson[];
}

describe('contacts', () => {
  let sandbox: RunningSandbox;
  let client: TestClient;

  beforeAll(async () => {
    sandbox = await startSandbox({ port: 0, timings: QUICK });
    client = new TestClient(sandbox);
  });
  beforeEach(() => sandbox.control.reset());
  afterAll(() => sandbox.stop());

  const people = (count: number): { email: string; first_name: string }[] =>
    Array.from({ length: count }, (_, index) => ({ email: `p${index}@b.no`, first_name: `P${index % 2}` }));

  describe('looking up by e-mail', () => {
    const lookUp = (
      emails: unknown,
    ): Promise<{ status: number; body: { result: Record<string, unknown> } }> =>
      client.call('POST', `${PATH}/search/emails`, { emails });

    it('gives a contact or an error for each address, in lower case', async () => {
      await client.deliver([{ email: 'a@b.no', alternate_emails: ['alias@b.no'] }]);
      const { status, body } = await lookUp(['A@B.no', 'Alias@b.no', 'nobody@b.no', '']);
      expect(status).toBe(200);
      expect(body.result).toEqual({
        'a@b.no': { contact: expect.objectContaining({ email: 'a@b.no' }) },
        'alias@b.no': { contact: expect.objectContaining({ email: 'a@b.no' }) },
        'nobody@b.no': { error: 'contact not found' },
      });
    });

    it('answers 404 when nobody is found, and 400 when one address is bad', async () => {
      expect((await lookUp(['nobody@b.no'])).status).toBe(404);
      await client.deliver([{ email: 'a@b.no' }]);
      expect((await lookUp(['a@b.no', 'bad'])).status).toBe(400);
      expect((await lookUp(['a@b.no', `${'x'.repeat(60)}@${'y'.repeat(40)}.no`])).status).toBe(400);
      expect((await lookUp('a@b.no')).status).toBe(400);
    });

    it('takes 100 addresses and no more', async () => {
      await client.deliver(people(101));
      const emails = people(101).map(({ email }) => email);
      expect(Object.keys((await lookUp(emails.slice(1))).body.result)).toHaveLength(100);
      expect((await lookUp(emails)).status).toBe(400);
    });
  });

  it('looks up by any identifier, with errors outside of `errors`', async () => {
    await client.deliver([{ external_id: 'Ext1', phone_number_id: '+4722000000' }]);
    const by = (type: string, identifiers: string[]): ReturnType<TestClient['call']> =>
      client.call(`POST`, `${PATH}/search/identifiers/${type}`, { identifiers });
    expect((await by('external_id', ['Ext1', 'ext1'])).body).toEqual({
      result: {
        Ext1: { contact: expect.objectContaining({ external_id: 'Ext1', email: '' }) },
        ext1: { error: 'contact not found' },
      },
    });
    expect((await by('phone_number_id', ['+4722000000'])).status).toBe(200);
    expect(await by('anonymous_id', ['x'])).toMatchObject({
      status: 404,
      body: { message: 'no contacts found' },
    });
    expect(await by('email', ['bad'])).toMatchObject({
      status: 400,
      body: { message: "email 'bad' is not valid" },
    });
    expect((await by('shoe_size', ['44'])).status).toBe(400);
    expect((await by('email', [])).status).toBe(400);
    expect((await by('external_id', Array(101).fill('x'))).status).toBe(400);
  });

  it('searches with SGQL, counts all and returns the first 50', async () => {
    const list = await client.createList('one');
    const field = await client.createField('plan', 'Text');
    await client.deliver(people(120), [list]);
    await client.deliver([{ email: 'p3@b.no', first_name: "O'Hara", custom_fields: { [field]: 'gold' } }]);
    const search = async (query: string): Promise<SearchBody> =>
      (await client.call<SearchBody>('POST', `${PATH}/search`, { query })).body;
    expect(await search(`CONTAINS(list_ids, '${list}') AND first_name = 'P0'`)).toMatchObject({
      contact_count: 60,
    });
    expect((await search("email LIKE 'p%'")).result).toHaveLength(50);
    expect((await search("first_name = 'O''Hara'")).result).toMatchObject([{ email: 'p3@b.no' }]);
    expect((await search("plan = 'gold'")).result).toMatchObject([{ email: 'p3@b.no' }]);
    expect(await search("email IN ('p1@b.no', 'p2@b.no', 'zz@b.no')")).toMatchObject({ contact_count: 2 });
    const bad = await client.call<ErrorBody>('POST', `${PATH}/search`, { query: "first_name = 'O'Hara'" });
    expect([bad.status, bad.body.errors[0]?.field]).toEqual([400, 'query']);
    expect((await client.call('POST', `${PATH}/search`, {})).status).toBe(400);
  });

  it('gives a contact by id, several by ids, a sample and the counts', async () => {
    await client.deliver(people(60));
    await client.deliver([{ external_id: 'x' }]);
    const found = await client.find('p7@b.no');
    expect((await client.call('GET', `${PATH}/${found?.id}`)).body).toEqual(found);
    expect((await client.call('GET', `${PATH}/${UNKNOWN}`)).status).toBe(404);
    const batch = await client.call<{ result: ContactJson[] }>('POST', `${PATH}/batch`, {
      ids: [UNKNOWN, found?.id],
    });
    expect(batch.body.result).toEqual([found]);
    expect((await client.call('POST', `${PATH}/batch`, { ids: Array(101).fill(UNKNOWN) })).status).toBe(400);
    const sample = await client.call<{ contact_count: number; result: ContactJson[] }>('GET', PATH);
    expect(sample.body.contact_count).toBe(61);
    expect(sample.body.result).toHaveLength(50);
    const emails = sample.body.result.map((contact) => String(contact['email']));
    expect(emails).toEqual([...emails].sort());
    expect((await client.call('GET', `${PATH}/count`)).body).toEqual({
      contact_count: 61,
      billable_count: 61,
      identifier_counts: { AID: 0, EID: 60, EXTID: 1, PHNID: 0 },
    });
  });

  it('deletes by ids or all, and still bills the deleted ones this month', async () => {
    await client.deliver(people(4));
    const gone = (await client.find('p0@b.no'))?.id;
    const { status, body } = await client.call<{ job_id: string }>(
      'DELETE',
      `${PATH}?ids=${gone},${UNKNOWN}`,
    );
    expect(status).toBe(202);
    expect((await client.finished(body.job_id)).results).toMatchObject({
      requested_count: 2,
      deleted_count: 1,
    });
    expect((await client.call('GET', `${PATH}/count`)).body).toMatchObject({
      contact_count: 3,
      billable_count: 4,
    });
    expect((await client.call('DELETE', PATH)).status).toBe(400);
    const all = await client.call<{ job_id: string }>('DELETE', `${PATH}?delete_all_contacts=true`);
    expect((await client.finished(all.body.job_id)).results.deleted_count).toBe(3);
    await client.deliver([{ email: 'p0@b.no' }]);
    expect((await client.find('p0@b.no'))?.id).not.toBe(gone);
  });

  it('deletes an identifier, but not the last one', async () => {
    await client.deliver([{ email: 'a@b.no', external_id: 'x' }]);
    const id = (await client.find('a@b.no'))?.id;
    const remove = (type: string, value: string): Promise<{ status: number; body: { job_id: string } }> =>
      client.call('DELETE', `${PATH}/${id}/identifiers`, { identifier_type: type, identifier_value: value });
    expect((await client.finished((await remove('EXTERNALID', 'x')).body.job_id)).status).toBe('completed');
    expect((await client.finished((await remove('EMAIL', 'A@b.no')).body.job_id)).status).toBe('failed');
    expect((await remove('SHOESIZE', '44')).status).toBe(400);
    expect((await client.deliver([{ email: 'a@b.no', first_name: 'A' }])).status).toBe('completed');
  });

  it('erases people by address', async () => {
    await client.deliver([...people(2), { email: 'c@d.no', alternate_emails: ['other@d.no'] }]);
    const erase = (emails: unknown): Promise<{ status: number; body: { job_id: string } & ErrorBody }> =>
      client.call('POST', '/v3/recipients/erasejob', { email_addresses: emails });
    const { status, body } = await erase(['P0@b.no', 'other@d.no', 'nobody@b.no']);
    expect(status).toBe(202);
    expect((await client.finished(body.job_id)).results.deleted_count).toBe(2);
    expect((await erase(['bad', 'a@b.no'])).body.errors).toEqual([
      { message: 'Email_address bad is not valid', field: 'email_addresses' },
    ]);
    expect((await erase([])).status).toBe(400);
    expect((await erase(Array(5_001).fill('a@b.no'))).status).toBe(400);
    expect((await erase(Array(5_000).fill(`${'a'.repeat(50)}@b.no`))).status).toBe(400);
  });

  describe('CSV import', () => {
    const start = (
      body: unknown,
    ): Promise<{ status: number; body: { job_id: string; upload_uri: string } }> =>
      client.call('PUT', `${PATH}/imports`, body);
    const upload = async (uri: string, file: string | Buffer): Promise<number> =>
      (
        await fetch(uri, {
          method: 'PUT',
          headers: { 'x-amz-server-side-encryption': 'aws:kms' },
          body: typeof file === 'string' ? file : new Uint8Array(file),
        })
      ).status;
    const csv = 'mail,x,first,plan\nA@b.no,1,Ann,gold\nbad,2,B,\nc@d.no,3,"Cee, Dee",\n,4,E,\n';

    it.each([
      ['plain', csv],
      ['gzip', gzipSync(csv)],
    ])('reads a %s file: bad rows are errors, the others arrive', async (_kind, file) => {
      const list = await client.createList('one');
      const plan = await client.createField('plan', 'Text');
      const { status, body } = await start({
        file_type: 'csv',
        field_mappings: ['_rf2_T', null, '_rf0', plan],
        list_ids: [list],
      });
      expect(status).toBe(200);
      expect((await client.job(body.job_id)).status).toBe('pending');
      expect(await upload(body.upload_uri, file)).toBe(200);
      const job = await client.finished(body.job_id);
      expect(job).toMatchObject({ status: 'errored', results: { created_count: 2, errored_count: 2 } });
      expect((await client.call('GET', job.results.errors_url ?? '')).text).toContain(
        "email 'bad' is not valid",
      );
      expect(await client.find('a@b.no')).toMatchObject({
        first_name: 'Ann',
        custom_fields: { plan: 'gold' },
      });
      expect(await client.find('c@d.no')).toMatchObject({ first_name: 'Cee, Dee', list_ids: [list] });
      expect(await upload(body.upload_uri, file)).toBe(404);
    });

    it('fails the job of a file that is no CSV', async () => {
      const { body } = await start({ file_type: 'csv', field_mappings: ['_rf2_T'] });
      expect(await upload(body.upload_uri, 'email\n"a@b.no\n')).toBe(200);
      expect((await client.finished(body.job_id)).status).toBe('failed');
    });

    it('wants the headers that it asked for', async () => {
      const { body } = await start({ file_type: 'csv', field_mappings: ['_rf2_T'] });
      expect((await fetch(body.upload_uri, { method: 'PUT', body: csv })).status).toBe(403);
    });

    it.each([
      { file_type: 'json', field_mappings: ['_rf2_T'] },
      { file_type: 'csv' },
      { file_type: 'csv', field_mappings: [] },
      { file_type: 'csv', field_mappings: ['nope'] },
      { file_type: 'csv', field_mappings: ['_rf22_D'] },
    ])('refuses %j', async (body) => expect((await start(body)).status).toBe(400));

    it('answers 404 for an unknown list', async () => {
      const body = { file_type: 'csv', field_mappings: ['_rf2_T'], list_ids: [UNKNOWN] };
      expect((await start(body)).status).toBe(404);
    });
  });

  describe('exports', () => {
    interface ExportBody {
      id: string;
      status: string;
      urls?: string[];
      contact_count?: number;
    }
    const start = (body: unknown): Promise<{ status: number; body: ExportBody }> =>
      client.call('POST', `${PATH}/exports`, body);
    const ready = (id: string): Promise<ExportBody> =>
      until(async () => {
        const { body } = await client.call<ExportBody>('GET', `${PATH}/exports/${id}`);
        return body.status === 'ready' && body;
      });

    it('makes a CSV of a list once it is ready', async () => {
      sandbox.control.changeSettings({ timings: { exportReadyMs: 50 } });
      const list = await client.createList('one');
      const plan = await client.createField('plan', 'Text');
      await client.deliver(
        [{ email: 'a@b.no', first_name: 'A, "x"', custom_fields: { [plan]: 'gold' } }],
        [list],
      );
      await client.deliver(people(2));
      const { status, body } = await start({ list_ids: [list] });
      expect(status).toBe(202);
      const first = await client.call<ExportBody>('GET', `${PATH}/exports/${body.id}`);
      expect(first.body).toMatchObject({ status: 'pending' });
      const done = await ready(body.id);
      expect(done.contact_count).toBe(1);
      const { text } = await client.call('GET', done.urls?.[0] ?? '');
      expect(parse(text, { columns: true })).toEqual([
        expect.objectContaining({
          EMAIL: 'a@b.no',
          FIRST_NAME: 'A, "x"',
          plan: 'gold',
          CONTACT_ID: expect.any(String),
        }),
      ]);
      const all = await client.call<{ result: ExportBody[] }>('GET', `${PATH}/exports`);
      expect(all.body.result).toMatchObject([
        { id: body.id, export_type: 'list_export', lists: [{ Name: 'one' }] },
      ]);
    });

    it('makes lines of JSON of all contacts, split by size', async () => {
      await client.deliver(people(10));
      const { body } = await start({ file_type: 'json', max_file_size: 0.001 });
      const { urls = [], contact_count } = await ready(body.id);
      expect(contact_count).toBe(10);
      expect(urls.length).toBeGreaterThan(1);
      const texts = await Promise.all(urls.map(async (url) => (await client.call('GET', url)).text));
      const emails = texts.flatMap((text) =>
        text
          .trim()
          .split('\n')
          .map((line) => (JSON.parse(line) as { email: string }).email),
      );
      expect(emails.sort()).toEqual(
        people(10)
          .map(({ email }) => email)
          .sort(),
      );
      expect((await fetch((urls[0] ?? '').replace('.json', '.csv'))).status).toBe(404);
    });

    it('refuses what it cannot do', async () => {
      expect((await start({ file_type: 'xml' })).status).toBe(400);
      expect((await start({ max_file_size: 0 })).status).toBe(400);
      expect((await start({ list_ids: [UNKNOWN] })).status).toBe(404);
      expect((await start({ segment_ids: ['x'] })).status).toBe(404);
      expect((await client.call('GET', `${PATH}/exports/nope`)).status).toBe(404);
    });
  });
});
