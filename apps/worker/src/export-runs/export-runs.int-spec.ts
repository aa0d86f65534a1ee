import { randomBytes } from 'node:crypto';
import {
  ConnectionRepository,
  ProfileFieldRepository,
  SegmentRefresher,
  SegmentRepository,
} from '@audience-relay/data';
import type { Ledger } from '@audience-relay/exports';
import { Types } from 'mongoose';
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
  afterEach(async () => {
    await worker.abandonRuns();
    worker.sandbox.control.clearFaults();
  });

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

  it('takes strangers off where the export asks for it, waits for the list, and keeps their contacts', async () => {
    worker.sandbox.control.changeSettings({ timings: { exportReadyMs: 2_500 } });
    const { list, target } = await prepare({ removeStrangers: true });
    const domain = 'strangers.example.org';
    const members = newPeople(20, 0, domain);
    // Five of them are members.
    const byHand = addressesOf(newPeople(260, 15, domain));
    await worker.putByHand(list, byHand);
    await worker.untilListed(list, byHand);
    await worker.setMembers(members);
    const contacts = worker.sandbox.control.stats().contacts;

    const held = await worker.run(target);
    expect(held).toMatchObject({
      status: 'held',
      counts: { members: 20, added: 20, sent: 20, removed: 0, rejected: 0, skipped: 0 },
      strangers: 255,
      listing: null,
    });
    const run = await worker.approve(target, held);
    expect(run).toMatchObject({
      status: 'succeeded',
      counts: { members: 20, unchanged: 20, sent: 0, removed: 255, rejected: 0, skipped: 0 },
    });
    await worker.untilListed(list, addressesOf(members));
    expect(worker.sandbox.control.stats().contacts).toBe(contacts + 15);

    const again = await worker.run(target);
    expect(again).toMatchObject({ counts: { unchanged: 20, sent: 0, removed: 0 }, strangers: 0 });
  });

  describe('holds removals until a person approves when', () => {
    const segments = () => worker.database.collection('segments');

    async function delivered(change: Parameters<TestWorker['createExport']>[2] = {}) {
      const { list, target } = await prepare(change);
      const people = newPeople(30);
      await worker.setMembers(people);
      await worker.run(target);
      return { list, target, people };
    }

    it('a rule with a typo finds nobody; the right rule gives everything back without a request', async () => {
      const { list, target, people } = await delivered();
      const field = {
        key: 'email',
        label: 'E-mail',
        type: 'text',
        semanticType: 'Identity.Service.Email',
      } as const;
      await worker.app.get(ProfileFieldRepository).add([field]);
      const refresh = async (value: string) => {
        const rule = { match: 'all', conditions: [{ field: 'email', operator: 'contains', value }] };
        await segments().updateOne({ _id: worker.segmentId }, { $set: { rule, lease: null } });
        await worker.app.get(SegmentRepository).requestRefresh(worker.segmentId);
        expect(await worker.app.get(SegmentRefresher).refresh(worker.segmentId)).toMatchObject({
          kind: 'refreshed',
        });
      };
      await refresh('@x.ogr');
      const held = await worker.run(target);
      expect(held).toMatchObject({
        status: 'held',
        reason: { code: 'removals-held', numbers: { leaving: 30, delivered: 30, remaining: 0 } },
        removals: { held: true, people: 30, digest: expect.any(String) },
        counts: { removed: 0 },
      });
      expect(worker.addresses(list)).toEqual(addressesOf(people));
      expect(await worker.exports().findById(target._id)).toMatchObject({
        activeRunId: null,
        lastRun: { status: 'held', id: held._id },
      });
      await refresh('@x');
      worker.sandbox.control.clearStats();
      expect(await worker.run(target)).toMatchObject({
        status: 'succeeded',
        counts: { unchanged: 30, removed: 0 },
      });
      expect(worker.sandbox.control.stats().puts).toBe(0);
    });

    it('the address is mapped to an empty field', async () => {
      const { list, target, people } = await delivered();
      const wrong = { ...target, mapping: { fields: { email: 'phone' }, custom: [] } };
      expect(await worker.run(wrong)).toMatchObject({
        status: 'held',
        removals: { people: 30, delivered: 30 },
        counts: { skipped: 30, removed: 0 },
      });
      expect(worker.addresses(list)).toEqual(addressesOf(people));
    });

    it('an import empties the addresses; whoever is new is sent all the same', async () => {
      const { list, target, people } = await delivered();
      await worker.setMembers({
        ...Object.fromEntries(Object.keys(people).map((id) => [id, ''])),
        zzz: 'new@y.org',
      });
      const held = await worker.run(target);
      expect(held).toMatchObject({ status: 'held', counts: { added: 1, sent: 1, created: 1, removed: 0 } });
      expect(worker.addresses(list)).toEqual([...addressesOf(people), 'new@y.org'].sort());
      const samples = await worker.database
        .collection('runissues')
        .find({ runId: held._id, kind: 'removal' })
        .toArray();
      expect(samples).toHaveLength(30);
      expect(samples[0]).toMatchObject({
        code: 'removal-left',
        identity: expect.stringMatching(/^p\*\*\*@/),
      });
    });

    it('approves exactly these: void when others would have to go', async () => {
      const { list, target, people } = await delivered();
      const stay = Object.fromEntries(Object.entries(people).slice(20));
      await worker.setMembers(stay);
      const held = await worker.run(target);
      const [another = ''] = Object.keys(stay);
      const { [another]: gone, ...fewer } = stay;
      await worker.setMembers(fewer);
      const again = await worker.approve(target, held);
      expect(again).toMatchObject({
        status: 'held',
        reason: { code: 'approval-void' },
        counts: { removed: 0 },
      });
      expect(worker.addresses(list)).toEqual(addressesOf(people));
      await worker.setMembers({ ...fewer, [another]: gone as string });
      expect(await worker.approve(target, held)).toMatchObject({
        status: 'succeeded',
        counts: { removed: 20 },
      });
      await worker.untilListed(list, addressesOf(stay));
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
    const retry = await worker.run(target, { retryOf: run._id });
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

  it('counts requests that failed, apart, in the run and in its history', async () => {
    const { list, target } = await prepare();
    await worker.setMembers(newPeople(10));
    const upsert = 'PUT /v3/marketing/contacts';
    worker.sandbox.control.clearStats();
    worker.sandbox.control.addFault({ kind: 'rate-limit', endpoint: upsert, seconds: 1, times: 1 });
    const id = await worker.startRun(target);
    const waiting = await worker.until(id, ({ status }) => status === 'waiting');
    expect(waiting).toMatchObject({ requests: 1, failedRequests: 1 });
    worker.sandbox.control.addFault({ kind: 'reset', endpoint: upsert, times: 1, when: 'before' });
    await worker.until(id, ({ failedRequests }) => failedRequests === 2);
    // The backoff after a failure is long; the run is sent on at once.
    await worker.hurry(id);
    const run = await worker.until(id, ({ status }) => status === 'succeeded');
    expect(run).toMatchObject({ requests: 3, failedRequests: 2, counts: { sent: 10, created: 10 } });
    expect(worker.sandbox.control.stats().puts).toBe(3);
    expect(worker.addresses(list)).toHaveLength(10);
    const batches = await worker.database
      .collection('runbatches')
      .find({ runId: id })
      .sort({ seq: 1 })
      .toArray();
    expect(batches.map(({ status, requests, failedRequests }) => [status, requests, failedRequests])).toEqual(
      [
        ['failed', 1, 1],
        ['failed', 1, 1],
        ['confirmed', 1, 0],
      ],
    );
  });

  it('reads of the ledger only the rejected rows when it retries them', async () => {
    const { target } = await prepare({
      mapping: { fields: { email: 'email', phone_number: 'phone' }, custom: [] },
    });
    await worker.setMembers(newPeople(200));
    const profiles = worker.database.collection<{ _id: string }>('profiles');
    const bad = { _id: { $in: ['p000007', 'p000150'] } };
    await profiles.updateMany(bad, { $set: { 'fields.phone': '000' } });
    const run = await worker.run(target);
    expect(run.counts).toMatchObject({ sent: 200, rejected: 2 });
    await profiles.updateMany(bad, { $set: { 'fields.phone': '+4791234567' } });
    const opened = jest.spyOn(worker.ledgers(), 'open');
    const retry = await worker.run(target, { retryOf: run._id });
    expect(retry).toMatchObject({ status: 'succeeded', counts: { members: 2, sent: 2, rejected: 0 } });
    expect(retry.counts).toMatchObject({ created: 2, updated: 0 });

    // The ledger that the retry worked with, read once more.
    const ledger = opened.mock.results.at(-1)?.value as Ledger;
    opened.mockRestore();
    const read: string[] = [];
    for await (const page of ledger.read({ from: null, to: null }))
      read.push(...page.map(({ profileId }) => profileId));
    expect(read).toEqual(['p000007', 'p000150']);
  });

  it('is fair: fifty exports of one connection do not keep another from its turn', async () => {
    const busy = await worker.connect();
    const list = await worker.createList('Crowded');
    const domain = 'fair.example.org';
    await worker.setMembers(newPeople(5, 0, domain));
    worker.sandbox.control.addFault({ kind: 'latency', endpoint: 'PUT /v3/marketing/contacts', ms: 150 });
    const crowd = [];
    for (let n = 0; n < 50; n += 1)
      crowd.push(await worker.startRun(await worker.createExport(busy, list, { mode: 'upsert' })));
    const other = await worker.createExport(await worker.connect(), list, { mode: 'upsert' });
    const late = await worker.until(await worker.startRun(other), ({ startedAt }) => startedAt !== null);
    const before = await worker.database
      .collection('runs')
      .countDocuments({ _id: { $in: crowd }, startedAt: { $ne: null, $lt: late.startedAt } });
    const all = await Promise.all(
      crowd.map((id) => worker.until(id, ({ status }) => status === 'succeeded', 60_000)),
    );
    const firstOfAll = Math.min(...all.map(({ startedAt }) => Number(startedAt)));
    const during = all.filter(({ startedAt }) => Number(startedAt) < Number(late.queuedAt)).length;
    // Those that had begun when it came, and at most the four that a worker holds at once.
    expect(before).toBeLessThanOrEqual(during + 4);
    expect(before).toBeLessThan(50);
    expect(firstOfAll).toBeLessThan(Number(late.startedAt));
  }, 90_000);

  it('waits for a segment that is being refreshed, and holds no place meanwhile', async () => {
    const { target } = await prepare();
    await worker.setMembers(newPeople(3));
    const segments = worker.database.collection('segments');
    await segments.updateMany({}, { $set: { status: 'refreshing', statusAt: new Date() } });
    const id = await worker.startRun(target);
    const waiting = await worker.until(id, ({ status }) => status === 'waiting');
    expect(waiting).toMatchObject({ lease: null, attempts: 0, reason: { code: 'segment-refreshing' } });
    await segments.updateMany({}, { $set: { status: 'succeeded' } });
    const run = await worker.until(id, ({ status }) => status === 'succeeded');
    expect(run.counts).toMatchObject({ sent: 3 });
  });

  it('hears the verdict on what it sent although its export user was disabled meanwhile', async () => {
    const { target } = await prepare();
    await worker.setMembers(newPeople(4));
    worker.sandbox.control.addFault({
      kind: 'job-slow',
      endpoint: 'PUT /v3/marketing/contacts',
      ms: 1_500,
      times: 1,
    });
    const id = await worker.startRun(target);
    await worker.until(id, ({ status }) => status === 'confirming');
    const users = worker.database.collection('users');
    await users.updateMany({}, { $set: { disabled: true } });
    try {
      const run = await worker.until(id, ({ status }) => status !== 'confirming');
      expect(run).toMatchObject({ status: 'succeeded', counts: { sent: 4, created: 4 } });
      expect(await worker.run(target)).toMatchObject({
        status: 'skipped',
        reason: { code: 'no-export-user' },
      });
    } finally {
      await users.updateMany({}, { $set: { disabled: false } });
    }
  });

  it('says that the key of its credentials is lost, and goes on when they are entered again', async () => {
    const { target } = await prepare();
    await worker.setMembers(newPeople(2));
    const connections = worker.app.get(ConnectionRepository);
    const id = target.connectionId as never;
    await worker.database
      .collection('connections')
      .updateOne({ _id: id }, { $set: { 'secrets.0.box.kid': 'lost' } });
    expect(await worker.run(target)).toMatchObject({
      status: 'failed',
      reason: {
        code: 'credentials-unreadable',
        message: expect.stringContaining('enter the credential again'),
      },
    });
    await connections.update(id, 1, { secrets: { apiKey: 'SG.sandbox.full-access' } }, target._id);
    expect(await worker.run(target)).toMatchObject({ status: 'succeeded', counts: { sent: 2 } });
  });

  it('is not called skipped when its connection goes after something was sent', async () => {
    const { target } = await prepare();
    await worker.setMembers(newPeople(4));
    worker.sandbox.control.addFault({
      kind: 'job-slow',
      endpoint: 'PUT /v3/marketing/contacts',
      ms: 2_000,
      times: 1,
    });
    const id = await worker.startRun(target);
    await worker.until(id, ({ status }) => status === 'confirming');
    await worker.database.collection('connections').deleteOne({ _id: target.connectionId as never });
    expect(await worker.until(id, ({ status }) => status !== 'confirming')).toMatchObject({
      status: 'failed',
      reason: { code: 'no-connection' },
      counts: { sent: 4 },
    });
  });

  it('says nothing about a key that was entered after the run had read the old one', async () => {
    await worker.setMembers(newPeople(3));
    const connectionId = await worker.connect('SG.wrong');
    const target = await worker.createExport(connectionId, 'some-list');
    worker.sandbox.control.addFault({ kind: 'latency', endpoint: '*', ms: 1_000 });
    const id = await worker.startRun(target);
    await worker.until(id, ({ lease }) => lease !== null);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const connections = worker.app.get(ConnectionRepository);
    await connections.update(connectionId, 1, { secrets: { apiKey: 'SG.sandbox.full-access' } }, target._id);
    await connections.markUntested(connectionId);
    expect(await worker.until(id, ({ status }) => status === 'failed')).toMatchObject({
      reason: { code: expect.any(String) },
    });
    expect((await connections.findById(connectionId))?.status.state).toBe('untested');
  });

  it('does not take off whom another export delivers to the same list', async () => {
    const list = await worker.createList('Shared');
    const connectionId = await worker.connect();
    const first = await worker.createExport(connectionId, list);
    const otherSegment = new Types.ObjectId();
    await worker.database.collection('segments').insertOne({
      ...{ _id: otherSegment, name: 'Other', nameKey: 'other', state: 'active', status: 'succeeded' },
      ...{ refreshedAt: new Date(), version: 1 },
    });
    const second = await worker.createExport(connectionId, list, { segmentIds: [otherSegment] });
    const domain = 'shared.example.org';
    await worker.setMembers(newPeople(6, 0, domain));
    const profiles = worker.database.collection<{ _id: string }>('profiles');
    await profiles.updateOne({ _id: 'p000001' }, { $set: { segments: [worker.segmentId, otherSegment] } });
    await worker.run(first);
    await worker.run(second);
    // One leaves the first export and stays in the second; one leaves altogether.
    await profiles.updateOne({ _id: 'p000001' }, { $set: { segments: [otherSegment] } });
    await profiles.updateOne({ _id: 'p000002' }, { $set: { segments: [] } });
    expect((await worker.run(first)).counts).toMatchObject({ members: 4, removed: 1 });
    const stay = newPeople(6, 0, domain);
    delete stay['p000002'];
    await worker.untilListed(list, addressesOf(stay));
    // Once the second does not deliver them any more either, they go.
    await profiles.updateOne({ _id: 'p000001' }, { $set: { segments: [] } });
    const held = await worker.run(second);
    expect((await worker.approve(second, held)).counts).toMatchObject({ members: 0, removed: 1 });
    delete stay['p000001'];
    await worker.untilListed(list, addressesOf(stay));
    await worker.run(first);
    await worker.run(first);
    expect((await worker.run(first)).counts).toMatchObject({ removed: 0, unchanged: 4 });
  });

  it('goes on with the plan it was started with when its export is changed or detached meanwhile', async () => {
    const { list, target } = await prepare();
    await worker.setMembers(newPeople(5, 0, 'plan.example.org'));
    worker.sandbox.control.addFault({ kind: 'latency', endpoint: 'PUT /v3/marketing/contacts', ms: 800 });
    const id = await worker.startRun(target);
    await worker.until(id, ({ inFlight }) => inFlight.length > 0);
    const elsewhere = await worker.createList('Elsewhere');
    await worker.database
      .collection('exports')
      .updateOne({ _id: target._id }, { $set: { connectionId: null, settings: { list: elsewhere } } });
    const run = await worker.until(id, ({ status }) => status === 'succeeded');
    expect(run.counts).toMatchObject({ sent: 5, created: 5 });
    expect(worker.addresses(list)).toHaveLength(5);
    expect(worker.addresses(elsewhere)).toEqual([]);
    // Another list means a full first delivery.
    worker.sandbox.control.clearFaults();
    const moved = { ...target, settings: { list: elsewhere } };
    await worker.database
      .collection('exports')
      .updateOne({ _id: target._id }, { $set: { connectionId: target.connectionId } });
    expect((await worker.run(moved)).counts).toMatchObject({ added: 5, sent: 5 });
    expect(worker.addresses(elsewhere)).toHaveLength(5);
  });

  it('forgets nobody when its list changes and changes back', async () => {
    const { list, target } = await prepare();
    const people = newPeople(30, 0, 'back.example.org');
    await worker.setMembers(people);
    await worker.run(target);
    const moved = { ...target, settings: { list: await worker.createList('Another list') } };
    expect((await worker.run(moved)).counts).toMatchObject({ added: 30, removed: 0 });
    const stay = Object.fromEntries(Object.entries(people).slice(4));
    await worker.setMembers(stay);
    worker.sandbox.control.clearStats();
    expect((await worker.run(target)).counts).toMatchObject({ unchanged: 26, sent: 0, removed: 4 });
    expect(worker.sandbox.control.stats().puts).toBe(0);
    await worker.untilListed(list, addressesOf(stay));
  });

  it('sends everyone when the mapping changed', async () => {
    const { target } = await prepare();
    await worker.setMembers(newPeople(5));
    await worker.run(target);
    const mapped = {
      ...target,
      mapping: { fields: { email: 'email', first_name: 'firstName' }, custom: [] },
    };
    expect((await worker.run(mapped)).counts).toMatchObject({ added: 0, changed: 5, sent: 5 });
    expect((await worker.run(mapped)).counts).toMatchObject({ unchanged: 5, sent: 0 });
  });

  it('knows people by very long ids and ids of any script', async () => {
    const { list, target } = await prepare();
    const ids = [
      '\u{1F600}\u{1F469}\u200D\u{1F680}',
      '\uFF41',
      'å'.repeat(120),
      'z'.repeat(250),
      'a/b\u0002',
      ' ',
    ];
    const people = Object.fromEntries(ids.map((id, n) => [id, `odd${n}@ids.example.org`]));
    await worker.setMembers(people);
    expect((await worker.run(target)).counts).toMatchObject({ members: 6, added: 6, created: 6 });
    expect((await worker.run(target)).counts).toMatchObject({ unchanged: 6, sent: 0 });
    const [first = ''] = ids;
    delete people[first];
    await worker.setMembers(people);
    expect((await worker.run(target)).counts).toMatchObject({ unchanged: 5, removed: 1 });
    await worker.untilListed(list, addressesOf(people));
  });
});
