import { RunClaimsRepository, RunCommandsRepository, RunProgressRepository } from '@audience-relay/data';
import { QueueDispatcher } from '@audience-relay/queue';
import { Types } from 'mongoose';
import type { ExportDto, RunAllDto } from '../exports/export.dto';
import { type Audience, makeAudience } from '../exports/testing/audience';
import type { ProblemDto } from '../problems/problem.dto';
import { startTestApi, type TestApi } from '../testing/test-api';
import { RunRetention } from './run-retention.service';
import type { RemovalReviewDto, RunBatchListDto, RunDto, RunIssueListDto, RunListDto } from './run.dto';

type Refusal = Omit<ProblemDto, 'status'> & { activeRunId?: string };

let api: TestApi;
let audience: Audience;
let shared: Types.ObjectId;
let own: Types.ObjectId;

beforeAll(async () => {
  api = await startTestApi();
  audience = await makeAudience(api);
  shared = await audience.connect('Shared', 'administrators-and-contributors');
  own = await audience.connect('Own', 'administrators');
});

afterAll(() => api.close());

async function create(connectionId = shared, changes = {}): Promise<ExportDto> {
  const { body } = await api.administrator.post<ExportDto>(
    'exports',
    audience.exportOn(connectionId, changes),
  );
  return body;
}

async function start(exportId: string, body?: object, headers?: Record<string, string>) {
  return api.contributor.post<RunDto & Refusal>(`exports/${exportId}/runs`, body, headers);
}

const jobOf = (runId: string, dispatch: number) =>
  api.get(QueueDispatcher).queue('export-runs').getJob(`${runId}-${dispatch}`);

/** Does what a worker does with a run: takes it. */
async function claim(runId: string, leaseMs = 60_000, dispatch = 1) {
  const run = await api.get(RunClaimsRepository).claim(runId, dispatch, 'test-worker', leaseMs);
  if (!run) throw new Error('The run could not be claimed');
  return { runId, epoch: run.epoch };
}

const progressOf = (exportId: string) =>
  api.get(RunProgressRepository).open(new Types.ObjectId(exportId), () => undefined);

describe('starting', () => {
  it('claims the export and queues the run; a second one is refused and names the first', async () => {
    const { id } = await create();
    const first = await start(id, { scope: 'everyone' });
    expect(first).toMatchObject({
      status: 202,
      body: {
        exportId: id,
        exportName: 'Newsletter readers',
        destination: 'sendgrid',
        status: 'queued',
        reason: null,
        trigger: { kind: 'on-demand', by: { name: 'Test contributor' }, late: false },
        scope: 'everyone',
        mode: 'upsert',
        counts: { members: 0, sent: 0, rejected: 0 },
        total: null,
        startedAt: null,
        finishedAt: null,
      },
    });
    expect((await jobOf(first.body.id, 1))?.data).toEqual({ runId: first.body.id, dispatch: 1 });
    const shown = await api.viewer.get<ExportDto>(`exports/${id}`);
    expect(shown.body).toMatchObject({ activeRunId: first.body.id, lastRun: { status: 'queued' } });

    const second = await start(id);
    expect(second).toMatchObject({
      status: 409,
      body: { code: 'run-active', activeRunId: first.body.id },
    });
    expect((await api.administrator.delete<Refusal>(`exports/${id}`)).body).toMatchObject({
      code: 'run-active',
      activeRunId: first.body.id,
    });
  });

  it('of twenty at once, one wins and nothing is left of the others', async () => {
    const { id } = await create();
    const answers = await Promise.all(Array.from({ length: 20 }, () => start(id)));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
    const runs = await api.viewer.get<RunListDto>(`exports/${id}/runs`);
    expect(runs.body.total).toBe(1);
  });

  it('needs the right to edit', async () => {
    const hidden = await create(own);
    expect((await start(hidden.id)).status).toBe(403);
    const visible = await create();
    expect((await api.viewer.post(`exports/${visible.id}/runs`)).status).toBe(403);
    expect((await start(String(new Types.ObjectId()))).status).toBe(404);
    expect((await start(visible.id, { scope: 'nobody' })).status).toBe(400);
  });

  it('all: those with an active schedule that one may run', async () => {
    const scheduled = await create(shared, { name: 'all 1' });
    const off = await create(shared, { name: 'all 2', schedule: { kind: 'off' } });
    const hidden = await create(own, { name: 'all 3' });
    const { status, body } = await api.contributor.post<RunAllDto>('exports/run-all');
    expect(status).toBe(202);
    const started = await api.viewer.get<ExportDto>(`exports/${scheduled.id}`);
    expect(body.started).toContain(started.body.activeRunId);
    expect(body.skipped).toContainEqual(expect.objectContaining({ exportId: hidden.id, code: 'forbidden' }));
    expect((await api.viewer.get<ExportDto>(`exports/${off.id}`)).body.activeRunId).toBeNull();
  });
});

