import { randomBytes } from 'node:crypto';
import { ConnectionRepository } from '@audience-relay/data';
import { TestWorker } from '../testing/test-worker';

/** People whom the account has never seen: one domain a test. */
function newPeople(
  count: number,
  from = 0,
  domain = `x${randomBytes(4).toString('hex')}.org`,
): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, n) => [
      `p${String(n + from).padStart(6, '0')}`,
      `p${n + from}@${domain}`,
    ]),
  );
}

const addressesOf = (members: Record<string, string>) => Object.values(members).sort();

describe('an export run', () => {
  let worker: TestWorker;

  beforeAll(async () => {
    worker = await TestWorker.start();
  });
  afterAll(() => worker.stop());
  afterEach(() => worker.sandbox.control.clearFaults());

  async function prepare(change: Parameters<TestWorker['createExport']>[2] = {}) {
    const list = await worker.createList(`List ${Math.random()}`);
    const target = await worker.createExport(await worker.connect(), list, change);
    return { list, target };
  }

  it('delivers, sends nothing when nothing changed, and takes leavers off', async () => {
    const { list, target } = await prepare();
    const domain = 'first.example.org';
    await worker.setMembers(newPeople(50, 0, domain));
    const first = await worker.run(target);
    expect(first).toMatchObject({
      status: 'succeeded',
      reason: null,
      counts: { members: 50, added: 50, sent: 50, created: 50, updated: 0, rejected: 0, skipped: 0 },
      requests: 1,
    });
    expect(worker.addresses(list)).toEqual(addressesOf(newPeople(50, 0, domain)));

    worker.sandbox.control.clearStats();
    const second = await worker.run(target);
    expect(second).toMatchObject({ status: 'succeeded', counts: { unchanged: 50, sent: 0 }, requests: 0 });
    expect(worker.sandbox.control.stats().puts).toBe(0);

    const stay = newPeople(40, 5, domain);
    await worker.setMembers(stay);
    const third = await worker.run(target);
    expect(third.counts).toMatchObject({ members: 40, unchanged: 40, sent: 0, removed: 10 });
    await worker.untilListed(list, addressesOf(stay));
    expect(await worker.exports().findById(target._id)).toMatchObject({
      activeRunId: null,
      lastRun: { status: 'succeeded', id: third._id },
    });
  });

  it('skips members without a usable address and lists them, masked', async () => {
    const { target } = await prepare();
    await worker.setMembers({ a: 'One@x.org', b: 'one@x.org', c: 'nobody', d: null });
    const run = await worker.run(target);
    expect(run).toMatchObject({
      status: 'succeeded',
      reason: { code: 'some-skipped' },
      counts: { members: 4, added: 1, skipped: 3 },
    });
    const issues = await worker.database
      .collection('runissues')
      .find({ runId: run._id })
      .sort({ profileId: 1 })
      .toArray();
    expect(issues.map(({ profileId, code, identity }) => [profileId, code, identity])).toEqual([
      ['b', 'duplicate-identity', 'o***@x.org'],
      ['c', 'email-invalid', 'n***'],
      ['d', 'email-missing', null],
    ]);
  });

  it('fails with a reason a person understands when the key is wrong, and marks the connection', async () => {
    await worker.setMembers(newPeople(3));
    const connectionId = await worker.connect('SG.wrong');
    const run = await worker.run(await worker.createExport(connectionId, 'some-list'));
    expect(run.status).toBe('failed');
    expect(run.reason?.message).toMatch(/key/i);
    const connection = await worker.app.get(ConnectionRepository).findById(connectionId);
    expect(connection?.status).toMatchObject({ state: 'attention', message: run.reason?.message });
  });

  it('fails when the list is gone', async () => {
    await worker.setMembers(newPeople(3));
    const target = await worker.createExport(await worker.connect(), '00000000-0000-4000-8000-000000000000');
    expect(await worker.run(target)).toMatchObject({ status: 'failed', reason: { code: 'list-not-found' } });
  });

  it('waits, with its reason, when the destination is down', async () => {
    await worker.setMembers(newPeople(3));
    const target = await worker.createExport(
      await worker.connect('SG.sandbox.full-access', 'http://127.0.0.1:9'),
      'some-list',
    );
    const run = await worker.until(await worker.startRun(target), ({ status }) => status === 'waiting');
    expect(run).toMatchObject({ attempts: 1, lease: null });
    expect(run.reason?.message).toBeTruthy();
    expect(run.nextActionAt?.getTime()).toBeGreaterThan(Date.now());
  });

  it('is skipped while the segment is not active, or over the hard limit', async () => {
    const { target } = await prepare({ hardLimit: 2 });
    await worker.setMembers(newPeople(3));
    expect(await worker.run(target)).toMatchObject({
      status: 'skipped',
      reason: { code: 'hard-limit-exceeded' },
      counts: { sent: 0 },
    });
    await worker.database.collection('segments').updateMany({}, { $set: { state: 'inactive' } });
    expect(await worker.run(target)).toMatchObject({
      status: 'skipped',
      reason: { code: 'segment-inactive' },
    });
  });

  it('costs no attempt when it is told to wait, and then goes on', async () => {
    const { list, target } = await prepare();
    await worker.setMembers(newPeople(5));
    worker.sandbox.control.addFault({
      kind: 'rate-limit',
      endpoint: 'PUT /v3/marketing/contacts',
      seconds: 1,
    });
    const run = await worker.run(target);
    expect(run).toMatchObject({ status: 'succeeded', attempts: 0, counts: { sent: 5, created: 5 } });
    expect(worker.addresses(list)).toHaveLength(5);
  });

  it('lists a row that the destination refuses late, and sends only that one on retry', async () => {
    const { list, target } = await prepare({
      mapping: { fields: { email: 'email', phone_number: 'phone' }, custom: [] },
    });
    const members = newPeople(20);
    await worker.setMembers(members);
    const profiles = worker.database.collection<{ _id: string }>('profiles');
    await profiles.updateOne({ _id: 'p000007' }, { $set: { 'fields.phone': '000' } });
    const run = await worker.run(target);
    expect(run).toMatchObject({
      status: 'partial',
      reason: { code: 'some-rejected' },
      counts: { sent: 20, created: 19, rejected: 1 },
    });
    const issues = await worker.database.collection('runissues').find({ runId: run._id }).toArray();
    expect(issues).toMatchObject([{ profileId: 'p000007', kind: 'rejected' }]);
    expect(worker.addresses(list)).not.toContain(members['p000007']);

    await profiles.updateOne({ _id: 'p000007' }, { $set: { 'fields.phone': '+4791234567' } });
    const retry = await worker.run(target, run._id);
    expect(retry).toMatchObject({
      status: 'succeeded',
      trigger: { kind: 'retry' },
      total: 1,
      counts: { members: 1, sent: 1, created: 1, rejected: 0 },
    });
    await worker.untilListed(list, addressesOf(members));
  });

  it('ends as cancelled within a batch when a person cancels', async () => {
    const { target } = await prepare();
    await worker.setMembers(newPeople(10));
    worker.sandbox.control.addFault({ kind: 'latency', endpoint: 'PUT /v3/marketing/contacts', ms: 4_000 });
    const id = await worker.startRun(target);
    await worker.until(id, ({ inFlight }) => inFlight.length > 0);
    await worker.database
      .collection('runs')
      .updateOne({ _id: id }, { $set: { cancelRequestedAt: new Date() } });
    const run = await worker.until(id, ({ status }) => status === 'cancelled');
    expect(run.counts.sent).toBe(10);
    worker.sandbox.control.clearFaults();
    // Its verdict was never awaited, so the next run makes sure.
    expect((await worker.run(target)).counts).toMatchObject({ sent: 10 });
  });

  it('does not mind a duplicate job', async () => {
    const { target } = await prepare();
    await worker.setMembers(newPeople(10));
    worker.sandbox.control.addFault({ kind: 'latency', endpoint: '*', ms: 200 });
    const id = await worker.startRun(target);
    const queue = worker.app.get<{ queue(name: string): { add(data: object): Promise<unknown> } }>(
      (await import('@audience-relay/queue')).QueueDispatcher as never,
    );
    for (let n = 0; n < 5; n += 1)
      await queue.queue('export-runs').add({ runId: id.toHexString(), dispatch: 1 });
    const run = await worker.until(id, ({ status }) => status === 'succeeded');
    expect(run.counts).toMatchObject({ sent: 10, created: 10 });
  });

  it('keeps keys and addresses out of jobs and reasons', async () => {
    const { target } = await prepare();
    await worker.setMembers(newPeople(3));
    worker.sandbox.control.addFault({
      kind: 'html',
      endpoint: 'PUT /v3/marketing/contacts',
      status: 502,
      times: 1,
    });
    const id = await worker.startRun(target);
    const run = await worker.until(id, ({ status }) => status === 'waiting');
    expect(JSON.stringify(run.reason)).not.toMatch(/SG\.|@x\.org/);
  });
});
