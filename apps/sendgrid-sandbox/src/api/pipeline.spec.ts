import type { RunningSandbox } from '../server';
import { startSandbox } from '../server';
import type { ErrorBody } from '../testing/test-client';
import { MAIL_ONLY, QUICK, TestClient } from '../testing/test-client';
import { endpoints } from './endpoints';

/** 20 seconds into a minute. */
const START = Date.UTC(2026, 6, 15, 16, 0, 20);

describe('around every endpoint', () => {
  let sandbox: RunningSandbox;
  let client: TestClient;
  let now = START;

  beforeAll(async () => {
    sandbox = await startSandbox({ port: 0, timings: QUICK, now: () => now });
    client = new TestClient(sandbox);
  });
  beforeEach(async () => {
    now = START;
    await sandbox.control.reset();
  });
  afterAll(() => sandbox.stop());

  const rateOf = ({ headers }: { headers: Headers }): (string | null)[] =>
    ['limit', 'remaining', 'reset'].map((name) => headers.get(`x-ratelimit-${name}`));

  describe('keys', () => {
    it('tells a key what it may do', async () => {
      const full = await client.call<{ scopes: string[] }>('GET', '/v3/scopes');
      expect(full.body.scopes).toEqual(
        expect.arrayContaining(['mail.send', 'marketing.read', 'marketing.update']),
      );
      const mail = await new TestClient(sandbox, MAIL_ONLY).call<{ scopes: string[] }>('GET', '/v3/scopes');
      expect(mail.body.scopes.filter((scope) => scope.startsWith('marketing'))).toEqual([]);
    });

    it.each(endpoints.filter((endpoint) => endpoint.scope?.startsWith('marketing')))(
      'answers 403 to a key without $scope: $method $path',
      async ({ method, path }) => {
        const { status, body } = await new TestClient(sandbox, MAIL_ONLY).call<ErrorBody>(method, path);
        expect([status, body]).toEqual([403, { errors: [{ field: null, message: 'access forbidden' }] }]);
      },
    );

    it('answers 401 to any other key, and to none', async () => {
      expect(await new TestClient(sandbox, 'SG.other').call('GET', '/v3/scopes')).toMatchObject({
        status: 401,
        body: { errors: [{ field: null, message: expect.stringContaining('invalid, expired, or revoked') }] },
      });
      expect(await new TestClient(sandbox, null).call('GET', '/v3/marketing/lists')).toMatchObject({
        status: 401,
        body: { errors: [{ field: null, message: 'authorization required' }] },
      });
    });

    it('takes keys that were added, with their scopes', async () => {
      await sandbox.control.addKey('SG.reader', ['marketing.read']);
      const reader = new TestClient(sandbox, 'SG.reader');
      expect((await reader.call('GET', '/v3/marketing/lists')).status).toBe(200);
      expect((await reader.call('POST', '/v3/marketing/lists', { name: 'x' })).status).toBe(403);
      await sandbox.control.removeKey('SG.reader');
      expect((await reader.call('GET', '/v3/marketing/lists')).status).toBe(401);
    });
  });

  it('names the account', async () => {
    expect((await client.call('GET', '/v3/user/account')).body).toEqual({ type: 'paid', reputation: 100 });
    expect((await client.call('GET', '/v3/user/username')).body).toEqual({ username: 'sandbox', user_id: 1 });
    expect((await client.call('GET', '/v3/user/profile')).body).toMatchObject({ company: 'Sandbox Company' });
    expect((await client.call('GET', '/v3/user/email')).body).toEqual({ email: 'owner@sandbox.example' });
  });

  it('answers 404 to what does not exist', async () => {
    expect((await client.call('GET', '/v3/marketing/nothing')).status).toBe(404);
    expect((await client.call('PUT', '/v3/scopes')).status).toBe(404);
  });

  describe('rates', () => {
    it('counts down within a clock minute and gives the seconds that are left', async () => {
      expect(rateOf(await client.call('GET', '/v3/marketing/lists'))).toEqual(['600', '599', '40']);
      now += 15_000;
      expect(rateOf(await client.call('GET', '/v3/marketing/lists'))).toEqual(['600', '598', '25']);
      expect(rateOf(await client.upsert([{ email: 'a@b.no' }]))).toEqual(['200', '199', '25']);
      now += 25_000;
      expect(rateOf(await client.call('GET', '/v3/marketing/lists'))).toEqual(['600', '599', '60']);
    });

    it('answers 429 above the limit until the next minute', async () => {
      sandbox.control.changeSettings({ rates: { 'PUT /v3/marketing/contacts': { limit: 2 } } });
      const statuses: number[] = [];
      for (let index = 0; index < 3; index += 1)
        statuses.push((await client.upsert([{ email: 'a@b.no' }])).status);
      expect(statuses).toEqual([202, 202, 429]);
      const refused = await client.upsert([{ email: 'a@b.no' }]);
      expect(refused.body).toEqual({ errors: [{ field: null, message: 'too many requests' }] });
      expect(rateOf(refused)).toEqual(['2', '0', '40']);
      expect((await client.call('GET', '/v3/marketing/lists')).status).toBe(200);
      now += 40_000;
      expect((await client.upsert([{ email: 'a@b.no' }])).status).toBe(202);
    });

    it('gives the second since 1970 where it is told to, and for scopes', async () => {
      const end = String((START + 40_000) / 1_000);
      expect(rateOf(await client.call('GET', '/v3/scopes'))[2]).toBe(end);
      sandbox.control.changeSettings({ rates: { '*': { reset: 'epoch' } } });
      expect(rateOf(await client.call('GET', '/v3/marketing/lists'))).toEqual(['600', '599', end]);
      sandbox.control.changeSettings({ rates: { 'GET /v3/marketing/lists': { reset: 'seconds' } } });
      expect(rateOf(await client.call('GET', '/v3/marketing/lists'))[2]).toBe('40');
    });
  });
});