describe('removals of a held run', () => {
  const digest = 'digest-of-what-was-counted';

  /** Ends a run of this export as a worker does that holds its removals. */
  async function hold(exportId: string): Promise<string> {
    const { id } = (await start(exportId)).body;
    const work = api.get(RunClaimsRepository);
    const fence = await claim(id);
    const counts = { people: 500, unmanaged: 0, formerIdentities: 3, delivered: 500, remaining: 0 };
    await progressOf(exportId).holdRemovals(fence, { ...counts, digest, firstSeq: 1, held: true });
    await progressOf(exportId).writeIssues(fence, [
      {
        profileId: 'p1',
        kind: 'removal',
        code: 'removal-left',
        message: 'Left.',
        identity: 'p***@x.org',
        field: null,
      },
    ]);
    await work.end(fence, { status: 'held', reason: { code: 'removals-held', message: 'Too many.' } });
    return id;
  }

  const decide = (user: TestApi['contributor'], runId: string, how: string, body?: object) =>
    user.post<RunDto & Refusal>(`runs/${runId}/${how}-removals`, body);

  it('are shown with their numbers, and who they are to those who may see rejected rows', async () => {
    const runId = await hold((await create(shared, { mode: 'mirror' })).id);
    expect((await api.viewer.get<RunDto>(`runs/${runId}`)).body).toMatchObject({
      status: 'held',
      removals: {
        ...{ people: 500, formerIdentities: 3, delivered: 500, remaining: 0, digest, held: true },
        limit: { percent: 20, count: 10 },
        decision: null,
      },
    });
    const issues = `runs/${runId}/issues?kind=removal`;
    expect((await api.viewer.get(issues)).status).toBe(403);
    expect((await api.contributor.get<RunIssueListDto>(issues)).body).toMatchObject({
      items: [{ kind: 'removal', identity: 'p***@x.org', profileId: 'p1' }],
    });
    expect((await api.viewer.get(`runs/${runId}/removals`)).status).toBe(403);
  });

  it('are approved by a person, once, for exactly what was seen', async () => {
    const { id } = await create(shared, { mode: 'mirror' });
    const runId = await hold(id);
    expect((await decide(api.viewer, runId, 'approve', { digest })).status).toBe(403);
    expect((await decide(api.contributor, runId, 'approve', {})).status).toBe(400);
    expect((await decide(api.contributor, runId, 'approve', { digest: 'another' })).body.code).toBe(
      'removals-changed',
    );
    const answers = await Promise.all([
      decide(api.contributor, runId, 'approve', { digest }),
      decide(api.administrator, runId, 'approve', { digest }),
      decide(api.administrator, runId, 'reject'),
    ]);
    const codes = answers.flatMap(({ body }) => body.code ?? []);
    expect(codes).toEqual(['removals-decided', 'removals-decided']);
    const [started] = answers.filter(({ status }) => status < 300);
    const { body: held } = await api.viewer.get<RunDto>(`runs/${runId}`);
    if (held.removals?.decision?.kind === 'approved') {
      expect(started?.body).toMatchObject({ trigger: { kind: 'approval' }, status: 'queued' });
      expect(held.removals.decision.runId).toBe(started?.body.id);
    }
    expect((await decide(api.contributor, runId, 'reject')).body.code).toBe('removals-decided');
  });

  it('can be approved again when the run could not be started', async () => {
    const { id } = await create(shared, { mode: 'mirror' });
    const runId = await hold(id);
    const other = await start(id);
    expect((await decide(api.contributor, runId, 'approve', { digest })).body).toMatchObject({
      code: 'run-active',
      activeRunId: other.body.id,
    });
    await api.contributor.post(`runs/${other.body.id}/cancel`);
    const { status, body } = await decide(api.contributor, runId, 'approve', { digest });
    expect([status, body.trigger?.kind]).toEqual([202, 'approval']);
    expect(await api.get(RunClaimsRepository).claim(body.id, 1, 'w', 60_000)).toMatchObject({
      plan: { approval: { digest } },
    });
  });

  it('are rejected for good, and only where some are held', async () => {
    const runId = await hold((await create(shared, { mode: 'mirror' })).id);
    expect((await decide(api.contributor, runId, 'reject')).body).toMatchObject({
      status: 'held',
      removals: { decision: { kind: 'rejected', by: { name: 'Test contributor' }, runId: null } },
    });
    const { id } = (await start((await create()).id)).body;
    expect((await decide(api.contributor, id, 'reject')).body.code).toBe('run-not-held');
    const hidden = await create(own, { mode: 'mirror' });
    const { body } = await api.administrator.post<RunDto>(`exports/${hidden.id}/runs`);
    expect((await decide(api.contributor, body.id, 'reject')).status).toBe(403);
  });

  it('are not approved by an API key, whatever its role', async () => {
    const runId = await hold((await create(shared, { mode: 'mirror' })).id);
    const made = await api.administrator.post<{ key: string }>('api-keys', {
      ...{ name: `guard ${runId}`, role: 'administrator' },
    });
    const answer = await fetch(`${api.url}/api/v1/runs/${runId}/approve-removals`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${made.body.key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ digest }),
    });
    expect(answer.status).toBe(403);
  });

  it('come with what changed since everything was last delivered', async () => {
    const { id, version } = await create(shared, { mode: 'mirror' });
    const first = (await start(id)).body;
    await api.get(RunClaimsRepository).end(await claim(first.id), { status: 'succeeded', reason: null });
    const mapping = { fields: { email: 'firstName' }, custom: [] };
    const segmentIds = [String(audience.second)];
    const changed = await api.administrator.patch<ExportDto>(`exports/${id}`, {
      version,
      mapping,
      segmentIds,
    });
    expect(changed.status).toBe(200);
    const runId = await hold(id);
    const review = await api.contributor.get<RemovalReviewDto>(`runs/${runId}/removals`);
    expect(review.body).toMatchObject({ sinceRunId: first.id });
    expect(review.body.changes.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['mapping', 'segments']),
    );
    expect(review.body.changes.map(({ kind }) => kind)).not.toContain('mode');
  });
});

