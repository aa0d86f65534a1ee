import { sendgrid } from '@audience-relay/destinations/sendgrid';
import { endpoints } from './api/endpoints';
import { endpointName } from './api/endpoint';
import type { RunningSandbox } from './server';
import { startSandbox } from './server';
import { mergedDocument, operationsOf } from './testing/merged-document';
import { FULL_ACCESS, MAIL_ONLY, QUICK, TestClient, until } from './testing/test-client';
import type { ValidatingProxy } from './testing/validating-proxy';
import { startValidatingProxy } from './testing/validating-proxy';

const UNKNOWN = 'c6491580-2f4a-4339-8812-eb1f86aae6dd';
const CONTACTS = '/v3/marketing/contacts';
const LISTS = '/v3/marketing/lists';
const FIELDS = '/v3/marketing/field_definitions';

/** Where the sandbox follows what was recorded rather than the file. Anything else is a failure. */
const KNOWN_DEVIATIONS: readonly { endpoint: RegExp; status: number; at: string; because: string }[] = [
  {
    endpoint: /^GET \/v3\/marketing\/contacts$/,
    status: 200,
    at: 'response.body.result.0.alternate_emails',
    because: 'recorded in 2026: null where the file says array, on this endpoint alone',
  },
  {
    endpoint: /^DELETE \/v3\/marketing\/contacts$/,
    status: 202,
    at: 'response.body.job_id',
    because: 'the file says object; recorded job ids are strings, and asking about a job takes a string',
  },
  {
    endpoint: /^DELETE \/v3\/marketing\/contacts\/[^/]+\/identifiers$/,
    status: 202,
    at: 'response.body.job_id',
    because: 'as above',
  },
  {
    endpoint: /^DELETE \/v3\/marketing\/lists\/[^/]+$/,
    status: 204,
    at: 'response',
    because: 'the file gives the 204 a JSON body, which HTTP does not allow',
  },
  {
    endpoint: /^GET \/v3\/marketing\/lists$/,
    status: 401,
    at: 'response',
    because: 'the files of lists and fields declare no 401, but every endpoint needs a key',
  },
  {
    endpoint: /^GET \/v3\/marketing\/lists$/,
    status: 403,
    at: 'response',
    because: 'the files of lists and fields declare no 403, but a key without the scope gets one',
  },
];

