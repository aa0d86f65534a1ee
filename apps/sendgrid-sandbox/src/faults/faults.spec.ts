import type { RunningSandbox } from '../server';
import { startSandbox } from '../server';
import { QUICK, TestClient, until } from '../testing/test-client';

const PUT = 'PUT /v3/marketing/contacts';
const LISTS = 'GET /v3/marketing/lists';

describe('faults', () => {
  let sandbox: RunningSandbox;
  let client: TestClient;

  beforeAll(async () => {
    sandbox = await startSandbox({ port: 0, timings: QUICK });
    client = new TestClient(sandbox);
  });
  beforeEach(() => sandbox.control.reset());
  afterAll(() => sandbox.stop());

  const getLists = (): ReturnType<TestClient['call']> => client.call('GET', '/v3/marketing/lists');
  const arrived = (email: string): Promise<true> =>
    until(async () => (await client.find(email)) !== undefined && true);

  it('hits its endpoint only, and as often as it was told', async () => {
    sandbox.control.addFault({ kind: 'status', status: 500, endpoint: LISTS, times: 2 });
    expect((await client.call('GET', '/v3/scopes')).status).toBe(200);
    expect([(await getLists()).status, (await getLists()).status, (await getLists()).status]).toEqual([
      500, 500, 200,
    ]);
    expect(sandbox.control.faults()).toEqual([]);
  });

  it('lasts until it is cleared otherwise', async () => {
    const { id } = sandbox.control.addFault({ kind: 'status', status: 503, endpoint: '*' });
    for (let index = 0; index < 5; index += 1) expect((await getLists()).status).toBe(503);
    expect(sandbox.control.faults()[0]?.hits).toBe(5);
    expect(sandbox.control.removeFault(id)).toBe(true);
    expect((await getLists()).status).toBe(200);
  });

  it('hits the same requests again for the same seed', async () => {
    const pattern = async (seed: number): Promise<number[]> => {
      sandbox.control.clearFaults();
      sandbox.control.addFault({ kind: 'status', status: 500, endpoint: '*', probability: 0.4, seed });
      const statuses: number[] = [];
      for (let index = 0; index < 30; index += 1) statuses.push((await getLists()).status);
      return statuses;
    };
    const first = await pattern(7);
    expect(first.filter((status) => status === 500).length).toBeGreaterThan(3);
    expect(first.filter((status) => status === 200).length).toBeGreaterThan(10);
    expect(await pattern(7)).toEqual(first);
    expect(await pattern(8)).not.toEqual(first);
  });

  it('delays answers', async () => {
    sandbox.control.addFault({ kind: 'latency', ms: 120, endpoint: '*', times: 1 });
    const started = performance.now();
    expect((await getLists()).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThan(115);
  });

  it('storms with 429 and the time that is left', async () => {
    sandbox.control.addFault({ kind: 'rate-limit', seconds: 1, endpoint: '*' });
    const refused = await getLists();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('x-ratelimit-remaining')).toBe('0');
    expect(refused.headers.get('x-ratelimit-reset')).toBe('1');
    await until(async () => (await getLists()).status === 200);
    expect(sandbox.control.faults()).toEqual([]);
  });

  it('answers with a page of HTML', async () => {
    sandbox.control.addFault({ kind: 'html', status: 502, endpoint: PUT, times: 1 });
    const broken = await client.upsert([{ email: 'a@b.no' }]);
    expect(broken.status).toBe(502);
    expect(broken.headers.get('content-type')).toContain('text/html');
    expect(sandbox.control.jobs()).toEqual([]);
  });

  it('resets the connection before the request is carried out', async () => {
    sandbox.control.addFault({ kind: 'reset', endpoint: PUT, times: 1 });
    await expect(client.upsert([{ email: 'a@b.no' }])).rejects.toThrow();
    expect(sandbox.control.jobs()).toEqual([]);
    expect(sandbox.control.requests(1)).toMatchObject([{ endpoint: PUT, status: 0 }]);
  });

  it.each([{ kind: 'reset', when: 'after' }, { kind: 'half-body' }] as const)(
    'breaks the connection after the request was carried out: %j',
    async (fault) => {
      sandbox.control.addFault({ ...fault, endpoint: PUT, times: 1 });
      await expect(client.upsert([{ email: 'a@b.no' }])).rejects.toThrow();
      await arrived('a@b.no');
    },
  );

  it.each([
    { kind: 'status', status: 500, when: 'after' },
    { kind: 'html', status: 504, when: 'after' },
  ] as const)('lies about a request that was carried out: %j', async (fault) => {
    sandbox.control.addFault({ ...fault, endpoint: PUT, times: 1 });
    expect((await client.upsert([{ email: 'a@b.no' }])).status).toBe(fault.status);
    await arrived('a@b.no');
  });

  it('writes the first half of a body and no more', async () => {
    await client.createList('one');
    sandbox.control.addFault({ kind: 'half-body', endpoint: LISTS, times: 1 });
    const response = await fetch(`${sandbox.url}/v3/marketing/lists`, {
      headers: { authorization: 'Bearer SG.sandbox.full-access' },
    });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  it('leaves a job stuck, with or without its contacts', async () => {
    sandbox.control.addFault({ kind: 'job-stuck', endpoint: PUT, times: 1 });
    const stuck = (await client.upsert([{ email: 'a@b.no' }])).body.job_id;
    sandbox.control.addFault({ kind: 'job-stuck', applies: true, endpoint: PUT, times: 1 });
    const applied = (await client.upsert([{ email: 'b@b.no' }])).body.job_id;
    await client.deliver([{ email: 'c@b.no' }]);
    expect(await client.job(stuck)).toMatchObject({ status: 'pending', results: { requested_count: 1 } });
    expect(await client.job(applied)).toMatchObject({ status: 'pending', results: { created_count: 1 } });
    expect(await client.find('a@b.no')).toBeUndefined();
    expect(await client.find('b@b.no')).toBeDefined();
  });

  it('fails a job as a whole', async () => {
    sandbox.control.addFault({ kind: 'job-failed', reason: 'no reason', endpoint: PUT, times: 1 });
    const job = await client.deliver([{ email: 'a@b.no' }, { email: 'b@b.no' }]);
    expect(job).toMatchObject({ status: 'failed', results: { errored_count: 2, created_count: 0 } });
    expect((await client.call('GET', job.results.errors_url ?? '')).text).toBe(
      'email,error\na@b.no,no reason\nb@b.no,no reason\n',
    );
    expect(sandbox.control.stats().contacts).toBe(0);
  });

  it('slows a job down', async () => {
    sandbox.control.addFault({ kind: 'job-slow', ms: 150, endpoint: PUT, times: 1 });
    const started = performance.now();
    await client.deliver([{ email: 'a@b.no' }]);
    expect(performance.now() - started).toBeGreaterThan(140);
  });
});