describe('an Idempotency-Key', () => {
  it('makes the same request twice one request', async () => {
    const { id } = await create();
    const key = { 'Idempotency-Key': 'nightly-2026-01-05' };
    const [one, two] = await Promise.all([start(id, {}, key), start(id, {}, key)]);
    expect([one.status, two.status]).toEqual([202, 202]);
    expect(two.body).toEqual(one.body);
    const third = await start(id, {}, key);
    expect(third.body).toEqual(one.body);
    expect(third.headers.get('Idempotency-Replayed')).toBe('true');

    const other = await start(id, { scope: 'everyone' }, key);
    expect(other).toMatchObject({ status: 409, body: { code: 'idempotency-key-reused' } });
    // Someone else's key is another key.
    const elsewhere = await api.administrator.post<Refusal>(`exports/${id}/runs`, {}, key);
    expect(elsewhere.body.code).toBe('run-active');
  });

  it('keeps no answer of failure', async () => {
    const { id } = await create();
    const key = { 'Idempotency-Key': 'again' };
    const running = await start(id);
    expect((await start(id, {}, key)).status).toBe(409);
    await api.contributor.post(`runs/${running.body.id}/cancel`);
    expect((await start(id, {}, key)).status).toBe(202);
    expect((await start(id, {}, { 'Idempotency-Key': 'x'.repeat(201) })).status).toBe(400);
  });
});

describe('cancelling', () => {
  it('ends a run that no worker holds at once', async () => {
    const { id } = await create();
    const { body: run } = await start(id);
    expect((await api.viewer.post(`runs/${run.id}/cancel`)).status).toBe(403);
    const cancelled = await api.contributor.post<RunDto>(`runs/${run.id}/cancel`);
    expect(cancelled).toMatchObject({
      status: 202,
      body: { status: 'cancelled', reason: { code: 'cancelled' }, finishedAt: expect.any(String) },
    });
    const shown = await api.viewer.get<ExportDto>(`exports/${id}`);
    expect(shown.body).toMatchObject({ activeRunId: null, lastRun: { id: run.id, status: 'cancelled' } });
    const again = await api.contributor.post<Refusal>(`runs/${run.id}/cancel`);
    expect(again).toMatchObject({ status: 409, body: { code: 'run-not-active' } });
    // A job that comes late finds nothing.
    expect(await api.get(RunClaimsRepository).claim(run.id, 1, 'late', 1_000)).toBeNull();
    expect((await start(id)).status).toBe(202);
  });

  it('asks the worker of a run that is held', async () => {
    const { id } = await create();
    const { body: run } = await start(id);
    const fence = await claim(run.id);
    const asked = await api.contributor.post<RunDto>(`runs/${run.id}/cancel`);
    expect(asked.body).toMatchObject({ status: 'running', cancelRequested: true });
    const work = api.get(RunClaimsRepository);
    expect(await work.extendLease(fence, 60_000)).toEqual({ cancelRequested: true });
    await work.end(fence, { status: 'cancelled', reason: null });
    expect((await api.viewer.get<ExportDto>(`exports/${id}`)).body.activeRunId).toBeNull();
  });

  it('takes a lost worker for none', async () => {
    const { id } = await create();
    const { body: run } = await start(id);
    const fence = await claim(run.id, -1);
    expect((await api.contributor.post<RunDto>(`runs/${run.id}/cancel`)).body.status).toBe('cancelled');
    // The worker wakes up and can write nothing.
    expect(await progressOf(id).setTotal(fence, 5)).toBe(false);
  });
});