describe("the sandbox behind Twilio's OpenAPI files", () => {
  let sandbox: RunningSandbox;
  let proxy: ValidatingProxy;
  let client: TestClient;

  beforeAll(async () => {
    sandbox = await startSandbox({ port: 0, timings: QUICK });
    proxy = await startValidatingProxy(sandbox.url);
    client = new TestClient({ ...sandbox, url: proxy.url });
  });
  afterAll(async () => {
    await proxy.stop();
    await sandbox.stop();
  });

  it('has every operation of the files, and no other', () => {
    expect(endpoints.map(endpointName).sort()).toEqual(operationsOf(mergedDocument()).sort());
  });

  it('answers every operation as the files say', async () => {
    const statuses: Record<string, number> = {};
    const call = async <Body>(name: string, method: string, path: string, body?: unknown): Promise<Body> => {
      const reply = await client.call<Body>(method, path, body);
      statuses[name] = reply.status;
      return reply.body;
    };

    await call('scopes', 'GET', '/v3/scopes');
    for (const name of ['account', 'email', 'profile', 'username'])
      await call(name, 'GET', `/v3/user/${name}`);

    const { id: list } = await call<{ id: string }>('list created', 'POST', LISTS, { name: 'News' });
    await call('list without a name', 'POST', LISTS, { name: ' ' });
    await call('lists', 'GET', `${LISTS}?page_size=100`);
    await call('list renamed', 'PATCH', `${LISTS}/${list}`, { name: 'Old news' });
    await call('list renamed to nothing', 'PATCH', `${LISTS}/${list}`, { name: '' });
    await call('unknown list renamed', 'PATCH', `${LISTS}/${UNKNOWN}`, { name: 'x' });

    const { id: field } = await call<{ id: string }>('field created', 'POST', FIELDS, {
      name: 'plan',
      field_type: 'Text',
    });
    await call('field created twice', 'POST', FIELDS, { name: 'Plan', field_type: 'Text' });
    await call('fields', 'GET', FIELDS);
    await call('field renamed', 'PATCH', `${FIELDS}/${field}`, { name: 'tier' });
    await call('field renamed badly', 'PATCH', `${FIELDS}/${field}`, { name: '1st' });
    await call('unknown field renamed', 'PATCH', `${FIELDS}/nope`, { name: 'x' });

    const people = {
      list_ids: [list],
      contacts: [
        { email: 'a@b.no', first_name: 'A', external_id: 'x', custom_fields: { [field]: 'gold' } },
        { email: 'c@d.no', alternate_emails: ['cc@d.no'] },
        { email: 'e@f.no', phone_number: '000' },
      ],
    };
    const { job_id } = await call<{ job_id: string }>('upsert', 'PUT', CONTACTS, people);
    await call('job pending', 'GET', `${CONTACTS}/imports/${job_id}`);
    expect((await client.finished(job_id)).status).toBe('errored');
    await call('job over', 'GET', `${CONTACTS}/imports/${job_id}`);
    await call('unknown job', 'GET', `${CONTACTS}/imports/nope`);
    await call('bad address', 'PUT', CONTACTS, { contacts: [{ email: 'bad' }] });
    await call('unknown field id', 'PUT', CONTACTS, {
      contacts: [{ email: 'a@b.no', custom_fields: { nope: 'x' } }],
    });
    await call('unknown list', 'PUT', CONTACTS, { contacts: [{ email: 'a@b.no' }], list_ids: [UNKNOWN] });

    await call('sample', 'GET', CONTACTS);
    await call('count', 'GET', `${CONTACTS}/count`);
    const found = await call<{ result: Record<string, { contact: { id: string } }> }>(
      'search by e-mail',
      'POST',
      `${CONTACTS}/search/emails`,
      { emails: ['A@b.no', 'c@d.no', 'nobody@b.no'] },
    );
    const [ann, cee] = ['a@b.no', 'c@d.no'].map((email) => found.result[email]?.contact.id ?? '') as [
      string,
      string,
    ];
    await call('nobody by e-mail', 'POST', `${CONTACTS}/search/emails`, { emails: ['nobody@b.no'] });
    await call('bad e-mail', 'POST', `${CONTACTS}/search/emails`, { emails: ['bad'] });
    await call('search by identifier', 'POST', `${CONTACTS}/search/identifiers/external_id`, {
      identifiers: ['x'],
    });
    await call('nobody by identifier', 'POST', `${CONTACTS}/search/identifiers/external_id`, {
      identifiers: ['y'],
    });
    await call('no identifier', 'POST', `${CONTACTS}/search/identifiers/email`, { identifiers: [] });
    await call('search', 'POST', `${CONTACTS}/search`, { query: "email LIKE 'a%'" });
    await call('bad search', 'POST', `${CONTACTS}/search`, { query: 'email' });
    await call('contact', 'GET', `${CONTACTS}/${ann}`);
    await call('unknown contact', 'GET', `${CONTACTS}/${UNKNOWN}`);
    await call('batch', 'POST', `${CONTACTS}/batch`, { ids: [ann, cee] });

    await call('list', 'GET', `${LISTS}/${list}`);
    await call('list with sample', 'GET', `${LISTS}/${list}?contact_sample=true`);
    await call('list count', 'GET', `${LISTS}/${list}/contacts/count`);
    await call('unknown list read', 'GET', `${LISTS}/${UNKNOWN}`);
    await call('unknown list counted', 'GET', `${LISTS}/${UNKNOWN}/contacts/count`);
    await call('removal', 'DELETE', `${LISTS}/${list}/contacts?contact_ids=${cee}`);
    await call('removal of nobody', 'DELETE', `${LISTS}/${list}/contacts?contact_ids=,`);
    await call('removal of a stranger', 'DELETE', `${LISTS}/${list}/contacts?contact_ids=${UNKNOWN}`);

    const exported = await call<{ id: string }>('export', 'POST', `${CONTACTS}/exports`, {
      list_ids: [list],
      file_type: 'csv',
    });
    await call('export of an unknown list', 'POST', `${CONTACTS}/exports`, { list_ids: [UNKNOWN] });
    await call('exports', 'GET', `${CONTACTS}/exports`);
    await call('export status', 'GET', `${CONTACTS}/exports/${exported.id}`);
    await call('unknown export', 'GET', `${CONTACTS}/exports/nope`);
    await call('import', 'PUT', `${CONTACTS}/imports`, {
      file_type: 'csv',
      field_mappings: ['_rf2_T', null],
    });
    await call('import of unknown fields', 'PUT', `${CONTACTS}/imports`, {
      file_type: 'csv',
      field_mappings: ['x'],
    });

    const identifier = { identifier_type: 'EXTERNALID', identifier_value: 'x' };
    await call('identifier deleted', 'DELETE', `${CONTACTS}/${ann}/identifiers`, identifier);
    await call(
      'identifier of a stranger deleted',
      'DELETE',
      `${CONTACTS}/${UNKNOWN}/identifiers`,
      identifier,
    );
    await call('contact deleted', 'DELETE', `${CONTACTS}?ids=${ann}`);
    await call('nobody deleted', 'DELETE', CONTACTS);
    await call('erasure', 'POST', '/v3/recipients/erasejob', { email_addresses: ['c@d.no'] });
    await call('bad erasure', 'POST', '/v3/recipients/erasejob', { email_addresses: ['bad'] });
    await call('field deleted', 'DELETE', `${FIELDS}/${field}`);
    await call('unknown field deleted', 'DELETE', `${FIELDS}/${field}`);
    const { id: other } = await call<{ id: string }>('second list', 'POST', LISTS, { name: 'Other' });
    await call('list deleted', 'DELETE', `${LISTS}/${other}`);
    await call('list deleted with contacts', 'DELETE', `${LISTS}/${list}?delete_contacts=true`);
    await call('unknown list deleted', 'DELETE', `${LISTS}/${UNKNOWN}`);

    expect(statuses).toMatchInlineSnapshot(`
      {
        "account": 200,
        "bad address": 400,
        "bad e-mail": 400,
        "bad erasure": 400,
        "bad search": 400,
        "batch": 200,
        "contact": 200,
        "contact deleted": 202,
        "count": 200,
        "email": 200,
        "erasure": 202,
        "export": 202,
        "export of an unknown list": 404,
        "export status": 200,
        "exports": 200,
        "field created": 200,
        "field created twice": 400,
        "field deleted": 204,
        "field renamed": 200,
        "field renamed badly": 400,
        "fields": 200,
        "identifier deleted": 202,
        "identifier of a stranger deleted": 404,
        "import": 200,
        "import of unknown fields": 400,
        "job over": 200,
        "job pending": 200,
        "list": 200,
        "list count": 200,
        "list created": 201,
        "list deleted": 204,
        "list deleted with contacts": 200,
        "list renamed": 200,
        "list renamed to nothing": 400,
        "list with sample": 200,
        "list without a name": 400,
        "lists": 200,
        "no identifier": 400,
        "nobody by e-mail": 404,
        "nobody by identifier": 404,
        "nobody deleted": 400,
        "profile": 200,
        "removal": 202,
        "removal of a stranger": 404,
        "removal of nobody": 400,
        "sample": 200,
        "scopes": 200,
        "search": 200,
        "search by e-mail": 200,
        "search by identifier": 200,
        "second list": 201,
        "unknown contact": 404,
        "unknown export": 404,
        "unknown field deleted": 404,
        "unknown field id": 400,
        "unknown field renamed": 404,
        "unknown job": 404,
        "unknown list": 404,
        "unknown list counted": 404,
        "unknown list deleted": 404,
        "unknown list read": 404,
        "unknown list renamed": 404,
        "upsert": 202,
        "username": 200,
      }
    `);
  });

  it('refuses keys as the files say', async () => {
    for (const key of ['SG.unknown', MAIL_ONLY]) {
      const stranger = new TestClient({ ...sandbox, url: proxy.url }, key);
      await stranger.call('GET', `${CONTACTS}/count`);
      await stranger.call('PUT', CONTACTS, { contacts: [{ email: 'a@b.no' }] });
      await stranger.call('POST', `${CONTACTS}/search/emails`, { emails: ['a@b.no'] });
      await stranger.call('GET', LISTS);
    }
    expect(proxy.seen.slice(-8).map(({ status }) => status)).toEqual([
      401, 401, 401, 401, 403, 403, 403, 403,
    ]);
  });

  it('takes a full request', async () => {
    const contacts = Array.from({ length: 30_000 }, (_, index) => ({
      email: `person.number.${index}@example.com`,
      first_name: 'First',
      last_name: `Last${index}`,
      city: 'Oslo',
      country: 'Norway',
    }));
    const { status, body } = await client.upsert(contacts);
    expect(status).toBe(202);
    expect((await client.finished(body.job_id)).results.created_count).toBe(30_000);
  });

  it('is used by the exporter as the files say', async () => {
    const { signal } = new AbortController();
    const connection = { apiKey: FULL_ACCESS, region: 'global', baseUrl: proxy.url, timeoutSeconds: 30 };
    const before = proxy.seen.length;
    expect(await sendgrid.test({ connection, signal })).toMatchObject({ missingScopes: [] });
    const list = await sendgrid.createTarget?.({ connection, signal }, 'Exported');
    const { items } = (await sendgrid.targets?.({ connection, signal }, {})) ?? { items: [] };
    expect(items).toContainEqual(expect.objectContaining({ id: list?.id, name: 'Exported' }));
    const ctx = {
      connection,
      signal,
      settings: { list: list?.id },
      mapping: {
        fields: { email: 'email', first_name: 'name', city: 'city' },
        custom: [
          { source: 'plan', name: 'exported_plan', type: 'text' as const },
          { source: 'born', name: 'exported_born', type: 'date' as const },
          { source: 'orders', name: 'exported_orders', type: 'number' as const },
        ],
      },
      runId: 'run-1',
      dryRun: false,
    };
    const session = await sendgrid.prepare(ctx);
    const records = ['ann@example.com', 'bo@example.com'].map((identity) =>
      sendgrid.encode(
        {
          identity,
          fields: { email: identity, first_name: 'Åse "A"', city: null },
          custom: { exported_plan: 'gold', exported_born: '1990-02-28', exported_orders: 7 },
        },
        session,
      ),
    );
    const receipt = await sendgrid.send({ key: 'b-1', records }, ctx, session);
    const handle = receipt.status === 'accepted' ? (receipt.handle ?? '') : '';
    const verdict = await until(async () => {
      const found = await sendgrid.confirm?.(handle, ctx);
      return found?.status === 'done' && found;
    });
    expect(verdict).toMatchObject({ created: 2, failed: 0 });
    const removals = [{ identity: 'ann@example.com' }, { identity: 'stranger@example.com' }];
    const removed = await sendgrid.remove?.({ key: 'r-1', removals }, ctx, session);
    expect(removed).toMatchObject({ removed: 1, unknown: [1] });
    await until(async () => sandbox.control.lists().find(({ id }) => id === list?.id)?.contacts === 1);
    expect(proxy.seen.slice(before).filter(({ status }) => status >= 400)).toEqual([]);
  });

  it('differs from the files only where it is known to, and everywhere there', () => {
    const matching = KNOWN_DEVIATIONS.map(({ endpoint, status, at }) =>
      proxy.violations.filter(
        (one) => endpoint.test(`${one.method} ${one.path}`) && one.status === status && one.location === at,
      ),
    );
    const known = new Set(matching.flat());
    expect(proxy.violations.filter((violation) => !known.has(violation))).toEqual([]);
    expect(KNOWN_DEVIATIONS.filter((_, index) => matching[index]?.length === 0)).toEqual([]);
  });
});
