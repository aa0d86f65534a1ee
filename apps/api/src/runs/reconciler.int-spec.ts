import { LeaseRepository, RunClaimsRepository } from '@audience-relay/data';
import { QueueDispatcher } from '@audience-relay/queue';
import Redis from 'ioredis';
import { Types } from 'mongoose';
import { setTimeout as delay } from 'node:timers/promises';
import { LeaderTasks } from '../background/leader-tasks';
import type { ExportDto } from '../exports/export.dto';
import { type Audience, makeAudience } from '../exports/testing/audience';
import type { RunDto } from './run.dto';
import { startTestApi, type TestApi } from '../testing/test-api';
import { ReconcilerService } from './reconciler.service';

let api: TestApi;
let audience: Audience;
let connectionId: Types.ObjectId;
let reconciler: ReconcilerService;

beforeAll(async () => {
  api = await startTestApi({ redisPrefix: `reconciler_${process.pid}` });
  audience = await makeAudience(api);
  connectionId = await audience.connect('Account', 'administrators');
  reconciler = api.get(ReconcilerService);
  // The test says when it is time.
  await api.get(LeaderTasks).onApplicationShutdown();
});

afterAll(() => api.close());

async function startRun(): Promise<RunDto> {
  const { body } = await api.administrator.post<ExportDto>('exports', audience.exportOn(connectionId));
  return (await api.administrator.post<RunDto>(`exports/${body.id}/runs`)).body;
}

const runs = () => api.database.collection('runs');
const exports = () => api.database.collection('exports');
const stored = (id: string) => runs().findOne({ _id: new Types.ObjectId(id) });
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000);
const jobs = async (runId: string) => {
  const queue = api.get(QueueDispatcher).queue('export-runs');
  return (await queue.getJobs(['waiting', 'delayed']))
    .map(({ id }) => String(id))
    .filter((id) => id.startsWith(runId));
};

it('queues runs again after Redis lost everything', async () => {
  const run = await startRun();
  expect(await jobs(run.id)).toEqual([`${run.id}-1`]);
  const redis = new Redis(process.env['TEST_REDIS_URL'] ?? '');
  for await (const keys of redis.scanStream({ match: `reconciler_${process.pid}:*` }) as AsyncIterable<
    string[]
  >)
    if (keys.length > 0) await redis.del(...keys);
  redis.disconnect();
  expect(await jobs(run.id)).toEqual([]);

  await reconciler.run(inSeconds(15));
  expect(await jobs(run.id)).toEqual([`${run.id}-2`]);
  expect(await api.get(RunClaimsRepository).claim(run.id, 1, 'stale', 1_000)).toBeNull();
  expect(await api.get(RunClaimsRepository).claim(run.id, 2, 'worker', 1_000)).not.toBeNull();
});

it('leaves a run in line whose job waits for a free worker', async () => {
  const run = await startRun();
  await reconciler.run(inSeconds(15));
  await reconciler.run(inSeconds(60));
  expect(await jobs(run.id)).toEqual([`${run.id}-1`]);
  expect((await stored(run.id))?.['dispatch']).toBe(1);
});

it('hands on a run whose worker died, and never one whose worker lives', async () => {
  const run = await startRun();
  const work = api.get(RunClaimsRepository);
  const claimed = await work.claim(run.id, 1, 'dying', 400);
  const fence = { runId: run.id, epoch: claimed?.epoch ?? 0 };
  for (let beat = 0; beat < 4; beat += 1) {
    await delay(200);
    expect(await work.extendLease(fence, 400)).not.toBeNull();
    await reconciler.run(new Date());
  }
  expect(await stored(run.id)).toMatchObject({ status: 'running', dispatch: 1, epoch: 1 });

  await delay(450);
  await reconciler.run(new Date());
  expect(await stored(run.id)).toMatchObject({ status: 'running', dispatch: 2 });
  expect(await jobs(run.id)).toContain(`${run.id}-2`);
  // Once is enough: the job waits.
  await reconciler.run(inSeconds(15));
  expect(await stored(run.id)).toMatchObject({ dispatch: 2 });
  const next = await work.claim(run.id, 2, 'living', 60_000);
  expect(next).toMatchObject({ status: 'running', epoch: 2 });
  expect(await work.extendLease(fence, 1_000)).toBeNull();
});

