import { isActive, noCounts, runStatuses } from '@audience-relay/contracts';
import type { IdRange, Ledger, LedgerRow, RunProgress } from '@audience-relay/exports/ports';
import { createConnection, type Connection, type Model, Types } from 'mongoose';
import { exportSchema, type ExportRecord } from '../exports/export.schema';
import { DeliveryLedgerRepository, type LedgerAccess } from './delivery-ledger.repository';
import { deliverySchema, type DeliveryRecord } from './delivery.schema';
import type { RunEnding } from './end-run';
import { runBatchSchema, type RunBatchRecord } from './run-batch.schema';
import { RunBatchesRepository } from './run-batches.repository';
import { RunClaimsRepository } from './run-claims.repository';
import { RunHistoryRepository } from './run-history.repository';
import { runIssueSchema, type RunIssueRecord } from './run-issue.schema';
import { RunProgressRepository } from './run-progress.repository';
import { runSchema, type RunRecord } from './run.schema';

const exportId = new Types.ObjectId();
const batch = {
  records: 2,
  bytes: 100,
  requests: 1,
  begunRequests: 0,
  rejected: 0,
  startedAt: new Date(),
  durationMs: 5,
  phase: 'send' as const,
};

const issue = {
  profileId: 'p1',
  kind: 'rejected' as const,
  code: 'refused',
  message: 'Refused.',
  identity: null,
  field: null,
};

