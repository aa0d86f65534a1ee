import type { RunningSandbox } from '../server';
import { startSandbox } from '../server';
import { QUICK, TestClient, until } from '../testing/test-client';

describe('PUT /v3/marketing/contacts', () => {
  let sandbox: RunningSandbox;
  let client: TestClient;

  beforeAll(async () => {
    sandbox = await startSandbox({ port: 0, timings: QUICK });
    client = new TestClient(sandbox);
  });
  beforeEach(() => sandbox.control.reset());
  afterAll(() => sandbox.stop());

  it('answers 202 with a job that ends completed, and puts the contact on the lists', async () => {
    const list = await client.createList('one');
    const { status, body } = await client.upsert([{ email: 'Ann@Example.com', first_name: 'Ann' }], [list]);
    expect(status).toBe(202);
    const job = await client.finished(body.job_id);
    expect(job).toMatchObject({
      status: 'completed',
      job_type: 'upsert_contacts',
      results: { requested_count: 1, created_count: 1, updated_count: 0, errored_count: 0 },
      finished_at: expect.any(String),
    });
    expect(await client.find('ANN@example.COM')).toMatchObject({
      email: 'ann@example.com',
      first_name: 'Ann',
      last_name: '',
      list_ids: [list],
    });
  });

  it('shows counts while the job is still pending', async () => {
    sandbox.control.changeSettings({ timings: { applyMs: 0, finishMs: 60_000 } });
    const { body } = await client.upsert([{ email: 'a@b.no' }]);
    const job = await until(async () => {
      const found = await client.job(body.job_id);
      return found.results.created_count !== undefined && found;
    });
    expect(job).toMatchObject({ status: 'pending', results: { created_count: 1 } });
    expect(job.finished_at).toBeUndefined();
  });

  it('keeps contacts out of sight until the job is applied', async () => {
    sandbox.control.changeSettings({ timings: { applyMs: 60_000, finishMs: 60_000 } });
    const { body } = await client.upsert([{ email: 'a@b.no' }]);
    expect(await client.find('a@b.no')).toBeUndefined();
    expect((await client.job(body.job_id)).results).toEqual({ requested_count: 1 });
  });

  it('keeps omitted fields, clears with "", and never takes anyone off a list', async () => {
    const [one, two] = [await client.createList('one'), await client.createList('two')];
    await client.deliver([{ email: 'a@b.no', first_name: 'A', city: 'Oslo' }], [one]);
    await client.deliver([{ email: 'A@B.NO', first_name: '', last_name: 'B' }], [two]);
    expect(await client.find('a@b.no')).toMatchObject({
      first_name: '',
      last_name: 'B',
      city: 'Oslo',
      list_ids: [one, two],
    });
    const job = await client.deliver([{ email: 'a@b.no' }], []);
    expect(job.results).toMatchObject({ created_count: 0, updated_count: 1 });
    expect((await client.find('a@b.no'))?.['list_ids']).toEqual([one, two]);
  });

  it('refuses the whole request for one bad address, and names the row', async () => {
    const rows = [{ email: 'a@b.no' }, { email: '000' }, { email: 'c@d.no' }, { email: 'x@@y' }];
    const { status, body } = await client.upsert(rows);
    expect(status).toBe(400);
    expect(body.errors).toEqual([
      { field: 'contacts[1].email', message: "email '000' is not valid" },
      { field: 'contacts[3].email', message: "email 'x@@y' is not valid" },
    ]);
    expect(sandbox.control.stats().contacts).toBe(0);
    sandbox.control.changeSettings({ rowErrors: 'first' });
    expect((await client.upsert(rows)).body.errors).toHaveLength(1);
    sandbox.control.changeSettings({ rowErrors: 'unnamed' });
    expect((await client.upsert(rows)).body.errors).toEqual([
      { field: 'contacts', message: 'one or more contacts are not valid' },
    ]);
  });

  it.each([
    ['no identifier', { first_name: 'A' }, 'contacts[0]'],
    ['an empty identifier only', { email: '' }, 'contacts[0]'],
    ['a long first name', { email: 'a@b.no', first_name: 'å'.repeat(51) }, 'contacts[0].first_name'],
    ['a long external id', { external_id: 'x'.repeat(255) }, 'contacts[0].external_id'],
    ['a number for a text', { email: 'a@b.no', city: 1 }, 'contacts[0].city'],
    [
      'six alternate addresses',
      { email: 'a@b.no', alternate_emails: Array(6).fill('x@y.no') },
      'contacts[0].alternate_emails',
    ],
    ['a bad alternate address', { email: 'a@b.no', alternate_emails: ['x'] }, 'contacts[0].alternate_emails'],
    ['a row that is no object', 'a@b.no', 'contacts[0]'],
  ])('refuses %s', async (_name, row, field) => {
    const { status, body } = await client.upsert([row]);
    expect([status, body.errors[0]?.field]).toEqual([400, field]);
  });

  it('takes the longest values, counted in characters', async () => {
    const job = await client.deliver([{ email: 'a@b.no', first_name: '𝒳'.repeat(50), city: 'ø'.repeat(60) }]);
    expect(job.status).toBe('completed');
    expect((await client.find('a@b.no'))?.['first_name']).toBe('𝒳'.repeat(50));
  });

  it('fails a bad phone number or date silently, in the job only', async () => {
    const birthday = await client.createField('birthday', 'Date');
    await client.deliver([{ email: 'd@x.no', first_name: 'Before' }]);
    const job = await client.deliver([
      { email: 'a@x.no', phone_number: '+47 22 00 00 00' },
      { email: 'b@x.no', phone_number: '000' },
      { email: 'D@x.no', first_name: 'After', custom_fields: { [birthday]: 'AAAAA' } },
    ]);
    expect(job).toMatchObject({
      status: 'errored',
      results: { requested_count: 3, created_count: 1, updated_count: 0, errored_count: 2 },
    });
    const file = await new TestClient(sandbox, null).call('GET', job.results.errors_url ?? '');
    expect(file.headers.get('content-type')).toContain('text/csv');
    expect(file.text).toBe(
      `email,error\nb@x.no,phone_number '000' is not valid\n` +
        `d@x.no,custom field ${birthday} (Date) does not take the value 'AAAAA'\n`,
    );
    expect((await client.find('d@x.no'))?.['first_name']).toBe('Before');
  });

  it('ends failed when every row fails', async () => {
    expect((await client.deliver([{ email: 'a@b.no', phone_number: 'x' }])).status).toBe('failed');
  });

  it('takes custom fields by id and gives them back by name', async () => {
    const [plan, logins] = [
      await client.createField('Plan', 'Text'),
      await client.createField('logins', 'Number'),
    ];
    await client.deliver([{ email: 'a@b.no', custom_fields: { [plan]: 'gold', [logins]: '3' } }]);
    await client.deliver([{ email: 'a@b.no', custom_fields: { [plan]: '' } }]);
    expect((await client.find('a@b.no'))?.['custom_fields']).toEqual({ logins: 3 });
    const { status, body } = await client.upsert([
      { email: 'a@b.no', custom_fields: { Plan: 'x', [plan]: 'y' } },
      { email: 'c@d.no', custom_fields: { nope: 1 } },
    ]);
    expect(status).toBe(400);
    expect(body.errors[0]?.message).toBe('invalid custom field ids supplied - Plan,nope');
  });

  it('answers 404 for an unknown list and 400 for an id that is none', async () => {
    const unknown = 'c6491580-2f4a-4339-8812-eb1f86aae6dd';
    expect((await client.upsert([{ email: 'a@b.no' }], [unknown])).status).toBe(404);
    expect((await client.upsert([{ email: 'a@b.no' }], ['x'])).status).toBe(400);
  });

  it('wants all identifiers of a contact for an update', async () => {
    await client.deliver([{ email: 'a@b.no', external_id: 'x1' }]);
    const job = await client.deliver([{ email: 'a@b.no', first_name: 'A' }]);
    expect(job.status).toBe('failed');
    expect((await client.call('GET', job.results.errors_url ?? '')).text).toContain('external_id is missing');
    expect((await client.deliver([{ email: 'a@b.no', external_id: 'x1', first_name: 'A' }])).status).toBe(
      'completed',
    );
    await client.deliver([{ email: 'c@d.no' }]);
    expect((await client.deliver([{ email: 'c@d.no', external_id: 'x1' }])).status).toBe('failed');
    expect((await client.deliver([{ email: 'c@d.no', external_id: 'x2' }])).results.updated_count).toBe(1);
  });

  it('refuses an address that is the alternate of someone else', async () => {
    await client.deliver([{ email: 'a@b.no', alternate_emails: ['other@b.no'] }]);
    expect((await client.find('other@b.no'))?.['email']).toBe('a@b.no');
    expect((await client.deliver([{ email: 'other@b.no' }])).status).toBe('failed');
    expect((await client.deliver([{ email: 'c@d.no', alternate_emails: ['a@b.no'] }])).status).toBe('failed');
    expect((await client.deliver([{ email: 'a@b.no', alternate_emails: ['new@b.no'] }])).status).toBe(
      'completed',
    );
    expect((await client.deliver([{ email: 'other@b.no' }])).results.created_count).toBe(1);
  });

  it('applies a repeated address twice, the last one wins', async () => {
    const job = await client.deliver([
      { email: 'a@b.no', first_name: 'One' },
      { email: 'A@b.no', first_name: 'Two' },
    ]);
    expect(job.results).toMatchObject({ created_count: 1, updated_count: 1 });
    expect((await client.find('a@b.no'))?.['first_name']).toBe('Two');
  });

  it('fails the job when the plan has no room', async () => {
    sandbox.control.changeSettings({ maxContacts: 2 });
    await client.deliver([{ email: 'a@b.no' }, { email: 'b@b.no' }]);
    const job = await client.deliver([{ email: 'a@b.no', first_name: 'A' }, { email: 'c@b.no' }]);
    expect(job).toMatchObject({ status: 'failed', results: { errored_count: 2, created_count: 0 } });
    expect((await client.call('GET', job.results.errors_url ?? '')).text).toContain(
      'you have hit your contact limit',
    );
    expect((await client.deliver([{ email: 'a@b.no', first_name: 'A' }])).status).toBe('completed');
  });

  it('holds to 30,000 contacts and 6 MB', async () => {
    const many = Array.from({ length: 30_001 }, (_, index) => ({ email: `p${index}@b.no` }));
    expect((await client.upsert(many)).status).toBe(400);
    expect((await client.upsert(many.slice(1))).status).toBe(202);
    const frame = JSON.stringify({ contacts: [{ email: 'a@b.no', note: '' }] });
    const body = (bytes: number): string => frame.replace('""', `"${'x'.repeat(bytes - frame.length)}"`);
    expect((await client.call('PUT', '/v3/marketing/contacts', body(6_000_000))).status).toBe(202);
    expect((await client.call('PUT', '/v3/marketing/contacts', body(6_000_001))).status).toBe(413);
  });

  it.each(['', '[]', '{', '{}', '{"contacts":[]}', '{"contacts":{}}', '{"contacts":[{}],"list_ids":"x"}'])(
    'answers 400 to the body %p',
    async (body) => {
      expect((await client.call('PUT', '/v3/marketing/contacts', body)).status).toBe(400);
    },
  );

  it('answers 404 for an unknown job', async () => {
    expect((await client.call('GET', '/v3/marketing/contacts/imports/nope')).status).toBe(404);
  });
});
