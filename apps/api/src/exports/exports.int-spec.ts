import { startSandbox, type RunningSandbox } from '@audience-relay/sendgrid-sandbox';
import { Types } from 'mongoose';
import type { ProblemDto } from '../problems/problem.dto';
import { startTestApi, type TestApi } from '../testing/test-api';
import { noCounts } from '@audience-relay/contracts';
import type { ExportOverviewDto } from './export-overview.dto';
import type {
  BulkScheduleResultDto,
  ExportDto,
  ExportListDto,
  ExportPreviewDto,
  ExportTotalsDto,
} from './export.dto';
import { ExportTotalsService, type TotalLimits } from './export-totals';
import { type Audience, makeAudience } from './testing/audience';

let api: TestApi;
let audience: Audience;
let shared: Types.ObjectId;
let own: Types.ObjectId;

beforeAll(async () => {
  api = await startTestApi();
  audience = await makeAudience(api);
  shared = await audience.connect('Shared account', 'administrators-and-contributors');
  own = await audience.connect('Board account', 'administrators');
});

afterAll(() => api.close());

async function create(connectionId = shared, changes = {}): Promise<ExportDto> {
  const { status, body } = await api.administrator.post<ExportDto>(
    'exports',
    audience.exportOn(connectionId, changes),
  );
  expect({ status, body }).toMatchObject({ status: 201 });
  return body;
}

describe('the overview', () => {
  const counts = { ...noCounts, members: 60 };

  it('sums the runs of all days in the database, and says what needs attention', async () => {
    const bad = await audience.connect('Broken account', 'administrators');
    await api.database
      .collection('connections')
      .updateOne(
        { _id: bad },
        { $set: { status: { state: 'attention', message: 'No.', testedAt: new Date() } } },
      );
    const [fine, rejecting, failing, detached] = [
      await create(own, { name: 'Fine' }),
      await create(own, { name: 'Rejecting' }),
      await create(own, { name: 'Failing' }),
      await create(own, { name: 'Detached' }),
    ];
    await api.administrator.post(`exports/${detached.id}/detach`, { version: detached.version });
    const ended = async ({ id }: ExportDto, status: string, more: object) => {
      const lastRun = { id: new Types.ObjectId(), status, reason: null, counts: { ...counts, ...more } };
      await api.database
        .collection('exports')
        .updateOne(
          { _id: new Types.ObjectId(id) },
          { $set: { lastRun: { ...lastRun, queuedAt: new Date(), finishedAt: new Date() } } },
        );
    };
    await ended(fine, 'succeeded', { sent: 60 });
    await ended(rejecting, 'partial', { sent: 60, rejected: 20 });
    await ended(failing, 'failed', {});
    // More runs than any page holds, the oldest of them too old.
    const now = Date.now();
    const runs = Array.from({ length: 450 }, (_, index) => {
      const queuedAt = new Date(now - (index < 50 ? 40 * 86_400_000 : 60_000 * (index % 300)));
      return {
        _id: Types.ObjectId.createFromTime(Math.floor(queuedAt.getTime() / 1000)),
        ...{ queuedAt, destination: index % 2 ? 'sendgrid' : 'webhook' },
        counts: { ...counts, sent: 100, rejected: 1 },
      };
    });
    const unique = runs.map((run, index) => ({
      ...run,
      _id: new Types.ObjectId(String(run._id).slice(0, 8) + index.toString(16).padStart(16, '0')),
    }));
    await api.database.collection('runs').insertMany(unique);

    const { status, body } = await api.administrator.get<ExportOverviewDto>(
      'exports/overview?days=14&timeZone=Europe/Oslo',
    );
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        inTrouble: 2,
        detachedCount: 1,
        detached: [{ id: detached.id, name: 'Detached' }],
        badConnections: [{ id: String(bad), name: 'Broken account' }],
        nextRefreshAt: null,
      },
    });
    expect(body.trouble.map(({ name }) => name).sort()).toEqual(['Failing', 'Rejecting']);
    const sum = (of: 'runs' | 'delivered' | 'rejected') =>
      body.delivered.reduce((total, day) => total + day[of], 0);
    expect([sum('runs'), sum('delivered'), sum('rejected')]).toEqual([400, 39_600, 400]);
    expect(new Set(body.delivered.map(({ destination }) => destination))).toEqual(
      new Set(['sendgrid', 'webhook']),
    );

    // Connections are the administrators' business.
    const viewed = await api.viewer.get<ExportOverviewDto>('exports/overview');
    expect(viewed.body).toMatchObject({ inTrouble: 2, badConnections: [] });
    expect((await api.viewer.get('exports/overview?timeZone=Mars')).status).toBe(400);
    expect((await api.viewer.get('exports/overview?days=91')).status).toBe(400);

    await api.database.collection('runs').deleteMany({});
    for (const { id } of [fine, rejecting, failing, detached])
      await api.administrator.delete(`exports/${id}`);
    await api.database.collection('connections').deleteOne({ _id: bad });
  });
});

