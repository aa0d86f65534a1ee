import type { RunningSandbox } from '../server';
import { startSandbox } from '../server';
import type { ErrorBody } from '../testing/test-client';
import { QUICK, TestClient, until } from '../testing/test-client';
import type { ContactJson } from './contact-json';

const UNKNOWN = 'c6491580-2f4a-4339-8812-eb1f86aae6dd';

interface ListPage {
  result: { id: string; name: string; contact_count: number }[];
  _metadata: { self: string; next?: string; count: number };
}

describe('lists', () => {
  let sandbox: RunningSandbox;
  let client: TestClient;

  beforeAll(async () => {
    sandbox = await startSandbox({ port: 0, timings: QUICK });
    client = new TestClient(sandbox);
  });
  beforeEach(() => sandbox.control.reset());
  afterAll(() => sandbox.stop());

  const path = (id: string, rest = ''): string => `/v3/marketing/lists/${id}${rest}`;
  const people = (count: number): { email: string }[] =>
    Array.from({ length: count }, (_, index) => ({ email: `person${index}@b.no` }));

  it('creates, renames, counts and deletes', async () => {
    const created = await client.call<{ id: string; contact_count: number }>('POST', '/v3/marketing/lists', {
      name: 'News',
    });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ name: 'News', contact_count: 0 });
    const { id } = created.body;
    await client.deliver(people(3), [id]);
    expect((await client.call('GET', path(id))).body).toMatchObject({ id, contact_count: 3 });
    expect((await client.call('GET', path(id, '/contacts/count'))).body).toEqual({
      contact_count: 3,
      billable_count: 3,
    });
    expect((await client.call('PATCH', path(id), { name: 'Old news' })).body).toMatchObject({
      name: 'Old news',
    });
    expect((await client.call('DELETE', path(id))).status).toBe(204);
    expect((await client.call('GET', path(id))).status).toBe(404);
    expect(await client.find('person1@b.no')).toMatchObject({ list_ids: [] });
  });

  it.each([[''], [' '], ['x'.repeat(101)], [5], [undefined]])('refuses the name %p', async (name) => {
    expect((await client.call('POST', '/v3/marketing/lists', { name })).status).toBe(400);
  });

  it('refuses a name twice', async () => {
    await client.createList('News');
    const { status, body } = await client.call<ErrorBody>('POST', '/v3/marketing/lists', { name: 'News' });
    expect([status, body.errors[0]?.field]).toEqual([400, 'name']);
  });

  it('pages by token, in a steady order, until there is no next', async () => {
    const ids = new Set<string>();
    for (let index = 0; index < 7; index += 1) ids.add(await client.createList(`list ${index}`));
    const seen: string[] = [];
    let next: string | undefined = '/v3/marketing/lists?page_size=3';
    const sizes: number[] = [];
    while (next) {
      const { body }: { body: ListPage } = await client.call<ListPage>('GET', next);
      expect(body._metadata.count).toBe(7);
      sizes.push(body.result.length);
      seen.push(...body.result.map((list) => list.id));
      next = body._metadata.next;
    }
    expect(sizes).toEqual([3, 3, 1]);
    expect(new Set(seen)).toEqual(ids);
    expect(seen).toEqual([...seen].sort());
  });

  it.each(['0', '1001', 'x', '1.5'])('refuses page_size=%s', async (size) => {
    expect((await client.call('GET', `/v3/marketing/lists?page_size=${size}`)).status).toBe(400);
  });

  it('gives the latest contact as a sample when asked', async () => {
    const id = await client.createList('News');
    const sample = async (query: string): Promise<unknown> =>
      (await client.call<{ contact_sample?: ContactJson }>('GET', path(id, query))).body.contact_sample;
    expect(await sample('?contact_sample=true')).toBeUndefined();
    await client.deliver(people(3), [id]);
    expect(await sample('?contact_sample=true')).toMatchObject({ email: 'person2@b.no', list_ids: [id] });
    expect(await sample('')).toBeUndefined();
  });

  it('has its own shape of error for each 404', async () => {
    expect((await client.call('GET', path(UNKNOWN))).body).toEqual([
      { field: 'id', message: 'list not found' },
    ]);
    expect((await client.call('PATCH', path(UNKNOWN), { name: 'x' })).body).toEqual({});
    expect((await client.call('DELETE', path(UNKNOWN))).body).toEqual({
      errors: [{ message: 'list not found' }],
    });
    expect((await client.call('GET', path(UNKNOWN, '/contacts/count'))).body).toEqual({});
    expect((await client.call('DELETE', path(UNKNOWN, `/contacts?contact_ids=${UNKNOWN}`))).status).toBe(404);
  });

  describe('removing contacts', () => {
    it('takes them off the list in a job, and keeps the contacts', async () => {
      const [one, two] = [await client.createList('one'), await client.createList('two')];
      await client.deliver(people(3), [one, two]);
      const gone = [await client.find('person0@b.no'), await client.find('person2@b.no')].map(
        (found) => found?.id,
      );
      const { status, body } = await client.call<{ job_id: string }>(
        'DELETE',
        path(one, `/contacts?contact_ids=${gone.join(',')}`),
      );
      expect(status).toBe(202);
      expect(await client.finished(body.job_id)).toMatchObject({
        status: 'completed',
        job_type: 'delete',
        results: { requested_count: 2, deleted_count: 2 },
      });
      expect(sandbox.control.lists()).toEqual([
        expect.objectContaining({ name: 'one', contacts: 1 }),
        expect.objectContaining({ name: 'two', contacts: 3 }),
      ]);
      expect(await client.find('person0@b.no')).toMatchObject({ list_ids: [two] });
    });

    it('refuses unknown contacts as documented, or ignores them when told to', async () => {
      const id = await client.createList('one');
      await client.deliver(people(1), [id]);
      const known = (await client.find('person0@b.no'))?.id;
      const both = path(id, `/contacts?contact_ids=${known},${UNKNOWN}`);
      expect((await client.call('DELETE', both)).status).toBe(404);
      sandbox.control.changeSettings({ unknownContactIds: 'ignore' });
      expect((await client.call('DELETE', both)).status).toBe(202);
      await until(async () => sandbox.control.lists()[0]?.contacts === 0);
    });

    it('answers 400 with a bare error to no ids', async () => {
      const id = await client.createList('one');
      const { status, body } = await client.call('DELETE', path(id, '/contacts'));
      expect([status, body]).toEqual([400, { field: 'contact_ids', message: expect.any(String) }]);
    });

    it('answers 414 with a page of HTML to more than 8,150 characters', async () => {
      const id = await client.createList('one');
      await client.deliver(people(1), [id]);
      const known = (await client.find('person0@b.no'))?.id ?? '';
      const ids = (count: number): string =>
        path(id, `/contacts?contact_ids=${Array(count).fill(known).join(',')}`);
      expect((await client.call('DELETE', ids(220))).status).toBe(202);
      const tooMany = await client.call('DELETE', ids(221));
      expect(tooMany.status).toBe(414);
      expect(tooMany.headers.get('content-type')).toContain('text/html');
      expect(tooMany.text).toContain('<h1>414 Request-URI Too Large</h1>');
    });
  });

  it('deletes the contacts of a list with it when asked', async () => {
    const id = await client.createList('one');
    await client.deliver(people(2), [id]);
    await client.deliver([{ email: 'stays@b.no' }]);
    const { status, body } = await client.call<{ job_id: string }>(
      'DELETE',
      path(id, '?delete_contacts=true'),
    );
    expect(status).toBe(200);
    expect((await client.finished(body.job_id)).results.deleted_count).toBe(2);
    expect(sandbox.control.stats().contacts).toBe(1);
  });
});
