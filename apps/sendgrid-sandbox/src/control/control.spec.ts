import { request } from 'node:http';
import type { RunningSandbox } from '../server';
import { startSandbox } from '../server';
import { QUICK, TestClient } from '../testing/test-client';
import type { ContactPage, Digest, Stats } from './control';

describe('/_control', () => {
  let sandbox: RunningSandbox;
  let client: TestClient;

  beforeAll(async () => {
    sandbox = await startSandbox({ port: 0, timings: QUICK });
    client = new TestClient(sandbox, null);
  });
  beforeEach(() => sandbox.control.reset());
  afterAll(() => sandbox.stop());

  const api = (): TestClient => new TestClient(sandbox);
  const people = (count: number): { email: string; first_name: string }[] =>
    Array.from({ length: count }, (_, index) => ({ email: `p${index}@b.no`, first_name: `Åse${index}` }));

  it.each([
    ['a page of another site', { origin: 'https://elsewhere.example' }, 403, 'another site'],
    ['a page without an origin', { origin: 'null' }, 403, 'another site'],
    ['a page at another port of this machine', { origin: 'http://127.0.0.1:1' }, 403, 'another site'],
    ['a name that was made to lead here', { host: 'elsewhere.example' }, 403, 'SANDBOX_HOSTS'],
    ['its own page', { origin: 'own' }, 200, ''],
    ['a name that is allowed', { host: 'sandbox:4010' }, 200, ''],
    ['this machine by its name', { host: 'LOCALHOST:4010' }, 200, ''],
  ])('answers %s only as it should', async (_, headers, status, message) => {
    const named = await startSandbox({ port: 0, hosts: ['sandbox'] });
    const sent = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value === 'own' ? named.url : value]),
    );
    const answered = new Promise<[number | undefined, string]>((resolve, reject) => {
      const call = request(`${named.url}/_control/stats`, { headers: sent }, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => resolve([response.statusCode, body]));
      });
      call.on('error', reject).end();
    });
    expect(await answered).toEqual([status, expect.stringContaining(message)]);
    await named.stop();
  });

  it('counts requests, bytes and contacts, and keeps the last 200 requests without bodies', async () => {
    const list = await api().createList('one');
    await api().deliver(people(3), [list]);
    await api().upsert([{ email: 'bad' }]);
    const { body } = await client.call<Stats>('GET', '/_control/stats');
    expect(body).toMatchObject({ puts: 2, contacts: 3, lists: [{ id: list, name: 'one', contacts: 3 }] });
    expect(body.endpoints['PUT /v3/marketing/contacts']).toMatchObject({
      requests: 2,
      byStatus: { 202: 1, 400: 1 },
      bytesIn: expect.any(Number),
    });
    const sent = Buffer.byteLength(JSON.stringify({ list_ids: [list], contacts: people(3) }));
    const { body: requests } = await client.call<Record<string, unknown>[]>(
      'GET',
      '/_control/requests?limit=300',
    );
    expect(requests).toContainEqual(
      expect.objectContaining({ method: 'PUT', path: '/v3/marketing/contacts', status: 202, bytesIn: sent }),
    );
    expect(JSON.stringify(requests)).not.toContain('@b.no');
    for (let index = 0; index < 210; index += 1) await api().call('GET', '/v3/scopes');
    expect((await client.call<unknown[]>('GET', '/_control/requests')).body).toHaveLength(200);
    expect((await client.call('DELETE', '/_control/stats')).status).toBe(204);
    expect((await client.call('GET', '/_control/stats')).body).toMatchObject({
      requests: 0,
      puts: 0,
      contacts: 3,
    });
  });

  it('reads all contacts of a list page by page', async () => {
    const list = await api().createList('one');
    await api().deliver(people(25), [list]);
    await api().deliver([{ email: 'other@b.no' }]);
    const seen: unknown[] = [];
    let after = -1;
    for (;;) {
      const { body } = await client.call<ContactPage>(
        'GET',
        `/_control/contacts?list=${list}&limit=10&after=${after}`,
      );
      seen.push(...body.items.map((contact) => contact['email']));
      if (body.next === null) break;
      after = body.next;
    }
    expect(seen).toEqual(people(25).map(({ email }) => email));
    expect(sandbox.control.contacts().items).toHaveLength(26);
  });

  it('searches by name and address', async () => {
    await api().deliver(people(30));
    const search = async (text: string): Promise<unknown[]> =>
      (
        await client.call<ContactPage>('GET', `/_control/contacts?search=${encodeURIComponent(text)}`)
      ).body.items.map((contact) => contact['email']);
    expect(await search('åse29')).toEqual(['p29@b.no']);
    expect(await search('P7@B')).toEqual(['p7@b.no']);
    expect(await search('')).toHaveLength(30);
  });

  it('tells by a digest whether two audiences are the same', async () => {
    const [one, two] = [await api().createList('one'), await api().createList('two')];
    const digest = async (list: string): Promise<Digest> =>
      (await client.call<Digest>('GET', `/_control/digest?list=${list}`)).body;
    await api().deliver(people(5), [one]);
    await api().deliver(people(5).reverse(), [two]);
    expect(await digest(one)).toEqual(await digest(two));
    await api().deliver([{ email: 'more@b.no' }], [two]);
    expect((await digest(one)).emails).not.toBe((await digest(two)).emails);
    await api().call('DELETE', `/v3/marketing/lists/${two}`);
    const before = await digest(one);
    await api().deliver([{ email: 'p1@b.no', first_name: 'Changed' }]);
    const after = await digest(one);
    expect(after.emails).toBe(before.emails);
    expect(after.values).not.toBe(before.values);
  });

  it('takes faults, settings and keys over HTTP', async () => {
    const fault = await client.call<{ id: string }>('POST', '/_control/faults', {
      kind: 'status',
      status: 500,
    });
    expect(fault.status).toBe(201);
    expect((await api().call('GET', '/v3/scopes')).status).toBe(500);
    expect((await client.call('GET', '/_control/faults')).body).toMatchObject([{ endpoint: '*', hits: 1 }]);
    expect((await client.call('DELETE', `/_control/faults/${fault.body.id}`)).status).toBe(204);
    expect((await client.call('DELETE', `/_control/faults/${fault.body.id}`)).status).toBe(404);
    expect((await client.call('DELETE', '/_control/faults')).status).toBe(204);
    const settings = await client.call('PATCH', '/_control/settings', {
      maxContacts: 5,
      timings: { applyMs: [1, 2] },
      rates: { '*': { limit: 9 } },
    });
    expect(settings.body).toMatchObject({ maxContacts: 5, timings: { applyMs: [1, 2], finishMs: 1 } });
    expect((await api().call('GET', '/v3/scopes')).headers.get('x-ratelimit-limit')).toBe('9');
    expect(
      (await client.call('POST', '/_control/keys', { key: 'SG.more', scopes: ['marketing.read'] })).status,
    ).toBe(201);
    expect((await new TestClient(sandbox, 'SG.more').call('GET', '/v3/marketing/lists')).status).toBe(200);
    expect((await client.call('DELETE', '/_control/keys/SG.more')).status).toBe(204);
    expect((await client.call('GET', '/_control')).body).toMatchObject({
      settings: { maxContacts: 5 },
      faults: [],
    });
  });

  it.each([
    ['POST', '/_control/faults', { kind: 'earthquake' }],
    ['POST', '/_control/faults', { kind: 'latency' }],
    ['POST', '/_control/faults', { kind: 'status', status: 'x' }],
    ['POST', '/_control/faults', { kind: 'reset', when: 'never' }],
    ['POST', '/_control/faults', '{'],
    ['PATCH', '/_control/settings', { nope: 1 }],
    ['PATCH', '/_control/settings', { timings: { nope: 1 } }],
    ['PATCH', '/_control/settings', { rates: { '*': { reset: 'never' } } }],
    ['POST', '/_control/keys', { key: '' }],
    ['GET', '/_control/requests?limit=x', undefined],
  ])('explains what is wrong with %s %s %j', async (method, path, body) => {
    const reply = await client.call<{ message: string }>(method, path, body);
    expect([reply.status, reply.body.message]).toEqual([400, expect.stringMatching(/\.$/)]);
  });

  it('starts anew after a reset', async () => {
    await api().deliver(people(2), [await api().createList('one')]);
    sandbox.control.addFault({ kind: 'reset', endpoint: '*' });
    sandbox.control.changeSettings({ maxContacts: 1 });
    await sandbox.control.addKey('SG.more', []);
    expect((await client.call('POST', '/_control/reset')).status).toBe(204);
    expect(sandbox.control.stats()).toEqual({ requests: 0, puts: 0, endpoints: {}, contacts: 0, lists: [] });
    expect(sandbox.control.settings).toMatchObject({ maxContacts: null, timings: QUICK });
    expect(sandbox.control.keys().map(({ key }) => key)).not.toContain('SG.more');
    expect((await api().call('GET', '/v3/scopes')).status).toBe(200);
  });

  it('serves its page and says that it is well', async () => {
    const page = await client.call('GET', '/');
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.text).toContain('<title>SendGrid sandbox</title>');
    expect((await client.call('GET', '/health')).body).toEqual({ status: 'ok' });
  });
});
