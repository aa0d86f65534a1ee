import { RunClaimsRepository, SegmentRefresher, SegmentRepository } from '@audience-relay/data';
import { Types } from 'mongoose';
import { LeaderTasks } from '../background/leader-tasks';
import type { ExportDto } from '../exports/export.dto';
import { type Audience, makeAudience } from '../exports/testing/audience';
import type { ProblemDto } from '../problems/problem.dto';
import type { RefreshDto, RefreshListDto } from '../refreshes/refresh.dto';
import type { RunDto, RunListDto } from '../runs/run.dto';
import { startTestApi, type TestApi } from '../testing/test-api';
import type { RefreshScheduleDto } from './refresh-schedule.dto';
import { ScheduleClock } from './schedule-clock.service';
import type { NextTimesDto } from './schedule.dto';

const minute = 60_000;
const daily = {
  every: 'daily',
  timeZone: 'Europe/Oslo',
  time: '07:00',
  weekdays: [],
  days: [],
  cron: null,
};

/** Two API processes' worth of applications on one database: what is due must still start once. */
let api: TestApi;
let other: TestApi;
let audience: Audience;
let connectionId: Types.ObjectId;
let clocks: ScheduleClock[];

beforeAll(async () => {
  const dbName = `test_schedules_${process.pid}`;
  // Passport is one for all applications of a process, so they must sign alike.
  const shared = { dbName, redisPrefix: dbName, jwtSecret: 'a secret for two applications in one process' };
  api = await startTestApi(shared);
  other = await startTestApi(shared);
  clocks = [api.get(ScheduleClock), other.get(ScheduleClock)];
  // The test says what time it is.
  for (const each of [api, other]) await each.get(LeaderTasks).onApplicationShutdown();
  audience = await makeAudience(api);
  connectionId = await audience.connect('Account', 'administrators-and-contributors');
});

afterAll(async () => {
  await other.close();
  await api.close();
});

const exportsOf = () => api.database.collection('exports');
const oid = (id: string) => new Types.ObjectId(id);

async function create(changes = {}): Promise<ExportDto> {
  const input = audience.exportOn(connectionId, changes);
  const { status, body } = await api.administrator.post<ExportDto>('exports', input);
  expect({ status, body }).toMatchObject({ status: 201 });
  return body;
}

async function runsOf(exportId: string): Promise<RunDto[]> {
  return (await api.viewer.get<RunListDto>(`exports/${exportId}/runs`)).body.items;
}

/** Works on a run as a worker does, and ends it. */
async function endRun(run: RunDto | undefined): Promise<void> {
  if (!run) throw new Error('There is no run to end');
  const work = api.get(RunClaimsRepository);
  const claimed = await work.claim(run.id, 1, 'worker', minute);
  await work.end({ runId: run.id, epoch: claimed?.epoch ?? 0 }, { status: 'succeeded', reason: null });
}

async function refreshSegments(): Promise<void> {
  for (const id of [audience.first, audience.second]) await api.get(SegmentRefresher).refresh(id);
}