describe('an export', () => {
  it('is made, read, changed and removed, and runs nothing by itself', async () => {
    const created = await create(shared, { name: '  Readers  ', segmentIds: [String(audience.first)] });
    expect(created).toMatchObject({
      name: 'Readers',
      connection: { id: String(shared), name: 'Shared account', sharing: 'administrators-and-contributors' },
      destination: 'sendgrid',
      settingsLabels: { list: 'Newsletter' },
      segments: [{ id: String(audience.first), name: 'First', memberCount: null, state: 'active' }],
      mode: 'upsert',
      scope: 'changes',
      hardLimit: null,
      schedule: { kind: 'follow', resumes: 'follow', recurrence: null, nextRunAt: null },
      activeRunId: null,
      lastRun: null,
      canEdit: true,
      createdBy: { name: 'Test administrator' },
      version: 1,
      warnings: [],
    });

    const changed = await api.administrator.patch<ExportDto>(`exports/${created.id}`, {
      version: 1,
      name: 'All readers',
      hardLimit: 3,
    });
    expect(changed.body).toMatchObject({
      name: 'All readers',
      hardLimit: 3,
      mode: 'upsert',
      version: 2,
      warnings: [{ code: 'over-hard-limit' }],
    });
    const cleared = await api.administrator.patch<ExportDto>(`exports/${created.id}`, {
      version: 2,
      hardLimit: null,
    });
    expect(cleared.body).toMatchObject({ name: 'All readers', hardLimit: null, version: 3 });
    expect((await api.viewer.get<ExportDto>(`exports/${created.id}`)).body).toEqual({
      ...cleared.body,
      canEdit: false,
      permissions: ['export:read', 'export:read-settings'],
    });

    expect((await api.administrator.delete(`exports/${created.id}`)).status).toBe(204);
    expect((await api.administrator.get(`exports/${created.id}`)).status).toBe(404);
    expect(await api.database.collection('runs').countDocuments()).toBe(0);
    expect(await api.database.collection('exportremovals').countDocuments()).toBe(0);
  });

  it('takes strangers off only in mirror, and not in a copy', async () => {
    const { status, body } = await api.administrator.post<ProblemDto>(
      'exports',
      audience.exportOn(shared, { removeStrangers: true }),
    );
    expect({ status, paths: body.errors?.map(({ path }) => path) }).toEqual({
      status: 400,
      paths: ['removeStrangers'],
    });
    const account = await audience.connect('Rivals account', 'administrators');
    const alone = await create(account, { name: 'Alone', mode: 'mirror', removeStrangers: true });
    expect(alone).toMatchObject({ removeStrangers: true, warnings: [] });
    const copy = await api.administrator.post<ExportDto>(`exports/${alone.id}/duplicate`, {});
    expect(copy.body).toMatchObject({ mode: 'mirror', removeStrangers: false });
  });

  it('drops the name of a list when another list is chosen without one', async () => {
    const { id, settings } = await create();
    const same = await api.administrator.patch<ExportDto>(`exports/${id}`, { version: 1, settings });
    expect(same.body.settingsLabels).toEqual({ list: 'Newsletter' });
    const other = { ...settings, list: '5a9d6c3e-0000-4000-8000-000000000002' };
    const moved = await api.administrator.patch<ExportDto>(`exports/${id}`, { version: 2, settings: other });
    expect(moved.body).toMatchObject({ settings: other, settingsLabels: {} });
  });

  it('is not changed on an old version', async () => {
    const { id } = await create();
    await api.administrator.patch(`exports/${id}`, { version: 1, name: 'Second' });
    const late = await api.administrator.patch<ProblemDto>(`exports/${id}`, { version: 1, name: 'Third' });
    expect(late).toMatchObject({ status: 409, body: { code: 'version-conflict' } });
  });

  it('tells all mistakes at once, with their places', async () => {
    const { status, body } = await api.administrator.post<ProblemDto>('exports', {
      ...audience.exportOn(shared),
      settings: {},
      mapping: {
        fields: { first_name: 'nickname' },
        custom: [{ source: 'points', name: '', type: 'number' }],
      },
      segmentIds: [String(new Types.ObjectId())],
    });
    expect(status).toBe(400);
    expect(body.code).toBe('validation-failed');
    expect(body.errors?.map(({ path }) => path)).toEqual([
      'settings.list',
      'mapping.fields.first_name',
      'mapping.fields.email',
      'mapping.custom.0.name',
      'segmentIds.0',
    ]);
    const shapes = await api.administrator.post<ProblemDto>('exports', {
      ...audience.exportOn(shared),
      name: ' ',
      segmentIds: [],
      schedule: { kind: 'own', recurrence: { every: 'daily', timeZone: 'Europe/Oslo', time: '24:00' } },
    });
    expect(shapes.body.errors?.map(({ path }) => path)).toEqual([
      'name',
      'segmentIds',
      'schedule.recurrence.time',
    ]);
    const zone = await api.administrator.post<ProblemDto>('exports', {
      ...audience.exportOn(shared),
      schedule: { kind: 'own', recurrence: { every: 'weekly', timeZone: 'Nowhere', time: '08:00' } },
    });
    expect(zone.body.errors?.map(({ path }) => path)).toEqual([
      'schedule.recurrence.timeZone',
      'schedule.recurrence.weekdays',
    ]);
  });

  it('can be copied; the copy is off', async () => {
    const schedule = {
      kind: 'own',
      recurrence: { every: 'daily', timeZone: 'UTC', time: '05:00', weekdays: [], days: [], cron: null },
    };
    const original = await create(shared, { schedule });
    expect(original.schedule.nextRunAt).toMatch(/T05:00:00.000Z$/);
    const { status, body } = await api.contributor.post<ExportDto>(`exports/${original.id}/duplicate`, {});
    expect(status).toBe(201);
    expect(body).toMatchObject({
      name: 'Newsletter readers (copy)',
      mapping: original.mapping,
      settings: original.settings,
      schedule: { kind: 'off', resumes: 'own', recurrence: schedule.recurrence, nextRunAt: null },
      createdBy: { name: 'Test contributor' },
    });
  });
});