it('goes on with a run that waited long enough', async () => {
  const run = await startRun();
  const work = api.get(RunClaimsRepository);
  const claimed = await work.claim(run.id, 1, 'worker', 60_000);
  const fence = { runId: run.id, epoch: claimed?.epoch ?? 0 };
  const reason = { code: 'rate-limited', message: 'Told to wait.' };
  // Its worker died before it queued the next job.
  await work.suspend(fence, { status: 'waiting', nextActionAt: inSeconds(20), reason });
  await reconciler.run(inSeconds(19));
  expect(await stored(run.id)).toMatchObject({ status: 'waiting', dispatch: 2 });
  await reconciler.run(inSeconds(25));
  expect(await stored(run.id)).toMatchObject({ status: 'waiting', dispatch: 3 });
  expect(await jobs(run.id)).toContain(`${run.id}-3`);
});

it('frees an export whose run ended without it, or is gone', async () => {
  const ended = await startRun();
  await runs().updateOne({ _id: new Types.ObjectId(ended.id) }, { $set: { status: 'failed' } });
  const gone = await startRun();
  await runs().deleteOne({ _id: new Types.ObjectId(gone.id) });
  await reconciler.run(new Date());
  const exportOf = (run: RunDto) => exports().findOne({ _id: new Types.ObjectId(run.exportId) });
  expect(await exportOf(ended)).toMatchObject({ activeRunId: null, lastRun: { status: 'failed' } });
  expect(await exportOf(gone)).toMatchObject({ activeRunId: null, lastRun: null });
});

it('removes a run that its export was never claimed for', async () => {
  const run = await startRun();
  await exports().updateOne({ _id: new Types.ObjectId(run.exportId) }, { $set: { activeRunId: null } });
  await reconciler.run(inSeconds(5));
  expect(await stored(run.id)).not.toBeNull();
  await reconciler.run(inSeconds(15));
  expect(await stored(run.id)).toBeNull();
});

it('ends a cancelled run that its worker let go of', async () => {
  const run = await startRun();
  const claimed = await api.get(RunClaimsRepository).claim(run.id, 1, 'worker', 60_000);
  await api.administrator.post(`runs/${run.id}/cancel`);
  const fence = { runId: run.id, epoch: claimed?.epoch ?? 0 };
  await api
    .get(RunClaimsRepository)
    .suspend(fence, { status: 'confirming', nextActionAt: inSeconds(60), reason: null });
  await reconciler.run(new Date());
  expect(await stored(run.id)).toMatchObject({ status: 'cancelled' });
});

it('finishes a removal that died half-way', async () => {
  const run = await startRun();
  const exportId = new Types.ObjectId(run.exportId);
  const removals = api.database.collection('exportremovals');
  const kept = await startRun();
  await removals.insertMany([
    { _id: exportId, ledger: null, at: new Date() },
    { _id: new Types.ObjectId(kept.exportId), ledger: null, at: new Date() },
  ]);
  await exports().deleteOne({ _id: exportId });
  await reconciler.run(inSeconds(600));
  expect(await stored(run.id)).toBeNull();
  expect(await stored(kept.id)).not.toBeNull();
  expect(await removals.countDocuments()).toBe(0);
});

it('one process leads', async () => {
  const leases = api.get(LeaseRepository);
  expect(await leases.hold('test', 'a', 60_000)).toBe(true);
  expect(await leases.hold('test', 'a', 60_000)).toBe(true);
  expect(await leases.hold('test', 'b', 60_000)).toBe(false);
  await leases.release('test', 'a');
  const all = await Promise.all(['a', 'b', 'c', 'd'].map((owner) => leases.hold('test', owner, 300)));
  expect(all.filter(Boolean)).toHaveLength(1);
  await delay(350);
  expect(await leases.hold('test', 'z', 60_000)).toBe(true);
});