describe('runs as their worker writes them', () => {
  let connection: Connection;
  let runs: Model<RunRecord>;
  let claims: RunClaimsRepository;
  let progress: RunProgress;
  let cancelSeen = 0;
  let ledgers: DeliveryLedgerRepository;

  beforeAll(async () => {
    const uri = process.env.TEST_MONGODB_URI;
    if (!uri) throw new Error('TEST_MONGODB_URI is not set');
    connection = await createConnection(uri, { dbName: `runs-${process.pid}` }).asPromise();
    runs = connection.model<RunRecord>('Run', runSchema);
    const batchModel = connection.model<RunBatchRecord>('RunBatch', runBatchSchema);
    const issues = connection.model<RunIssueRecord>('RunIssue', runIssueSchema);
    const exports = connection.model<ExportRecord>('Export', exportSchema);
    const deliveries = connection.model<DeliveryRecord>('Delivery', deliverySchema);
    const batches = new RunBatchesRepository(batchModel);
    claims = new RunClaimsRepository(runs, exports, batches);
    progress = new RunProgressRepository(runs, issues, batches).open(exportId, () => (cancelSeen += 1));
    const history = new RunHistoryRepository(runs, batchModel, issues);
    ledgers = new DeliveryLedgerRepository(deliveries, exports, runs, batches, history);
  });

  afterAll(async () => {
    await connection.dropDatabase();
    await connection.close();
  });

  async function startRun(change: Partial<RunRecord> = {}): Promise<string> {
    const now = new Date();
    const run = await runs.create({
      exportId,
      exportName: 'Test',
      connectionId: null,
      destination: 'sendgrid',
      status: 'queued',
      trigger: { kind: 'on-demand', by: null },
      plan: { segmentIds: [] },
      counts: { ...noCounts },
      ranges: [{ from: null, to: null }],
      inFlight: [],
      awaiting: [],
      queuedAt: now,
      updatedAt: now,
      ...change,
    });
    return run._id.toHexString();
  }

  const target = (key: string) => ({ key, formerKey: `all settings of ${key}` });
  const read = (runId: string) => runs.findById(runId).lean<RunRecord>().orFail();

  it('are claimed by one of fifty that try at once', async () => {
    const runId = await startRun();
    const found = await Promise.all(
      Array.from({ length: 50 }, (_, n) => claims.claim(runId, 1, `worker ${n}`, 30_000)),
    );
    expect(found.filter((claim) => claim !== null)).toHaveLength(1);
    expect(await read(runId)).toMatchObject({ status: 'running', epoch: 1 });
  });

  it('are not claimed by a job that a later one overtook', async () => {
    const runId = await startRun({ dispatch: 3 });
    expect(await claims.claim(runId, 2, 'w', 30_000)).toBeNull();
    expect(await claims.claim(runId, 3, 'w', 30_000)).not.toBeNull();
  });

  it('are not claimed once ended, nor with an id that is none', async () => {
    const runId = await startRun({ status: 'succeeded' });
    expect(await claims.claim(runId, 1, 'w', 30_000)).toBeNull();
    expect(await claims.claim('nonsense', 1, 'w', 30_000)).toBeNull();
  });

  it('let a worker that lost its lease write nothing at all', async () => {
    const runId = await startRun();
    await claims.claim(runId, 1, 'slow', 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const second = await claims.claim(runId, 1, 'quick', 30_000);
    expect(second?.epoch).toBe(2);
    const stale = { runId, epoch: 1 };
    const before = await read(runId);
    expect(await claims.extendLease(stale, 1000)).toBeNull();
    expect(await progress.setTotal(stale, 9)).toBe(false);
    expect(await progress.beginBatch(stale, { from: null, to: null, seq: 1, phase: 'send' }, [])).toBe(false);
    expect(await progress.advance(stale, [], { members: 5 })).toBe(false);
    expect(await progress.beginRequest(stale, 1)).toBe(false);
    const failure = {
      seq: 1,
      phase: 'send' as const,
      furtherRequests: 0,
      startedAt: new Date(),
      durationMs: 1,
    };
    expect(await progress.failBatch(stale, failure)).toBe(false);
    expect(await progress.writeIssues(stale, [issue])).toBe(false);
    expect(await ledgers.claim(before, stale, target('any'))).toBeNull();
    expect(
      await claims.suspend(stale, { status: 'waiting', nextActionAt: new Date(), reason: null }),
    ).toBeNull();
    expect(await claims.end(stale, { status: 'failed', reason: null })).toBe(false);
    expect(await read(runId)).toEqual(before);
    expect(await connection.collection('runissues').countDocuments({ runId: before._id })).toBe(0);
  });

  it('close in the history what a dead worker had in flight, and keep it closed', async () => {
    const runId = await startRun();
    const dead = { runId, epoch: (await claims.claim(runId, 1, 'dies', 1))?.epoch ?? 0 };
    for (const [seq, from, to] of [
      [1, null, 'd'],
      [2, 'd', 'k'],
      [3, 'k', null],
    ] as const)
      await progress.beginBatch(dead, { from, to, seq, phase: 'send' }, []);
    await progress.beginRequest(dead, 1);
    await progress.beginRequest(dead, 2);
    await progress.beginRequest(dead, 2);
    const times = { startedAt: new Date(), durationMs: 1 };
    await progress.failBatch(dead, { seq: 2, phase: 'send', furtherRequests: 1, ...times });
    expect(await read(runId)).toMatchObject({ requests: 4, failedRequests: 3 });
    await new Promise((resolve) => setTimeout(resolve, 20));

    const next = await claims.claim(runId, 1, 'goes on', 30_000);
    expect(next).toMatchObject({ requests: 4, failedRequests: 4, inFlight: [] });
    expect(next?.interrupted.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    // The first had written its history row, or was about to: the one who claims has the last word.
    expect(await progress.settleBatch(dead, { ...batch, seq: 1, begunRequests: 1 }, { sent: 2 }, [])).toBe(
      false,
    );
    const rows = await connection
      .collection('runbatches')
      .find({ runId: next?._id })
      .sort({ seq: 1 })
      .toArray();
    expect(rows.map(({ seq, status, records, requests }) => [seq, status, records, requests])).toEqual([
      [1, 'interrupted', 0, 1],
      [2, 'failed', 0, 3],
    ]);
  });

  it('tell of a cancel with the next batch', async () => {
    const runId = await startRun();
    const fence = { runId, epoch: (await claims.claim(runId, 1, 'w', 30_000))?.epoch ?? 0 };
    const begin = (seq: number) =>
      progress.beginBatch(fence, { from: null, to: null, seq, phase: 'send' }, []);
    const seen = cancelSeen;
    expect(await begin(1)).toBe(true);
    expect(cancelSeen).toBe(seen);
    await runs.updateOne({ _id: runId }, { $set: { cancelRequestedAt: new Date() } });
    expect(await begin(2)).toBe(true);
    expect(await progress.advance(fence, [], {})).toBe(true);
    expect(cancelSeen).toBe(seen + 2);
  });

  it('raise the fence of the ledger with every claim, and leave it to the run that has the export', async () => {
    const id = new Types.ObjectId();
    const nameOf = (key: string) => `${id.toHexString()}.${key}`;
    const runId = await startRun({ exportId: id });
    const exports = connection.collection('exports');
    await exports.insertOne({
      _id: id,
      activeRunId: new Types.ObjectId(runId),
      ledger: 'old',
      ledgerFence: 0,
    });
    const run = await read(runId);
    const slow = { runId, epoch: (await claims.claim(runId, 1, 'slow', 1))?.epoch ?? 0 };
    const first = await ledgers.claim(run, slow, target('new'));
    const row = {
      profileId: 'a',
      hash: 'h',
      identity: 'a@x.org',
      added: true,
      unchanged: false,
      exists: false,
    };
    await first?.write(slow, 1, [row]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const quick = { runId, epoch: (await claims.claim(runId, 1, 'quick', 30_000))?.epoch ?? 0 };
    const second = await ledgers.claim(run, quick, target('new'));
    expect(await exports.findOne({ _id: id })).toMatchObject({ ledger: nameOf('new'), ledgerFence: 2 });
    await second?.write(quick, 2, [{ ...row, hash: 'newer', exists: true }]);
    await first?.write(slow, 3, [{ ...row, hash: 'stale', exists: true }]);
    const rows: string[] = [];
    for await (const page of second?.read({ from: null, to: null }) ?? [])
      for (const { hash } of page) rows.push(hash);
    expect(rows).toEqual(['newer']);
    expect(await ledgers.claim(run, slow, target('of the slow one'))).toBeNull();
    await exports.updateOne({ _id: id }, { $set: { activeRunId: new Types.ObjectId() } });
    expect(await ledgers.claim(run, quick, target('another'))).toBeNull();
    expect(await exports.findOne({ _id: id })).toMatchObject({ ledger: nameOf('new') });
  });

  it('keep the ledgers of all targets, and go on with one that an earlier version named', async () => {
    const id = new Types.ObjectId();
    const exports = connection.collection('exports');
    const former = `${id.toHexString()}.all settings of A`;
    const runId = await startRun({ exportId: id });
    await exports.insertOne({
      ...{ _id: id, activeRunId: new Types.ObjectId(runId), ledger: former, ledgerFence: 0 },
    });
    const fence = { runId, epoch: (await claims.claim(runId, 1, 'w', 30_000))?.epoch ?? 0 };
    const run = await read(runId);
    const row = { profileId: 'a', hash: 'h', identity: 'a@x.org', added: true, unchanged: false };
    await (await ledgers.claim(run, fence, target('A')))?.write(fence, 1, [{ ...row, exists: false }]);
    expect(await exports.findOne({ _id: id })).toMatchObject({ ledger: former });
    await ledgers.claim(run, fence, target('B'));
    expect(await exports.findOne({ _id: id })).toMatchObject({ ledger: `${id.toHexString()}.B` });
    // Back again, with other settings than the target's: known by the target alone.
    const back = await ledgers.claim(run, fence, { key: 'A', formerKey: 'other settings' });
    const rows: string[] = [];
    for await (const page of back?.read({ from: null, to: null }) ?? [])
      for (const { profileId } of page) rows.push(profileId);
    expect(rows).toEqual(['a']);
  });

  it('write no state that may not follow the present one', async () => {
    const runId = await startRun();
    const fence = { runId, epoch: (await claims.claim(runId, 1, 'w', 30_000))?.epoch ?? 0 };
    const next = { nextActionAt: new Date(), reason: null };
    expect(await claims.suspend(fence, { status: 'confirming', ...next })).toBe(2);
    expect(await claims.suspend(fence, { status: 'waiting', ...next })).toBeNull();
    expect(await claims.end(fence, { status: 'skipped', reason: null })).toBe(false);
    expect(await read(runId)).toMatchObject({ status: 'confirming', finishedAt: null });
    expect(await claims.end(fence, { status: 'held', reason: null })).toBe(true);
    for (const status of runStatuses) {
      if (isActive(status)) continue;
      expect(await claims.end(fence, { status, reason: null } as RunEnding)).toBe(false);
    }
    expect((await read(runId)).status).toBe('held');
  });

  it('count a batch once, however often it is settled', async () => {
    const runId = await startRun();
    const claimed = await claims.claim(runId, 1, 'w', 30_000);
    const fence = { runId, epoch: claimed?.epoch ?? 0 };
    await progress.beginBatch(fence, { from: null, to: 'm', seq: 1, phase: 'send' }, [
      { from: 'm', to: null },
    ]);
    const handle = {
      from: null,
      to: 'm',
      seq: 1,
      phase: 'send' as const,
      handle: 'job-1',
      records: 2,
      polls: 0,
      since: new Date(),
    };
    const settle = () =>
      progress.settleBatch(fence, { ...batch, seq: 1 }, { members: 2, added: 2, sent: 2 }, [handle]);
    expect(await Promise.all([settle(), settle(), settle()])).toEqual(
      expect.arrayContaining([true, false, false]),
    );
    expect(await read(runId)).toMatchObject({
      counts: { members: 2, added: 2, sent: 2 },
      requests: 1,
      inFlight: [],
      awaiting: [{ handle: 'job-1', polls: 0 }],
      ranges: [{ from: 'm', to: null }],
      nextSeq: 2,
    });
    expect(await progress.countPoll(fence, handle)).toBe(true);
    expect((await read(runId)).awaiting).toMatchObject([{ handle: 'job-1', polls: 1 }]);
    const confirm = () => progress.settleHandle(fence, handle, { created: 2 });
    expect(await Promise.all([confirm(), confirm()])).toEqual(expect.arrayContaining([true, false]));
    expect(await read(runId)).toMatchObject({ counts: { created: 2 }, awaiting: [] });
  });

  it('give what was in flight back as work, in order, to the next claim', async () => {
    const runId = await startRun();
    const first = await claims.claim(runId, 1, 'dies', 1);
    const fence = { runId, epoch: first?.epoch ?? 0 };
    await progress.beginBatch(fence, { from: null, to: 'd', seq: 1, phase: 'send' }, [
      { from: 'd', to: null },
    ]);
    await progress.beginBatch(fence, { from: 'd', to: 'k', seq: 2, phase: 'send' }, [
      { from: 'k', to: null },
    ]);
    await progress.beginBatch(fence, { from: 'k', to: 'p', seq: 3, phase: 'send' }, [
      { from: 'p', to: null },
    ]);
    await progress.settleBatch(fence, { ...batch, seq: 2 }, {}, []);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const second = await claims.claim(runId, 1, 'goes on', 30_000);
    expect(second).toMatchObject({
      nextSeq: 4,
      inFlight: [],
      ranges: [
        { from: null, to: 'd' },
        { from: 'k', to: null },
      ],
    });
    expect(await read(runId)).toMatchObject({ ranges: second?.ranges, inFlight: [] });
  });

  it('keep a confirming run confirming when it is claimed, and tell of a cancel', async () => {
    const runId = await startRun({ status: 'confirming' });
    const run = await claims.claim(runId, 1, 'w', 30_000);
    expect(run?.status).toBe('confirming');
    const fence = { runId, epoch: run?.epoch ?? 0 };
    expect(await claims.extendLease(fence, 1000)).toEqual({ cancelRequested: false });
    await runs.updateOne({ _id: runId }, { $set: { cancelRequestedAt: new Date() } });
    expect(await claims.extendLease(fence, 1000)).toEqual({ cancelRequested: true });
  });

  describe('the delivery ledger', () => {
    const row = (profileId: string, hash = 'h1', exists = false) => ({
      profileId,
      hash,
      identity: `${profileId}@x.org`,
      added: !exists,
      unchanged: false,
      exists,
    });
    const run = { runId: '65a000000000000000000001', epoch: 1 };
    const open = (name: string, access: Partial<LedgerAccess> = {}) =>
      ledgers.open(name, exportId, { fence: 1, untrusted: new Set(), ...access });
    const everything: IdRange = { from: null, to: null };

    // Rows read their values when asked; what is compared are the values.
    const plain = ({ profileId, hash, identity, runId, seq, added, unchanged, remoteId }: LedgerRow) => ({
      ...{ profileId, hash, identity, runId, seq, added, unchanged, remoteId },
    });

    async function rowsOf(ledger: Ledger, range = everything): Promise<LedgerRow[]> {
      const rows: LedgerRow[] = [];
      for await (const page of ledger.read(range)) rows.push(...page.map(plain));
      return rows;
    }

    it('reads rows in the order of code points, page by page, and only its own', async () => {
      const ledger = open('order.1');
      const other = open('order.11');
      const ids = ['a', 'Z', 'a\u0001x', 'æ', '\uFF41', '\u{1F600}', '0', '/'];
      await ledger.write(
        run,
        1,
        ids.map((id) => row(id)),
      );
      await other.write(run, 1, [row('foreign')]);
      const sorted = [...ids].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect((await rowsOf(ledger)).map(({ profileId }) => profileId)).toEqual(sorted);
      const upTo = await rowsOf(ledger, { from: 'Z', to: 'a' });
      expect(upTo.map(({ profileId }) => profileId)).toEqual(['a']);
    });

    it('reads every member of a row, and rows of another make as the driver reads them', async () => {
      const ledger = open('shape.1');
      await ledger.write(run, 3, [{ ...row('a'), identity: 'åse@example.org', added: false }]);
      await connection
        .collection('deliveries')
        .updateOne({ _id: 'shape.1/a' as never }, { $set: { c: 'remote' } });
      const expected = {
        profileId: 'a',
        hash: 'h1',
        identity: 'åse@example.org',
        seq: 3,
        added: false,
        unchanged: false,
      };
      expect(await rowsOf(ledger)).toEqual([{ ...expected, runId: run.runId, remoteId: 'remote' }]);
      await connection
        .collection('deliveries')
        .updateOne({ _id: 'shape.1/a' as never }, { $set: { z: new Date() } });
      expect(await rowsOf(ledger)).toEqual([{ ...expected, runId: run.runId, remoteId: 'remote' }]);
    });

    it('inserts, repeats and updates, and never overwrites a later claim', async () => {
      const ledger = open('write.1', { fence: 2 });
      await ledger.write(run, 1, [row('a'), row('b')]);
      await ledger.write(run, 2, [row('a', 'h2'), row('c')]);
      await open('write.1').write(run, 9, [row('a', 'stale', true), row('b', 'stale'), row('d')]);
      const rows = await rowsOf(ledger);
      expect(rows.map(({ profileId, hash, seq }) => [profileId, hash, seq])).toEqual([
        ['a', 'h2', 2],
        ['b', 'h1', 1],
        ['c', 'h1', 2],
        ['d', 'h1', 9],
      ]);
    });

    it('is not written by a worker of an earlier run that wakes up late, nor trusted where it was', async () => {
      const late = open('late.1');
      await late.write(run, 1, [row('a')]);
      const now = open('late.1', { fence: 2, untrusted: new Set([`${run.runId}/2`]) });
      await now.write({ runId: '65a000000000000000000002', epoch: 1 }, 1, [row('a', 'h2', true)]);
      await late.write(run, 2, [row('a', 'late', true), row('b', 'late')]);
      await late.drop(['a']);
      await late.write(run, 2, [row('b', 'late')]);
      expect((await rowsOf(now)).map(({ profileId, hash }) => [profileId, hash])).toEqual([
        ['a', 'h2'],
        ['b', ''],
      ]);
    });

    it('reads only the rows that are asked for, by their ids', async () => {
      const ids = Array.from({ length: 30 }, (_, n) => `p${String(n).padStart(2, '0')}`);
      await open('few.1').write(
        run,
        1,
        ids.map((id) => row(id)),
      );
      const wanted = ['p03', 'p11', 'p12', 'p29', 'q'];
      const asked: IdRange[] = [];
      const only = (range: IdRange) => {
        asked.push(range);
        return Promise.resolve(wanted.filter((id) => id > (range.from ?? '')).slice(0, 2));
      };
      const rows = await rowsOf(open('few.1', { only }));
      expect(rows.map(({ profileId }) => profileId)).toEqual(['p03', 'p11', 'p12', 'p29']);
      expect(asked.map(({ from }) => from)).toEqual([null, 'p11', 'p29', 'q']);
    });

    it('reverts what was refused: new rows go, others are sent again', async () => {
      const ledger = open('back.1');
      await ledger.write(run, 1, [row('a'), row('b'), row('c', 'h1', true), row('e')]);
      await ledger.write(run, 2, [row('d')]);
      await ledger.write(run, 1, [row('c', 'h1', true)]);
      await ledger.revert(run.runId, 1, everything, ['a', 'c', 'd']);
      expect((await rowsOf(ledger)).map(({ profileId, hash }) => [profileId, hash])).toEqual([
        ['b', 'h1'],
        ['d', 'h1'],
        ['e', 'h1'],
      ]);
      await ledger.write(run, 1, [{ ...row('b'), added: false, exists: true }]);
      await ledger.revert(run.runId, 1, { from: null, to: 'b' }, 'all');
      await ledger.markUncertain(run.runId, 2, everything);
      expect((await rowsOf(ledger)).map(({ profileId, hash }) => [profileId, hash])).toEqual([
        ['b', ''],
        ['d', ''],
        ['e', 'h1'],
      ]);
    });

    it('forgets a profile under every identity, and whole ledgers', async () => {
      const ledger = open('forget.1');
      await ledger.write(run, 1, [row('p1'), row('p1\u0001former'), row('p10'), row('p2')]);
      await ledgers.forgetProfile(['forget.1'], 'p1');
      expect((await rowsOf(ledger)).map(({ profileId }) => profileId)).toEqual(['p10', 'p2']);
      await ledgers.removeOfExport(exportId);
      expect(await rowsOf(ledger)).toHaveLength(2);
      const own = open(`${exportId.toHexString()}.t`);
      await own.write(run, 1, [row('p1')]);
      await ledgers.removeOfExport(exportId);
      expect(await rowsOf(own)).toEqual([]);
    });
  });
});