describe('rights', () => {
  it('follow the connection', async () => {
    const onShared = await create(shared);
    const onOwn = await create(own);
    const canEdit = async (id: string) =>
      (await api.contributor.get<ExportDto>(`exports/${id}`)).body.canEdit;
    expect(await canEdit(onShared.id)).toBe(true);
    expect(await canEdit(onOwn.id)).toBe(false);

    const change = { version: 1, name: 'Renamed' };
    expect((await api.contributor.patch(`exports/${onShared.id}`, change)).status).toBe(200);
    expect((await api.contributor.patch(`exports/${onOwn.id}`, change)).status).toBe(403);
    expect((await api.contributor.delete(`exports/${onOwn.id}`)).status).toBe(403);
    expect((await api.contributor.post(`exports/${onOwn.id}/duplicate`, {})).status).toBe(403);
    expect((await api.contributor.post(`exports/${onOwn.id}/preview`)).status).toBe(403);
    expect((await api.contributor.post('exports', audience.exportOn(own))).status).toBe(403);
    expect((await api.contributor.post('exports', audience.exportOn(shared))).status).toBe(201);
    expect((await api.viewer.post('exports', audience.exportOn(shared))).status).toBe(403);
    expect((await api.nobody.get('exports')).status).toBe(401);
  });

  it('only administrators detach and attach', async () => {
    const { id } = await create(shared);
    expect((await api.contributor.post(`exports/${id}/detach`, { version: 1 })).status).toBe(403);

    const detached = await api.administrator.post<ExportDto>(`exports/${id}/detach`, { version: 1 });
    expect(detached).toMatchObject({
      status: 200,
      body: { connection: null, version: 2, warnings: [{ code: 'detached' }] },
    });
    expect((await api.contributor.get<ExportDto>(`exports/${id}`)).body.canEdit).toBe(false);
    expect((await api.administrator.post<ProblemDto>(`exports/${id}/runs`)).body.code).toBe(
      'export-detached',
    );

    const attached = await api.administrator.post<ExportDto>(`exports/${id}/attach`, {
      version: 2,
      connectionId: String(own),
    });
    expect(attached.body).toMatchObject({ connection: { name: 'Board account' }, version: 3 });
  });
});