describe('what a run leaves behind', () => {
  let run: RunDto;
  let exportId: string;

  beforeAll(async () => {
    exportId = (await create()).id;
    run = (await start(exportId)).body;
    const fence = await claim(run.id);
    const work = api.get(RunClaimsRepository);
    await progressOf(exportId).setTotal(fence, 8);
    await progressOf(exportId).beginBatch(fence, { seq: 1, phase: 'send', from: null, to: null }, []);
    await progressOf(exportId).writeIssues(fence, [
      {
        profileId: 'p01',
        kind: 'rejected',
        code: 'invalid-phone',
        message: 'No, "really"',
        identity: 'p***@example.com',
        field: 'phone_number',
      },
      {
        profileId: 'p02',
        kind: 'skipped',
        code: 'email-missing',
        message: '=1+1',
        identity: null,
        field: null,
      },
      {
        profileId: 'p03',
        kind: 'rejected',
        code: 'invalid-phone',
        message: 'No',
        identity: 'p***@example.com',
        field: null,
      },
    ]);
    await progressOf(exportId).settleBatch(
      fence,
      {
        seq: 1,
        phase: 'send',
        records: 7,
        bytes: 700,
        requests: 1,
        begunRequests: 0,
        rejected: 2,
        startedAt: new Date(),
        durationMs: 12,
      },
      { members: 8, added: 7, sent: 7, rejected: 2, skipped: 1 },
      [],
    );
    await work.end(fence, {
      status: 'partial',
      reason: { code: 'rows-rejected', message: 'Two rows were rejected.' },
    });
  });

  it('is shown with its counts', async () => {
    const { body } = await api.viewer.get<RunDto>(`runs/${run.id}`);
    expect(body).toMatchObject({
      status: 'partial',
      reason: { code: 'rows-rejected' },
      total: 8,
      requests: 1,
      failedRequests: 0,
      counts: { members: 8, sent: 7, rejected: 2, skipped: 1 },
      startedAt: expect.any(String),
      finishedAt: expect.any(String),
    });
  });

  it('is found among all runs', async () => {
    const ids = async (query: string) =>
      (await api.viewer.get<RunListDto>(`runs?${query}`)).body.items.map(({ id }) => id);
    expect(await ids(`exportId=${exportId}`)).toEqual([run.id]);
    expect(await ids(`exportId=${exportId}&status=failed,partial`)).toEqual([run.id]);
    expect(await ids(`exportId=${exportId}&status=failed&status=partial`)).toEqual([run.id]);
    expect(await ids(`exportId=${exportId}&status=failed`)).toEqual([]);
    expect((await api.viewer.get('runs?status=odd')).status).toBe(400);
    const newest = await ids('limit=200');
    expect(newest).toEqual([...newest].sort().reverse());
  });

  it('lists its issues page by page, to those who may see them', async () => {
    const list = (query: string, caller = api.contributor) =>
      caller.get<RunIssueListDto>(`runs/${run.id}/issues?${query}`);
    const all = await list('');
    expect(all.body.items.map(({ profileId }) => profileId)).toEqual(['p01', 'p02', 'p03']);
    const page = await list('kind=rejected&limit=1');
    expect(page.body).toMatchObject({
      total: 2,
      items: [{ profileId: 'p01', identity: 'p***@example.com' }],
    });
    const next = await list(`kind=rejected&limit=1&cursor=${page.body.nextCursor}`);
    expect(next.body).toMatchObject({ nextCursor: null, items: [{ profileId: 'p03' }] });
    expect((await list('', api.viewer)).status).toBe(403);
  });

  it('gives its issues as CSV that no spreadsheet runs', async () => {
    const response = await api.contributor.fetch(`runs/${run.id}/issues.csv`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/csv');
    expect(response.headers.get('content-disposition')).toContain(`run-${run.id}-issues.csv`);
    const lines = (await response.text()).trim().split('\n');
    expect(lines[0]).toContain('profile,kind,code,message,identity,field,at');
    expect(lines[1]).toContain('p01,rejected,invalid-phone,"No, ""really""",p***@example.com,phone_number,');
    expect(lines[2]).toContain("email-missing,'=1+1,,,");
    expect((await api.viewer.fetch(`runs/${run.id}/issues.csv`)).status).toBe(403);
  });

  it('lists its batches', async () => {
    const { body } = await api.viewer.get<RunBatchListDto>(`runs/${run.id}/batches`);
    expect(body.items).toMatchObject([
      { seq: 1, phase: 'send', status: 'accepted', records: 7, rejected: 2 },
    ]);
  });

  it('can be retried, for its rejected rows only', async () => {
    const retried = await api.contributor.post<RunDto>(`runs/${run.id}/retry`);
    expect(retried).toMatchObject({
      status: 202,
      body: { retryOf: run.id, trigger: { kind: 'retry', by: { name: 'Test contributor' } } },
    });
    const busy = await api.contributor.post<Refusal>(`runs/${run.id}/retry`);
    expect(busy.body).toMatchObject({ code: 'run-active', activeRunId: retried.body.id });
    await api.contributor.post(`runs/${retried.body.id}/cancel`);
    const nothing = await api.contributor.post<Refusal>(`runs/${retried.body.id}/retry`);
    expect(nothing).toMatchObject({ status: 409, body: { code: 'nothing-to-retry' } });
  });

  it('goes with its export', async () => {
    const deliveries = api.database.collection<{ _id: string }>('deliveries');
    const others = `${String(new Types.ObjectId())}.list/p01`;
    // Of every target that it ever delivered to.
    for (const target of ['list', 'former']) await deliveries.insertOne({ _id: `${exportId}.${target}/p01` });
    await deliveries.insertOne({ _id: others });
    expect((await api.contributor.delete(`exports/${exportId}`)).status).toBe(204);
    for (const name of ['runissues', 'runbatches'])
      expect(await api.database.collection(name).countDocuments({ runId: new Types.ObjectId(run.id) })).toBe(
        0,
      );
    expect((await api.viewer.get(`runs/${run.id}`)).status).toBe(404);
    expect((await deliveries.find().toArray()).map(({ _id }) => _id)).toEqual([others]);
  });
});

it('a skipped occurrence is written once, however many try', async () => {
  const { id } = await create();
  const target = {
    ...(await api.database.collection('exports').findOne({ _id: new Types.ObjectId(id) })),
  } as never;
  const commands = api.get(RunCommandsRepository);
  const at = new Date();
  const skip = () =>
    commands.skip(
      target,
      { trigger: { kind: 'schedule', by: null, scheduledFor: at } },
      { code: 'segment-failed', message: 'A segment failed.' },
      { filter: { 'schedule.nextAt': null }, set: { 'schedule.nextAt': at } },
    );
  const written = await Promise.all([skip(), skip(), skip()]);
  expect(written.filter(Boolean)).toHaveLength(1);
  const { body } = await api.viewer.get<RunListDto>(`exports/${id}/runs`);
  expect(body.items).toMatchObject([{ status: 'skipped', reason: { code: 'segment-failed' } }]);
});

it('history is removed after a set time, but for the last run and what is in doubt', async () => {
  const { id } = await create();
  const ids: string[] = [];
  for (let count = 0; count < 4; count += 1) {
    const { body } = await start(id);
    await api.contributor.post(`runs/${body.id}/cancel`);
    ids.push(body.id);
  }
  const [old, inDoubt, fresh, last] = ids.map((each) => new Types.ObjectId(each));
  const runs = api.database.collection('runs');
  const longAgo = new Date(Date.now() - 91 * 86_400_000);
  const ended = { _id: { $in: [old, inDoubt, last] } };
  await runs.updateMany(ended as never, { $set: { finishedAt: longAgo } });
  await runs.updateOne({ _id: inDoubt }, { $set: { inFlight: [{ seq: 1 }] } });
  const issue = { _id: `${String(old)}/p01/x` as never, runId: old };
  await api.database.collection('runissues').insertOne(issue);

  await api.get(RunRetention).run(new Date());
  const left = await runs
    .find({ exportId: new Types.ObjectId(id) })
    .sort({ _id: 1 })
    .toArray();
  expect(left.map(({ _id }) => String(_id))).toEqual([inDoubt, fresh, last].map(String));
  expect(await api.database.collection('runissues').countDocuments({ runId: old })).toBe(0);
});
