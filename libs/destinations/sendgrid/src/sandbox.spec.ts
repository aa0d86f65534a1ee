import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  withDefaults,
  type CustomFieldMapping,
  type FieldValue,
  type Removal,
  type RowIssue,
} from '@audience-relay/destinations/core';
import { startSandbox, type RunningSandbox } from '@audience-relay/sendgrid-sandbox';
import { confirmJobs } from './confirm';
import { connectionFields, type Connection, type ListContext } from './connection';
import { resolveCustomFields } from './custom-fields';
import { encodeContact } from './encode-contact';
import { listMembers } from './list-members';
import { createList, listTargets } from './lists';
import { idListsOf, removeFromList } from './remove';
import { sendContacts } from './send';
import { makeSession, openSession, type Session } from './session';
import { accountUsage, testKey } from './test-key';

// Machines that build several things at once are slow.
jest.setTimeout(30_000);

/** The exporter against the whole sandbox, over HTTP. */
describe('sendgrid', () => {
  let sandbox: RunningSandbox;
  let list: string;

  beforeAll(async () => {
    sandbox = await startSandbox({ port: 0 });
  });
  afterAll(() => sandbox.stop());
  beforeEach(async () => {
    await sandbox.control.reset();
    sandbox.control.changeSettings({ timings: { applyMs: 10, finishMs: 30, fieldUsableMs: 0 } });
    list = (await createList(context(), 'Newsletter')).id;
    sandbox.control.clearStats();
  });

  interface Given {
    apiKey?: string;
    custom?: readonly CustomFieldMapping[];
    dryRun?: boolean;
    listId?: string;
    connection?: Partial<Connection>;
  }

  function context({ apiKey = 'SG.sandbox.full-access', custom = [], dryRun = false, ...given }: Given = {}) {
    const values = withDefaults(connectionFields, { apiKey, baseUrl: sandbox.url, ...given.connection });
    const mapped = ['email', 'first_name', 'phone_number', 'alternate_email_1'];
    return {
      connection: values as unknown as Connection,
      settings: { list: given.listId ?? list },
      mapping: { fields: Object.fromEntries(mapped.map((name) => [name, name])), custom },
      runId: 'run',
      dryRun,
      signal: new AbortController().signal,
    } satisfies ListContext;
  }

  type Person = Record<string, FieldValue> & { email: string };

  function batchOf(people: readonly Person[], session: Session, custom: Record<string, FieldValue> = {}) {
    const records = people.map((fields) =>
      encodeContact({ identity: fields.email, fields, custom }, session),
    );
    return { key: '1', records };
  }

  async function upsert(people: readonly Person[], ctx: ListContext = context()) {
    const session = await openSession(ctx);
    return sendContacts(batchOf(people, session), ctx, session);
  }

  async function deliver(people: readonly Person[], ctx?: ListContext) {
    const receipt = await upsert(people, ctx);
    return confirmed(receipt.status === 'accepted' ? (receipt.handle ?? '') : '');
  }

  async function confirmed(handle: string) {
    for (;;) {
      const verdict = await confirmJobs(handle, context());
      if (verdict.status === 'done') return verdict;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  const person = (number: number): Person => ({ email: `person-${number}@example.com` });
  const stored = (listId: string) => sandbox.control.contacts({ listId }).items;
  const created = () => sandbox.control.stats().contacts;

  describe('key', () => {
    it('should tell whose account it is and what is stored there', async () => {
      await deliver([person(1), person(2)]);
      expect(await testKey(context({ connection: { planContacts: 2 } }))).toEqual({
        account: 'sandbox',
        missingScopes: [],
        stored: 2,
        storedLimit: 2,
        warnings: ['The account holds 2 contacts, and the plan allows 2: SendGrid will refuse new ones.'],
      });
    });

    it('should tell how full the account is, and ask nothing when nobody said what the plan allows', async () => {
      await deliver([person(1), person(2)]);
      expect(await accountUsage(context({ connection: { planContacts: 5 } }))).toEqual({
        stored: 2,
        storedLimit: 5,
      });
      sandbox.control.clearStats();
      expect(await accountUsage(context())).toBeUndefined();
      expect(sandbox.control.stats().requests).toBe(0);
    });

    it('should name in words what a key may not do', async () => {
      const { account, missingScopes } = await testKey(context({ apiKey: 'SG.sandbox.mail-only' }));
      expect(account).toBe('sandbox');
      expect(missingScopes).toEqual([
        'Marketing: read lists, fields and the outcome of uploads (marketing.read)',
        'Marketing: add and update contacts (marketing.update)',
      ]);
    });

    it('should notice a key that may read and create, but not update', async () => {
      await sandbox.control.addKey('SG.no-update', ['marketing.read', 'marketing.create']);
      const { missingScopes } = await testKey(context({ apiKey: 'SG.no-update' }));
      expect(missingScopes).toEqual(['Marketing: add and update contacts (marketing.update)']);
    });

    it('should warn about a key whose rights to write are not told, and say what is missing when it sends', async () => {
      await sandbox.control.addKey('SG.read-only', ['marketing.read']);
      const ctx = context({ apiKey: 'SG.read-only' });
      const { missingScopes, warnings } = await testKey(ctx);
      expect(missingScopes).toEqual([]);
      expect(warnings).toHaveLength(1);
      await expect(upsert([person(1)], ctx)).rejects.toMatchObject({
        kind: 'auth',
        code: 'scope-missing',
        message: expect.stringContaining(
          'may not add or update contacts (HTTP 403). Give it full access to Marketing',
        ),
      });
    });

    it('should say that a key is wrong', async () => {
      await expect(testKey(context({ apiKey: 'SG.wrong' }))).rejects.toMatchObject({
        kind: 'auth',
        code: 'api-key-refused',
        detail: { status: 401 },
      });
    });

    it('should not mix the keys of two accounts', async () => {
      const [good, bad] = [context(), context({ apiKey: 'SG.wrong' })];
      const answers = await Promise.allSettled([good, bad, good, bad].map((ctx) => testKey(ctx)));
      expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    });

    it('should fail as it should in a working directory that breaks the client', async () => {
      jest.spyOn(process, 'cwd').mockReturnValue('/tmp/we(ird');
      await expect(testKey(context({ apiKey: 'SG.wrong' }))).rejects.toMatchObject({
        code: 'api-key-refused',
      });
      jest.restoreAllMocks();
    });

    it('should go through the proxy that the environment names', async () => {
      const seen: (string | undefined)[] = [];
      const proxy = createServer((request, response) => {
        seen.push(request.url);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"scopes":["marketing.read"]}');
      });
      await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
      const before = { ...process.env };
      try {
        process.env['http_proxy'] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
        process.env['no_proxy'] = '';
        await testKey(context({ connection: { baseUrl: 'http://sendgrid.invalid' } }));
      } finally {
        process.env = before;
        proxy.closeAllConnections();
        await new Promise((resolve) => proxy.close(resolve));
      }
      expect(seen[0]).toBe('http://sendgrid.invalid/v3/scopes');
    });
  });

  describe('lists', () => {
    async function allPages(query: { search?: string; limit: number }): Promise<string[][]> {
      const pages: string[][] = [];
      let cursor: string | undefined;
      do {
        const page = await listTargets(context(), { ...query, cursor });
        pages.push(page.items.map(({ name }) => name).sort());
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      return pages;
    }

    it('should read all pages', async () => {
      for (const name of ['B', 'C', 'D', 'E']) await createList(context(), name);
      const pages = await allPages({ limit: 2 });
      expect(pages.map(({ length }) => length)).toEqual([2, 2, 1]);
      expect(pages.flat().sort()).toEqual(['B', 'C', 'D', 'E', 'Newsletter']);
    });

    it('should search in all lists, page by page', async () => {
      for (const name of ['Autumn news', 'Spring NEWS', 'Customers']) await createList(context(), name);
      const pages = await allPages({ search: ' news', limit: 2 });
      expect(pages.map(({ length }) => length)).toEqual([2, 1]);
      expect(pages.flat().sort()).toEqual(['Autumn news', 'Newsletter', 'Spring NEWS']);
    });

    it('should find a list by the id that somebody copied from SendGrid', async () => {
      const { id } = await createList(context(), 'Customers');
      const { items } = await listTargets(context(), { search: ` ${id.toUpperCase()} ` });
      expect(items.map(({ name }) => name)).toEqual(['Customers']);
    });

    it('should say that a name is taken', async () => {
      await expect(createList(context(), 'Newsletter')).rejects.toMatchObject({
        kind: 'permanent',
        code: 'list-not-created',
      });
    });

    it.each(['ca7a3796-e8a8-4029-9ccb-df8937940562', 'not a list', '../scopes'])(
      'should say before anything is sent that the list %s is not there',
      async (listId) => {
        await expect(openSession(context({ listId }))).rejects.toMatchObject({
          kind: 'permanent',
          code: 'list-not-found',
        });
      },
    );

    it('should say so when the list is deleted during the run', async () => {
      const ctx = context();
      const session = await openSession(ctx);
      const headers = { authorization: 'Bearer SG.sandbox.full-access' };
      await fetch(`${sandbox.url}/v3/marketing/lists/${list}`, { method: 'DELETE', headers });
      const batch = batchOf([person(1)], session);
      await expect(sendContacts(batch, ctx, session)).rejects.toMatchObject({ code: 'list-not-found' });
      const removal = { key: 'r', removals: [{ identity: 'a@example.com', remoteId: 'some-id' }] };
      await expect(removeFromList(removal, ctx)).rejects.toMatchObject({ code: 'list-not-found' });
    });
  });

  describe('custom fields', () => {
    const score: CustomFieldMapping = { source: 'score', name: 'Score', type: 'number' };
    const since: CustomFieldMapping = { source: 'since', name: 'Since', type: 'date' };
    const vip: CustomFieldMapping = { source: 'vip', name: 'Vip', type: 'boolean' };
    const quick = { settleMs: 0, pollMs: 10, giveUpMs: 200 };

    async function fieldRequest(method: string, path = '', body?: object): Promise<{ id: string }> {
      const response = await fetch(`${sandbox.url}/v3/marketing/field_definitions${path}`, {
        method,
        headers: { authorization: 'Bearer SG.sandbox.full-access', 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
      return response.status === 204 ? { id: '' } : ((await response.json()) as { id: string });
    }

    it('should be made with the right types, found again in any case, and filled by name', async () => {
      const ctx = context({ custom: [score, since, vip] });
      const made = await resolveCustomFields(ctx, quick);
      expect(made.map(({ type }) => type)).toEqual(['Number', 'Date', 'Text']);
      const found = await resolveCustomFields(context({ custom: [{ ...score, name: 'SCORE' }] }), quick);
      expect(found).toEqual([{ ...made[0], name: 'SCORE' }]);

      const session = makeSession(ctx, made);
      const values = { Score: 1.5, Since: '2021-02-11', Vip: true };
      const receipt = await sendContacts(batchOf([person(1)], session, values), ctx, session);
      expect(await confirmed((receipt.status === 'accepted' && receipt.handle) || '')).toMatchObject({
        created: 1,
      });
      expect(stored(list)[0]?.['custom_fields']).toEqual({
        Score: 1.5,
        Since: '2021-02-11T00:00:00Z',
        Vip: 'true',
      });

      const cleared = batchOf([person(1)], session, { Score: null, Since: null, Vip: null });
      const second = await sendContacts(cleared, ctx, session);
      expect(await confirmed((second.status === 'accepted' && second.handle) || '')).toMatchObject({
        updated: 1,
      });
      expect(stored(list)[0]?.['custom_fields']).toEqual({});
    });

    it('should wait for a new field before it is used', async () => {
      const before = Date.now();
      await resolveCustomFields(context({ custom: [score] }), { ...quick, settleMs: 100 });
      expect(Date.now() - before).toBeGreaterThanOrEqual(99);
    });

    it('should stop waiting when it is told to', async () => {
      const abort = new AbortController();
      const ctx = { ...context({ custom: [score] }), signal: abort.signal };
      const waiting = resolveCustomFields(ctx, { ...quick, settleMs: 60_000 });
      while (!sandbox.control.stats().endpoints['POST /v3/marketing/field_definitions']?.requests) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      abort.abort();
      await expect(waiting).rejects.toMatchObject({ kind: 'retryable', code: 'aborted' });
    });

    it('should make nothing in a dry run, and show the name where the id will be', async () => {
      const fields = await resolveCustomFields(context({ custom: [score], dryRun: true }), quick);
      expect(fields).toEqual([{ name: 'Score', id: 'Score', type: 'Number' }]);
      expect(await resolveCustomFields(context({ custom: [score], dryRun: true }), quick)).toEqual(fields);
    });

    it('should ask to be prepared again when SendGrid does not take a field yet, and work then', async () => {
      sandbox.control.changeSettings({ timings: { fieldUsableMs: 300 } });
      const ctx = context({ custom: [score] });
      const session = makeSession(ctx, await resolveCustomFields(ctx, quick));
      const batch = batchOf([person(1)], session, { Score: 1 });
      await expect(sendContacts(batch, ctx, session)).rejects.toMatchObject({
        kind: 'retryable',
        code: 'custom-fields-changed',
        detail: { retryAfterMs: 5_000 },
      });
      await new Promise((resolve) => setTimeout(resolve, 350));
      expect((await sendContacts(batch, ctx, session)).status).toBe('accepted');
    });

    it('should find the new id of a field that was deleted and made again', async () => {
      const ctx = context({ custom: [score] });
      const old = await resolveCustomFields(ctx, quick);
      await fieldRequest('DELETE', `/${old[0]?.id}`);
      const { id } = await fieldRequest('POST', '', { name: 'Score', field_type: 'Number' });
      const stale = makeSession(ctx, old);
      await expect(sendContacts(batchOf([person(1)], stale, { Score: 1 }), ctx, stale)).rejects.toMatchObject(
        {
          code: 'custom-fields-changed',
        },
      );
      const fresh = makeSession(ctx, await resolveCustomFields(ctx, quick));
      expect(fresh.customColumns[0]?.member).toBe(`"${id}":`);
      expect((await sendContacts(batchOf([person(1)], fresh, { Score: 1 }), ctx, fresh)).status).toBe(
        'accepted',
      );
    });

    it('should say that a name is reserved', async () => {
      const custom = [{ ...score, name: 'First_Name' }];
      await expect(resolveCustomFields(context({ custom }), quick)).rejects.toMatchObject({
        kind: 'permanent',
        code: 'custom-field-reserved',
      });
    });

    it('should say that a field has another type, unless it takes text', async () => {
      await fieldRequest('POST', '', { name: 'Score', field_type: 'Date' });
      await expect(resolveCustomFields(context({ custom: [score] }), quick)).rejects.toMatchObject({
        code: 'custom-field-type',
      });
      await fieldRequest('POST', '', { name: 'Since', field_type: 'Text' });
      expect((await resolveCustomFields(context({ custom: [since] }), quick))[0]?.type).toBe('Text');
    });

    it('should give up when the account takes no more fields', async () => {
      const endpoint = 'POST /v3/marketing/field_definitions';
      sandbox.control.addFault({ kind: 'status', status: 400, endpoint });
      await expect(resolveCustomFields(context({ custom: [score] }), quick)).rejects.toMatchObject({
        kind: 'permanent',
        code: 'custom-fields-not-created',
        message: expect.stringContaining('Score'),
      });
    });
  });

  describe('send', () => {
    const spoilt = [person(0), { email: 'bad address' }, person(2), { email: 'worse@' }];
    const badEmail = (index: number): RowIssue => ({
      index,
      code: 'invalid-email',
      message: 'SendGrid does not accept this e-mail address.',
    });

    it.each([
      ['all', [badEmail(1), badEmail(3)]],
      ['first', [badEmail(1)]],
      ['unnamed', []],
    ] as const)('should name the bad rows that the answer names: %s', async (rowErrors, rejected) => {
      sandbox.control.changeSettings({ rowErrors });
      expect(await upsert(spoilt)).toMatchObject({ status: 'refused', code: 'rows-refused', rejected });
      expect(created()).toBe(0);
    });

    it('should tell one bad value from another', async () => {
      const receipt = await upsert([
        { ...person(0), first_name: 'x'.repeat(51) },
        { ...person(1), alternate_email_1: 'nobody' },
        { ...person(2), phone_number: '12' },
      ]);
      expect(receipt.rejected.map(({ index, code, message }) => [index, code, message])).toEqual([
        [0, 'too-long', 'First name is too long for SendGrid.'],
        [1, 'invalid-alternate-email', 'SendGrid does not accept an alternate e-mail address.'],
      ]);
    });

    it('should report the rate of its own endpoint, in both forms', async () => {
      for (const reset of ['seconds', 'epoch'] as const) {
        sandbox.control.changeSettings({ rates: { '*': { limit: 50, reset } } });
        const { rates } = await upsert([person(1)]);
        expect(rates).toEqual([
          { bucket: 'upsert', limit: 50, remaining: expect.any(Number), resetAfterMs: expect.any(Number) },
        ]);
        expect(rates?.[0]?.resetAfterMs).toBeLessThanOrEqual(62_000);
      }
    });

    it('should wait as long as a 429 says', async () => {
      const ctx = context();
      const session = await openSession(ctx);
      sandbox.control.addFault({ kind: 'rate-limit', endpoint: 'PUT /v3/marketing/contacts', seconds: 20 });
      const failure = sendContacts(batchOf([person(1)], session), ctx, session);
      await expect(failure).rejects.toMatchObject({
        kind: 'rate-limited',
        detail: { status: 429, bucket: 'upsert' },
      });
      const { detail } = (await failure.catch((error: unknown) => error)) as {
        detail: { retryAfterMs: number };
      };
      expect(detail.retryAfterMs).toBeGreaterThan(15_000);
      expect(detail.retryAfterMs).toBeLessThanOrEqual(21_000);
    });

    it('should take a half-written answer for a lost connection, and a repeat for the same people', async () => {
      const ctx = context();
      const session = await openSession(ctx);
      sandbox.control.addFault({ kind: 'half-body', endpoint: 'PUT /v3/marketing/contacts', times: 1 });
      const batch = batchOf([person(1), person(2)], session);
      await expect(sendContacts(batch, ctx, session)).rejects.toMatchObject({ kind: 'retryable' });
      const receipt = await sendContacts(batch, ctx, session);
      await confirmed((receipt.status === 'accepted' && receipt.handle) || '');
      expect(created()).toBe(2);
    });
  });

  describe('confirm', () => {
    it('should name the people who were refused later, and why, without their values', async () => {
      const verdict = await deliver([person(0), { ...person(1), phone_number: '000' }, person(2)]);
      expect(verdict).toMatchObject({ created: 2, updated: 0, failed: 1 });
      expect(verdict.issues).toEqual([
        {
          identity: 'person-1@example.com',
          code: 'refused-later',
          message: 'SendGrid refused this contact: phone_number … is not valid',
        },
      ]);
    });

    it('should count who was created and who was updated', async () => {
      await deliver([person(0), person(1)]);
      expect(await deliver([person(1), person(2)])).toMatchObject({
        created: 1,
        updated: 1,
        failed: 0,
        issues: [],
      });
    });

    it('should say that nothing was stored when the account is full', async () => {
      sandbox.control.changeSettings({ maxContacts: 1 });
      const verdict = await deliver([person(0), person(1)]);
      expect(verdict).toMatchObject({ created: 0, updated: 0, rejectedWhole: { code: 'job-failed' } });
      expect(verdict.failed).toBe(2);
    });

    it('should be pending while the job is, even when it shows counts already', async () => {
      sandbox.control.addFault({ kind: 'job-stuck', endpoint: '*', applies: true });
      const receipt = await upsert([person(0)]);
      const handle = (receipt.status === 'accepted' && receipt.handle) || '';
      while (created() === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      expect((await confirmJobs(handle, context())).status).toBe('pending');
    });

    it('should ask again later about a job that is not known', async () => {
      await expect(confirmJobs('no-such-job', context())).rejects.toMatchObject({
        kind: 'retryable',
        code: 'job-not-found',
      });
    });

    describe('of a service with other words', () => {
      async function verdictOn(job: unknown, errorsFile = '', status = 200) {
        const server = createServer((request, response) => {
          if (request.url?.startsWith('/v3')) return response.end(JSON.stringify(job));
          expect(request.headers.authorization).toBeUndefined();
          return response.writeHead(status).end(errorsFile);
        });
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        const results = (job as { results?: { errors_url?: string } }).results;
        if (results?.errors_url?.startsWith('/')) results.errors_url = baseUrl + results.errors_url;
        try {
          return await confirmJobs('some-job', context({ connection: { baseUrl } }));
        } finally {
          server.closeAllConnections();
          await new Promise((resolve) => server.close(resolve));
        }
      }

      it('should wait for a status that it does not know', async () => {
        expect(await verdictOn({ status: 'enriching' })).toEqual({ status: 'pending', rates: [] });
        expect(await verdictOn({})).toEqual({ status: 'pending', rates: [] });
      });

      it('should take a job that has an end for done, whatever its status', async () => {
        const job = {
          status: 'enriched',
          finished_at: '2026-01-01T00:00:00Z',
          results: { created_count: 2 },
        };
        expect(await verdictOn(job)).toMatchObject({ status: 'done', created: 2, failed: 0 });
      });

      it('should do without counts', async () => {
        expect(await verdictOn({ status: 'completed' })).toMatchObject({
          status: 'done',
          created: 0,
          failed: 0,
        });
        const results = { requested_count: 5, created_count: 2, updated_count: 1 };
        expect(await verdictOn({ status: 'errored', results })).toMatchObject({
          created: 2,
          updated: 1,
          failed: 2,
        });
        expect(await verdictOn({ status: 'failed', results: { requested_count: 5 } })).toMatchObject({
          failed: 5,
          rejectedWhole: { code: 'job-failed' },
        });
      });

      it('should know how many were refused even if it cannot learn who', async () => {
        const job = () => ({ status: 'errored', results: { errored_count: 1, errors_url: '/errors.csv' } });
        expect(await verdictOn(job(), '', 403)).toMatchObject({ failed: 1, issues: [] });
        expect(await verdictOn(job(), '<html>')).toMatchObject({ failed: 1, issues: [] });
        await expect(verdictOn(job(), '', 503)).rejects.toMatchObject({ kind: 'retryable' });
      });

      it.each(['http://169.254.169.254/latest', 'file:///etc/passwd', 'not an address'])(
        'should not fetch the errors from %s',
        async (errors_url) => {
          const job = { status: 'errored', results: { errored_count: 1, errors_url } };
          expect(await verdictOn(job)).toMatchObject({ failed: 1, issues: [] });
        },
      );
    });
  });

  describe('list of members', () => {
    async function listed(ctx: ListContext = context()): Promise<Removal[]> {
      const people: Removal[] = [];
      let cursor: string | undefined;
      do {
        const page = await listMembers(cursor, ctx);
        cursor = page.status === 'pending' ? page.cursor : page.nextCursor;
        if (page.status === 'page') people.push(...page.people);
        else await new Promise((resolve) => setTimeout(resolve, 10));
      } while (cursor !== undefined);
      return people;
    }

    beforeEach(() => sandbox.control.changeSettings({ timings: { exportReadyMs: 100 } }));

    it('should name everybody on the list with their ids, whoever put them there, and nobody else', async () => {
      const other = (await createList(context(), 'Other')).id;
      await deliver([person(1), person(2)]);
      await deliver([person(3)], context({ listId: other }));
      const people = await listed();
      expect(people.map(({ identity }) => identity).sort()).toEqual(
        stored(list)
          .map(({ email }) => email)
          .sort(),
      );
      expect(people.map(({ remoteId }) => remoteId).sort()).toEqual(
        stored(list)
          .map(({ id }) => id)
          .sort(),
      );
      // With their ids nobody has to be looked up.
      const receipt = await removeFromList({ key: '1', removals: people }, context());
      expect([receipt.removed, receipt.requests]).toEqual([2, 1]);
      await confirmed(receipt.handle ?? '');
      expect(await listed()).toEqual([]);
      expect(await listed(context({ listId: other }))).toHaveLength(1);
    });

    it('should be pending while SendGrid gathers, and read one file at a time', async () => {
      const text = 'x'.repeat(6_000);
      const custom = [{ source: 'text', name: 'text', type: 'text' as const }];
      const ctx = context({ custom });
      const session = await openSession(ctx);
      const people = Array.from({ length: 900 }, (_, number) => person(number));
      const receipt = await sendContacts(batchOf(people, session, { text }), ctx, session);
      await confirmed(receipt.status === 'accepted' ? (receipt.handle ?? '') : '');
      sandbox.control.changeSettings({ timings: { exportReadyMs: 1_500 } });
      const first = await listMembers(undefined, ctx);
      if (first.status !== 'pending') throw new Error('An export takes a moment');
      expect(await listMembers(first.cursor, ctx)).toMatchObject({ status: 'pending', cursor: first.cursor });
      await new Promise((resolve) => setTimeout(resolve, 1_600));
      const page = await listMembers(first.cursor, ctx);
      if (page.status !== 'page') throw new Error('The export is ready');
      expect(page.people.length).toBeLessThan(900);
      expect(page.nextCursor).toBe(`${first.cursor}/1`);
      expect(new Set((await listed(ctx)).map(({ identity }) => identity)).size).toBe(900);
    });

    it('should begin anew when an export is not there any more, and say when the list is not', async () => {
      await expect(listMembers('00000000-0000-4000-8000-000000000000', context())).rejects.toMatchObject({
        kind: 'retryable',
        code: 'export-failed',
      });
      const gone = context({ listId: '00000000-0000-4000-8000-000000000000' });
      await expect(listMembers(undefined, gone)).rejects.toMatchObject({ code: 'list-not-found' });
    });
  });

  describe('remove', () => {
    const remove = (identities: readonly string[]) =>
      removeFromList({ key: 'r', removals: identities.map((identity) => ({ identity })) }, context());
    const requests = () =>
      Object.fromEntries(
        Object.entries(sandbox.control.stats().endpoints).map(([endpoint, stats]) => [
          endpoint,
          stats.requests,
        ]),
      );

    it('should look up a hundred at a time, remove them at once, and keep the contacts', async () => {
      const people = Array.from({ length: 200 }, (_, number) => person(number));
      await deliver(people);
      sandbox.control.clearStats();
      const receipt = await remove(people.map(({ email }) => email));
      expect(receipt).toMatchObject({ removed: 200, unknown: [], rejected: [], requests: 3 });
      expect(requests()).toEqual({
        'POST /v3/marketing/contacts/search/emails': 2,
        'DELETE /v3/marketing/lists/{id}/contacts': 1,
      });
      expect(receipt.rates?.map(({ bucket }) => bucket)).toEqual(['search', 'removal']);
      await confirmed(receipt.handle ?? '');
      expect(stored(list)).toEqual([]);
      expect(created()).toBe(200);
    });

    it('should leave alone a person who only has the address as an alternate one', async () => {
      await deliver([{ ...person(1), alternate_email_1: 'second@example.com' }]);
      expect(await remove(['second@example.com'])).toMatchObject({ removed: 0, unknown: [0] });
      expect(stored(list)).toHaveLength(1);
    });

    it('should not let one bad address keep the others on the list, nor ask for each', async () => {
      const people = Array.from({ length: 99 }, (_, number) => person(number));
      await deliver(people);
      const receipt = await remove([...people.map(({ email }) => email), 'no address']);
      expect(receipt).toMatchObject({ removed: 99, unknown: [99] });
      expect(receipt.requests).toBeLessThanOrEqual(16);
      await confirmed(receipt.handle ?? '');
      expect(stored(list)).toEqual([]);
    });

    it('should find people with addresses too long for the usual look-up', async () => {
      const email = `${'a'.repeat(60)}@${'b'.repeat(60)}.example.com`;
      await deliver([{ email }]);
      const receipt = await remove([email]);
      expect(receipt).toMatchObject({ removed: 1, unknown: [] });
      await confirmed(receipt.handle ?? '');
      expect(stored(list)).toEqual([]);
    });

    it('should look up again when an id that was told is out of date', async () => {
      await deliver([person(1), person(2)]);
      const removals = [
        { identity: 'person-1@example.com', remoteId: '00000000-0000-4000-8000-000000000000' },
        { identity: 'person-2@example.com' },
      ];
      const receipt = await removeFromList({ key: 'r', removals }, context());
      expect(receipt).toMatchObject({ removed: 2, unknown: [] });
      await confirmed(receipt.handle ?? '');
      expect(stored(list)).toEqual([]);
    });

    it('should make no removal when nobody is known', async () => {
      const receipt = await remove(['nobody@example.com']);
      expect(receipt).toMatchObject({ removed: 0, unknown: [0], requests: 1 });
      expect(receipt.handle).toBeUndefined();
    });

    it('should keep ids within the length that an address may have', () => {
      const ids = Array.from(
        { length: 500 },
        (_, number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
      );
      const lists = idListsOf(ids);
      expect(lists.map((each) => each.split(',').length)).toEqual([220, 220, 60]);
      expect(Math.max(...lists.map(({ length }) => length))).toBeLessThanOrEqual(8_150);
      expect(lists.join(',').split(',')).toEqual(ids);
    });
  });
});