describe('the list', () => {
  it('finds by name of export, connection and destination, and sorts', async () => {
    const names = ['Ärger', 'zebra', 'Apple'];
    for (const name of names) await create(own, { name: `sorted ${name}` });
    const list = async (query: string) => {
      const { body } = await api.viewer.get<ExportListDto>(`exports?${query}`);
      return body.items.map(({ name }) => name);
    };
    expect(await list('search=SORTED')).toEqual(['sorted Apple', 'sorted zebra', 'sorted Ärger']);
    expect(await list('search=sorted&sort=-name')).toEqual(['sorted Ärger', 'sorted zebra', 'sorted Apple']);
    expect(await list('search=board%20acc')).toEqual(
      expect.arrayContaining(['sorted Apple', 'sorted zebra']),
    );
    expect((await list('search=sendgrid&limit=200')).length).toBeGreaterThan(3);
    expect(await list('search=no.such')).toEqual([]);
    expect((await list(`connectionId=${String(own)}`)).length).toBeGreaterThanOrEqual(3);
    expect(await list(`segmentId=${String(new Types.ObjectId())}`)).toEqual([]);

    const page = await api.viewer.get<ExportListDto>('exports?search=sorted&limit=2');
    expect(page.body).toMatchObject({ total: 3 });
    const rest = await list(`search=sorted&limit=2&cursor=${page.body.nextCursor}`);
    expect(rest).toEqual(['sorted Ärger']);
  });
});

describe('the limit of removals', () => {
  it('has a default, is kept, copied, and checked', async () => {
    const { body } = await api.administrator.post<ExportDto>(
      'exports',
      audience.exportOn(shared, { name: 'guard 1' }),
    );
    expect(body.removalLimit).toEqual({ percent: 20, count: 10 });
    const removalLimit = { percent: 2.5, count: 0 };
    const changed = await api.administrator.patch<ExportDto>(`exports/${body.id}`, {
      version: 1,
      removalLimit,
    });
    expect(changed.body.removalLimit).toEqual(removalLimit);
    const copy = await api.administrator.post<ExportDto>(`exports/${body.id}/duplicate`);
    expect(copy.body.removalLimit).toEqual(removalLimit);
    for (const wrong of [
      { percent: 101, count: 1 },
      { percent: -1, count: 1 },
      { percent: 1 },
      { percent: 1, count: 1.5 },
      null,
    ])
      expect(
        (await api.administrator.patch(`exports/${body.id}`, { version: 2, removalLimit: wrong })).status,
      ).toBe(400);
  });
});

describe('totals', () => {
  it('count each person once', async () => {
    const segmentIds = [String(audience.first), String(audience.second)];
    const { status, body } = await api.contributor.post<ExportTotalsDto>('exports/totals', {
      segmentIds,
      connectionId: String(shared),
      hardLimit: 9,
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      perSegment: [
        { id: segmentIds[0], name: 'First', count: 8 },
        { id: segmentIds[1], name: 'Second', count: 6 },
      ],
      members: 10,
      deduplicated: 4,
      warnings: [
        {
          code: 'over-hard-limit',
          message: 'The segments have 10 members, more than the limit of 9: runs are skipped.',
          numbers: { members: 10, limit: 9 },
        },
      ],
    });
  });
});