describe('the own schedule of an export', () => {
  it('starts a due run once, however many processes look at the clock', async () => {
    const created = await create({ schedule: { kind: 'own', recurrence: daily } });
    const dueAt = new Date(created.schedule.nextRunAt ?? 0);
    await Promise.all(clocks.map((clock) => clock.startDueExports(new Date(dueAt.getTime() - 1))));
    expect(await runsOf(created.id)).toEqual([]);

    const now = new Date(dueAt.getTime() + 1_000);
    const looks = [...clocks, ...clocks, ...clocks, ...clocks, ...clocks];
    await Promise.all(looks.map((clock) => clock.startDueExports(now)));
    const runs = await runsOf(created.id);
    expect(runs).toMatchObject([
      {
        status: 'queued',
        trigger: { kind: 'schedule', by: null, scheduledFor: dueAt.toISOString(), late: false },
      },
    ]);
    const { body } = await api.viewer.get<ExportDto>(`exports/${created.id}`);
    expect(Date.parse(body.schedule.nextRunAt ?? '') - dueAt.getTime()).toBeGreaterThanOrEqual(
      23 * 60 * minute,
    );
  });

  it('runs missed times once, late, and says so', async () => {
    const created = await create({ schedule: { kind: 'own', recurrence: { ...daily, every: 'hourly' } } });
    const dueAt = new Date(created.schedule.nextRunAt ?? 0);
    const fiveHoursLater = new Date(dueAt.getTime() + 5 * 60 * minute + 10 * minute);
    for (const clock of clocks) await clock.startDueExports(fiveHoursLater);
    expect(await runsOf(created.id)).toMatchObject([
      { trigger: { scheduledFor: dueAt.toISOString(), late: true } },
    ]);
    const { body } = await api.viewer.get<ExportDto>(`exports/${created.id}`);
    expect(new Date(body.schedule.nextRunAt ?? 0).getTime()).toBeGreaterThan(fiveHoursLater.getTime());
  });

  it('notes once that a run was skipped because the one before is not done', async () => {
    const created = await create({ schedule: { kind: 'own', recurrence: daily } });
    const busy = await api.administrator.post<RunDto>(`exports/${created.id}/runs`);
    const dueAt = new Date(created.schedule.nextRunAt ?? 0);
    await Promise.all([...clocks, ...clocks].map((clock) => clock.startDueExports(dueAt)));
    const runs = await runsOf(created.id);
    expect(runs.map(({ status }) => status).sort()).toEqual(['queued', 'skipped']);
    expect(runs.find(({ status }) => status === 'skipped')).toMatchObject({
      reason: { code: 'run-active' },
      trigger: { kind: 'schedule', scheduledFor: dueAt.toISOString() },
    });
    const { body } = await api.viewer.get<ExportDto>(`exports/${created.id}`);
    expect(body).toMatchObject({ activeRunId: busy.body.id, lastRun: { status: 'queued' } });
  });

  it('waits for segments that are being refreshed, and is not late for that', async () => {
    const created = await create({ schedule: { kind: 'own', recurrence: daily } });
    const dueAt = new Date(Date.now() - 10 * minute);
    await exportsOf().updateOne({ _id: oid(created.id) }, { $set: { 'schedule.nextAt': dueAt } });
    await api.get(SegmentRepository).requestRefresh(audience.first);
    await clocks[0]?.startDueExports(new Date());
    expect(await runsOf(created.id)).toEqual([]);
    await refreshSegments();
    await clocks[0]?.startDueExports(new Date());
    expect(await runsOf(created.id)).toMatchObject([{ trigger: { late: false } }]);
  });

  it('does nothing while off or detached', async () => {
    const off = await create({ schedule: { kind: 'own', recurrence: daily } });
    const detached = await create({ schedule: { kind: 'own', recurrence: daily } });
    await api.administrator.patch(`exports/${off.id}`, { version: 1, schedule: { kind: 'off' } });
    await api.administrator.post(`exports/${detached.id}/detach`, { version: 1 });
    await clocks[0]?.startDueExports(new Date(Date.now() + 48 * 60 * minute));
    expect(await runsOf(off.id)).toEqual([]);
    expect(await runsOf(detached.id)).toEqual([]);
  });

  it('shows what a recurrence means', async () => {
    const ask = (changes: object) =>
      api.viewer.post<NextTimesDto & ProblemDto>('schedules/next-times', { ...daily, ...changes });
    const { status, body } = await ask({});
    expect(status).toBe(200);
    expect(body.times).toHaveLength(5);
    const wrong = await ask({ every: 'cron', cron: 'often' });
    expect(wrong.body.errors).toMatchObject([{ path: 'cron' }]);
  });
});