describe('warnings', () => {
  const limits = { maxRecords: 1, maxBytes: 1, envelopeBytes: 0, separatorBytes: 0, concurrency: 1 };
  const codesOf = async (segmentIds: Types.ObjectId[], held: Partial<TotalLimits>) => {
    const all = { destinationName: 'Sample', hardLimit: null, connectionId: null, limits, ...held };
    const warnings = await api.get(ExportTotalsService).warnings(segmentIds, all);
    return warnings.map(({ code }) => code);
  };

  it('come above the recommended total, of one export or of all on a connection', async () => {
    const { first, second } = audience;
    const recommended = (recommendedTotal: number) => ({ limits: { ...limits, recommendedTotal } });
    expect(await codesOf([first, second], recommended(10))).toEqual([]);
    expect(await codesOf([first, second], recommended(9))).toEqual(['over-recommended-total']);
    expect(await codesOf([first], {})).toEqual([]);
    expect(await codesOf([first], { hardLimit: 8 })).toEqual([]);
    expect(await codesOf([first], { limits: { ...limits, hardTotal: 7 } })).toEqual(['over-hard-limit']);

    const connectionId = await audience.connect('Crowded', 'administrators');
    const other = await create(connectionId, { segmentIds: [String(second)] });
    const inTotal = {
      connectionId,
      limits: { ...limits, recommendedTotal: 9, totalScope: 'connection' as const },
    };
    expect(await codesOf([first], inTotal)).toEqual(['connection-over-recommended-total']);
    // The same export with another choice of segments does not count twice.
    expect(await codesOf([first], { ...inTotal, exportId: new Types.ObjectId(other.id) })).toEqual([]);
  });

  it('come where a mirror and another export deliver to one target', async () => {
    const connectionId = await audience.connect('Shared list', 'administrators');
    const settings = { list: '5a9d6c3e-0000-4000-8000-000000000077' };
    const codes = ({ warnings }: ExportDto) => warnings.map(({ code }) => code);
    const first = await create(connectionId, { settings, mode: 'mirror' });
    expect(codes(first)).toEqual([]);
    const second = await create(connectionId, { settings, mode: 'upsert', name: 'Second' });
    expect(codes(second)).toEqual(['target-shared']);
    const seen = (await api.administrator.get<ExportDto>(`exports/${first.id}`)).body;
    expect(seen.warnings).toMatchObject([
      { code: 'target-shared', message: expect.stringMatching(/^Second /) },
    ]);
    const third = await create(connectionId, { settings: { list: `${settings.list.slice(0, -1)}8` } });
    expect(codes(third)).toEqual([]);
  });
});

describe('schedules in bulk', () => {
  it('switches off and on again without losing anything, or defines one for all', async () => {
    const recurrence = {
      every: 'weekly',
      timeZone: 'Europe/Oslo',
      time: '07:00',
      weekdays: [1],
      days: [],
      cron: null,
    };
    const follows = await create(shared);
    const hasOwn = await create(shared, { schedule: { kind: 'own', recurrence } });
    const hidden = await create(own);
    const exportIds = [follows.id, hasOwn.id, hidden.id];
    const set = async (change: object) =>
      (await api.contributor.post<BulkScheduleResultDto>('exports/schedules', { exportIds, ...change })).body;
    const kinds = ({ updated }: BulkScheduleResultDto) => updated.map(({ schedule }) => schedule.kind);

    const off = await set({ active: false });
    expect(kinds(off)).toEqual(['off', 'off']);
    expect(off.skipped).toMatchObject([{ exportId: hidden.id, code: 'forbidden' }]);
    const on = await set({ active: true });
    expect(kinds(on)).toEqual(['follow', 'own']);
    expect(on.updated[1]?.schedule).toMatchObject({ recurrence, nextRunAt: expect.any(String) });

    const daily = { ...recurrence, every: 'daily' };
    const all = await set({ schedule: { kind: 'own', recurrence: daily } });
    expect(all.updated.map(({ schedule }) => schedule.recurrence?.every)).toEqual(['daily', 'daily']);
    const both = await api.contributor.post('exports/schedules', {
      exportIds,
      active: true,
      schedule: { kind: 'off' },
    });
    expect(both.status).toBe(400);
  });
});