describe('the system refresh', () => {
  let follows: ExportDto;
  let later: ExportDto;

  const settings = () => api.database.collection<{ _id: string }>('refreshsettings');
  const get = async (id: string) => (await api.viewer.get<RefreshDto>(`refreshes/${id}`)).body;
  /** Both processes look at it, at the same time. */
  const drive = () => Promise.all(clocks.map((clock) => clock.driveRefresh(new Date())));
  const begin = () => api.administrator.post<RefreshDto & { activeRefreshId?: string }>('refreshes');

  beforeAll(async () => {
    await exportsOf().deleteMany({});
    follows = await create({ name: 'Follows 1', segmentIds: [String(audience.first)] });
    later = await create({
      name: 'Follows 2',
      segmentIds: [String(audience.first), String(audience.second)],
    });
    await create({ name: 'Off', schedule: { kind: 'off' } });
  });

  it('is set by administrators only, and off in the beginning', async () => {
    const { body } = await api.viewer.get<RefreshScheduleDto>('settings/schedule');
    expect(body).toMatchObject({ every: 'off', nextAt: null, updatedBy: null });
    const wanted = { every: 'weekly', timeZone: 'Europe/Oslo', times: ['06:00', '18:00'], weekdays: [1, 4] };
    const put = (changes: object, caller = api.administrator) =>
      caller.put<RefreshScheduleDto & ProblemDto>('settings/schedule', {
        ...wanted,
        version: body.version,
        ...changes,
      });
    expect((await put({}, api.contributor)).status).toBe(403);
    expect((await put({ weekdays: [] })).body.errors).toMatchObject([{ path: 'weekdays' }]);
    expect((await put({ times: [] })).status).toBe(400);
    expect((await put({ times: ['1', '2', '3', '4', '5'] })).status).toBe(400);
    expect((await put({ timeZone: 'Mars/North' })).body.errors).toMatchObject([{ path: 'timeZone' }]);
    const set = await put({});
    expect(set).toMatchObject({ status: 200, body: { ...wanted, nextAt: expect.any(String) } });
    expect(set.body.updatedBy?.name).toBe('Test administrator');
    expect((await put({})).body.code).toBe('version-conflict');
    const shown = await api.viewer.get<ExportDto>(`exports/${follows.id}`);
    expect(shown.body.schedule).toMatchObject({ kind: 'follow', nextRunAt: set.body.nextAt });
    const next = await api.viewer.post<NextTimesDto>('settings/schedule/next-times', wanted);
    expect(next.body.times[0]).toBe(set.body.nextAt);
  });

  it('starts once when due, goes over segments, then exports, and ends', async () => {
    const { nextAt: dueAt } = (await api.viewer.get<RefreshScheduleDto>('settings/schedule')).body;
    const now = new Date(Date.parse(dueAt ?? '') + 1_000);
    await Promise.all([...clocks, ...clocks].map((clock) => clock.startDueRefresh(now)));
    const all = await api.viewer.get<RefreshListDto>('refreshes');
    expect(all.body.total).toBe(1);
    const [refresh] = all.body.items;
    expect(refresh).toMatchObject({
      status: 'running',
      trigger: { kind: 'schedule', by: null, scheduledFor: dueAt, late: false },
      segments: [
        { name: 'First', status: 'waiting' },
        { name: 'Second', status: 'waiting' },
      ],
      exports: [
        { name: 'Follows 1', status: 'waiting' },
        { name: 'Follows 2', status: 'waiting' },
      ],
    });
    const id = refresh?.id ?? '';

    await drive();
    expect((await get(id)).segments.map(({ status }) => status)).toEqual(['running', 'running']);
    expect((await get(id)).exports.map(({ status }) => status)).toEqual(['waiting', 'waiting']);

    // The first segment is done; whoever only needs that goes.
    await api.get(SegmentRefresher).refresh(audience.first);
    await settleAgain(audience.first);
    await drive();
    await drive();
    expect((await get(id)).exports.map(({ status }) => status)).toEqual(['running', 'waiting']);
    expect(await runsOf(follows.id)).toMatchObject([{ trigger: { kind: 'refresh', refreshId: id } }]);

    await api.get(SegmentRefresher).refresh(audience.second);
    await settleAgain(audience.second);
    await drive();
    await drive();
    expect(await runsOf(later.id)).toHaveLength(1);
    await endRun((await runsOf(follows.id))[0]);
    await endRun((await runsOf(later.id))[0]);
    await drive();
    expect(await get(id)).toMatchObject({
      status: 'succeeded',
      reason: null,
      finishedAt: expect.any(String),
    });
    expect(await settings().findOne({ _id: 'refresh' })).toMatchObject({ activeRefreshId: null });
    expect(await runsOf(follows.id)).toHaveLength(1);
  });

  it('skips exports of a segment that failed or is inactive, with that reason', async () => {
    const segments = api.database.collection('segments');
    await segments.updateOne({ _id: audience.second }, { $set: { state: 'inactive' } });
    const { status, body } = await begin();
    expect(status).toBe(202);
    expect((await begin()).body).toMatchObject({ code: 'refresh-active', activeRefreshId: body.id });
    expect((await api.contributor.post('refreshes')).status).toBe(403);
    await drive();
    const reason = { code: 'refresh-failed', message: 'The database was away.' };
    await segments.updateOne({ _id: audience.first }, { $set: { status: 'failed', again: false, reason } });
    await drive();
    await drive();
    const done = await get(body.id);
    expect(done).toMatchObject({
      status: 'failed',
      segments: expect.arrayContaining([
        expect.objectContaining({ name: 'First', status: 'failed', reason }),
        expect.objectContaining({
          name: 'Second',
          status: 'skipped',
          reason: expect.objectContaining({ code: 'segment-inactive' }),
        }),
      ]),
    });
    const message = 'The segment First could not be refreshed. The database was away.';
    expect(done.exports[0]).toMatchObject({ status: 'skipped', reason: { code: 'segment-failed', message } });
    const [run] = await runsOf(follows.id);
    expect(run).toMatchObject({ status: 'skipped', reason: { code: 'segment-failed', message } });
    const shown = await api.viewer.get<ExportDto>(`exports/${follows.id}`);
    expect(shown.body).toMatchObject({ activeRunId: null, lastRun: { status: 'skipped' } });
    await segments.updateMany({}, { $set: { state: 'active', status: 'none', again: false } });
  });

  it('can be cancelled, with the runs that it started', async () => {
    const { body } = await begin();
    await drive();
    await refreshSegments();
    await settleAgain(audience.first);
    await settleAgain(audience.second);
    await drive();
    await drive();
    expect((await get(body.id)).exports.map(({ status }) => status)).toEqual(['running', 'running']);
    const cancelled = await api.administrator.post<RefreshDto>(`refreshes/${body.id}/cancel`);
    expect(cancelled).toMatchObject({ status: 202, body: { cancelRequested: true } });
    await drive();
    expect(await get(body.id)).toMatchObject({ status: 'cancelled', reason: { code: 'cancelled' } });
    expect((await runsOf(follows.id))[0]).toMatchObject({ status: 'cancelled' });
    const again = await api.administrator.post<ProblemDto>(`refreshes/${body.id}/cancel`);
    expect(again.body.code).toBe('run-not-active');
  });

  it('waits for a run that somebody started, and comes after it', async () => {
    const busy = await api.administrator.post<RunDto>(`exports/${follows.id}/runs`);
    const { body } = await begin();
    await drive();
    await refreshSegments();
    await settleAgain(audience.first);
    await settleAgain(audience.second);
    await drive();
    await drive();
    expect((await get(body.id)).exports[0]).toMatchObject({ status: 'waiting' });
    await endRun(busy.body);
    await drive();
    expect((await get(body.id)).exports[0]).toMatchObject({ status: 'running' });
    await endRun((await runsOf(follows.id))[0]);
    await endRun((await runsOf(later.id))[0]);
    await drive();
    expect((await get(body.id)).status).toBe('succeeded');
  });

  it('frees the place of a refresh that is gone, and goes on after any crash', async () => {
    const gone = new Types.ObjectId();
    await settings().updateOne({ _id: 'refresh' }, { $set: { activeRefreshId: gone } });
    await drive();
    const { status, body } = await begin();
    expect(status).toBe(202);
    await drive();
    // Segments were asked for, and the process died before it could write that down.
    const refreshes = api.database.collection('refreshes');
    await refreshes.updateOne({ _id: oid(body.id) }, { $set: { 'segments.0.status': 'waiting' } });
    await drive();
    await refreshSegments();
    await settleAgain(audience.first);
    await settleAgain(audience.second);
    await drive();
    // Exports were started, and the process died before it could write that down.
    await drive();
    const lost = { 'exports.0.status': 'waiting', 'exports.0.runId': null };
    await refreshes.updateOne({ _id: oid(body.id) }, { $set: lost });
    await drive();
    expect((await get(body.id)).exports[0]).toMatchObject({ status: 'running', runId: expect.any(String) });
    const started = await api.database
      .collection('runs')
      .countDocuments({ 'trigger.refreshId': oid(body.id), exportId: oid(follows.id) });
    expect(started).toBe(1);
  });
});

/** Two processes may both have asked for the segment: it is refreshed once more then, as its worker would do. */
async function settleAgain(id: Types.ObjectId): Promise<void> {
  const segment = await api.get(SegmentRepository).findById(id);
  if (segment?.again || segment?.status === 'queued') await api.get(SegmentRefresher).refresh(id);
}