describe('the dry run', () => {
  let sandbox: RunningSandbox;

  beforeAll(async () => {
    sandbox = await startSandbox({ port: 0 });
  });

  afterAll(() => sandbox.stop());

  async function makeList(): Promise<string> {
    const response = await fetch(`${sandbox.url}/v3/marketing/lists`, {
      method: 'POST',
      headers: { Authorization: 'Bearer SG.sandbox.full-access', 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'Newsletter' }),
    });
    return ((await response.json()) as { id: string }).id;
  }

  it('warns with the numbers when new people could pass what the plan allows, and of nothing else', async () => {
    const connectionId = await audience.connect('Full account', 'administrators', sandbox.url);
    const allow = (planContacts: number) =>
      api.database
        .collection('connections')
        .updateOne(
          { _id: connectionId },
          { $set: { 'fields.planContacts': planContacts }, $inc: { version: 1 } },
        );
    const ask = async () =>
      (
        await api.administrator.post<ExportTotalsDto>('exports/totals', {
          segmentIds: [String(audience.first)],
          connectionId: String(connectionId),
        })
      ).body.warnings;
    sandbox.control.clearStats();
    expect(await ask()).toEqual([]);
    expect(sandbox.control.stats().requests).toBe(0);
    await allow(8);
    expect(await ask()).toEqual([]);
    await allow(7);
    const { stored } = { stored: sandbox.control.stats().contacts };
    const [warning] = await ask();
    expect(warning).toMatchObject({
      code: 'over-plan-limit',
      numbers: { stored, storedLimit: 7, added: 8, sum: stored + 8 },
    });
    expect(warning?.message).toContain('allows 7');
    const saved = await create(connectionId);
    expect(saved.warnings).toMatchObject([{ code: 'over-plan-limit' }]);
    // An account that does not answer keeps nobody from saving.
    sandbox.control.addFault({ kind: 'status', status: 500, endpoint: '*' });
    await allow(6);
    expect(await ask()).toEqual([]);
    sandbox.control.clearFaults();
  });

  it('shows the request that a run would make, and sends nothing', async () => {
    const connectionId = await audience.connect('Sandbox', 'administrators-and-contributors', sandbox.url);
    const list = await makeList();
    const body = audience.exportOn(connectionId, { settings: { list } });
    const unsaved = await api.contributor.post<ExportPreviewDto>('exports/preview', body);
    expect(unsaved.status).toBe(200);
    const { request, rows, totals } = unsaved.body;
    expect(request).toMatchObject({ method: 'PUT', url: `${sandbox.url}/v3/marketing/contacts` });
    expect(JSON.stringify(request?.headers)).not.toContain('full-access');
    const payload = JSON.parse(request?.body ?? '') as { list_ids: string[]; contacts: object[] };
    expect(payload.list_ids).toEqual([list]);
    expect(payload.contacts).toHaveLength(5);
    expect(payload.contacts[0]).toMatchObject({ email: 'person0@example.com', first_name: 'Person 0' });
    expect(rows[0]).toEqual({ profileId: 'p00', identity: 'p***@example.com', skipped: null, warnings: [] });
    expect(totals.members).toBe(8);

    const { id } = await create(connectionId, { settings: { list } });
    const saved = await api.contributor.post<ExportPreviewDto>(`exports/${id}/preview`);
    expect(saved.body).toEqual(unsaved.body);
  });

  it('tells what the destination refused, and when it is away', async () => {
    const connectionId = await audience.connect('Other list', 'administrators', sandbox.url);
    const gone = await api.administrator.post<ProblemDto>('exports/preview', audience.exportOn(connectionId));
    expect(gone).toMatchObject({ status: 422, body: { code: 'destination-rejected' } });

    const nowhere = await audience.connect('Nowhere', 'administrators', 'http://127.0.0.1:9');
    const away = await api.administrator.post<ProblemDto>('exports/preview', audience.exportOn(nowhere));
    expect(away).toMatchObject({ status: 502, body: { code: 'destination-unavailable' } });
  });
});
