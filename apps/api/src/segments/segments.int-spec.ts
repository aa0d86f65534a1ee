import {
  ExportRepository,
  ProfileFieldRepository,
  ProfileRepository,
  SegmentRefresher,
  SegmentRepository,
} from '@audience-relay/data';
import { QueueDispatcher } from '@audience-relay/queue';
import { Types } from 'mongoose';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProfileListDto } from '../profiles/profile.dto';
import { startTestApi, type TestApi } from '../testing/test-api';
import { LostRefreshes } from './lost-refreshes';
import type { SegmentDto, SegmentHistoryDto, SegmentListDto, SegmentPreviewDto } from './segment.dto';

const usFile = join(__dirname, '../../../../tools/seed/data/us-500.csv');

interface Problem {
  code: string;
  detail: string;
  errors?: { path: string; message: string }[];
  exports?: { id: string; name: string }[];
}

const stateIs = (...value: string[]) => ({
  match: 'all',
  conditions: [{ field: 'state', operator: 'in', value }],
});

describe('segments', () => {
  let api: TestApi;
  let refresher: SegmentRefresher;
  let names = 0;

  beforeAll(async () => {
    api = await startTestApi();
    refresher = api.get(SegmentRefresher);
    const imported = await api.contributor.fetch('profiles/imports', {
      method: 'POST',
      body: await readFile(usFile),
      headers: { 'Content-Type': 'text/csv' },
    });
    expect(imported.status).toBe(201);
  });

  afterAll(() => api.close());

  async function create(rule: unknown, more: object = {}): Promise<SegmentDto> {
    const { status, body } = await api.contributor.post<SegmentDto>('segments', {
      name: `Segment ${(names += 1)}`,
      rule,
      ...more,
    });
    expect(status).toBe(201);
    return body;
  }

  async function read(id: string): Promise<SegmentDto> {
    return (await api.viewer.get<SegmentDto>(`segments/${id}`)).body;
  }

  async function memberStates(id: string): Promise<unknown[]> {
    const { body } = await api.viewer.get<ProfileListDto>(`segments/${id}/members?limit=200`);
    return [...new Set(body.items.map(({ fields }) => fields['state']))].sort();
  }

  /** The refresh that the worker would do. */
  const refresh = (id: string) => refresher.refresh(id);

  it('asks for a refresh of a new active segment, and shows what it found', async () => {
    const segment = await create(stateIs('CA', 'NY'), { description: ' Both coasts ' });
    expect(segment).toMatchObject({
      description: 'Both coasts',
      state: 'active',
      status: 'queued',
      memberCount: null,
      exportCount: 0,
      version: 1,
      updatedBy: { name: 'Test contributor' },
    });
    const job = await api.get(QueueDispatcher).queue('segment-refresh').getJob(`${segment.id}-1`);
    expect(job?.data).toEqual({ segmentId: segment.id });

    expect((await refresh(segment.id)).kind).toBe('refreshed');
    const { status, memberCount, refreshedAt } = await read(segment.id);
    expect([status, refreshedAt === null]).toEqual(['succeeded', false]);
    const { body } = await api.viewer.get<ProfileListDto>(`segments/${segment.id}/members?limit=20`);
    expect(body.total).toBe(memberCount);
    expect(body.total).toBeGreaterThan(80);
    const second = await api.viewer.get<ProfileListDto>(
      `segments/${segment.id}/members?limit=20&cursor=${body.nextCursor}`,
    );
    const ids = [...body.items, ...second.body.items].map(({ id }) => id);
    expect(new Set(ids).size).toBe(40);
    expect(ids).toEqual([...ids].sort());
    expect(body.items[0]?.segmentIds).toContain(segment.id);
    expect(await memberStates(segment.id)).toEqual(['CA', 'NY']);
  });

  it('writes only who joins and who leaves', async () => {
    const segment = await create(stateIs('CA', 'NJ'));
    await refresh(segment.id);
    const before = (await read(segment.id)).memberCount ?? 0;
    const { body: changed } = await api.contributor.patch<SegmentDto>(`segments/${segment.id}`, {
      version: 1,
      rule: stateIs('NJ', 'TX'),
    });
    expect([changed.status, changed.version]).toEqual(['queued', 2]);
    // Members are those of the last refresh until the next one.
    expect(await memberStates(segment.id)).toEqual(['CA', 'NJ']);
    await refresh(segment.id);
    await refresh(segment.id);
    expect(await memberStates(segment.id)).toEqual(['NJ', 'TX']);

    const { body } = await api.viewer.get<SegmentHistoryDto>(`segments/${segment.id}/history`);
    const [third, second, first] = body.items;
    expect(first).toMatchObject({ count: before, joined: before, left: 0 });
    expect((first?.count ?? 0) + (second?.joined ?? 0) - (second?.left ?? 0)).toBe(second?.count);
    expect(second?.left).toBeGreaterThan(0);
    expect(third).toMatchObject({ count: second?.count, joined: 0, left: 0 });
  });

  it('tells of every mistake in a rule by its path', async () => {
    const rule = {
      match: 'all',
      conditions: [
        { field: 'state', operator: 'greaterThan', value: 'A' },
        { match: 'any', conditions: [{ field: 'vanished', operator: 'isNull' }] },
        { field: 'city', operator: 'equals', value: { $ne: null } },
      ],
    };
    for (const path of ['segments', 'segments/preview']) {
      const body = path === 'segments' ? { name: 'Wrong', rule } : { rule };
      const answer = await api.contributor.post<Problem>(path, body);
      expect([answer.status, answer.body.code]).toEqual([400, 'validation-failed']);
      expect(answer.body.errors?.map((error) => error.path)).toEqual([
        'rule.conditions.0.operator',
        'rule.conditions.1.conditions.0.field',
        'rule.conditions.2.value',
      ]);
    }
  });

  it('keeps an unfinished rule as a draft, which has no members', async () => {
    const rule = { match: 'any', conditions: [{ field: '', operator: '', value: null }] };
    const draft = await create(rule, { state: 'draft' });
    expect([draft.status, draft.rule]).toEqual(['none', rule]);
    const refused = await api.contributor.post<Problem>(`segments/${draft.id}/refresh`);
    expect([refused.status, refused.body.code]).toEqual([400, 'validation-failed']);
    expect((await refresh(draft.id)).kind).toBe('held');

    const activate = { version: 1, state: 'active' };
    const unfinished = await api.contributor.patch<Problem>(`segments/${draft.id}`, activate);
    expect(unfinished.body.errors?.[0]?.path).toBe('rule.conditions.0.field');
    const { body } = await api.contributor.patch<SegmentDto>(`segments/${draft.id}`, {
      ...activate,
      rule: stateIs('AK'),
    });
    expect([body.state, body.status]).toEqual(['active', 'queued']);
  });

  it('refreshes an inactive segment only when asked, and an activated one at once', async () => {
    const segment = await create(stateIs('OH'), { state: 'inactive' });
    expect(segment.status).toBe('none');
    expect((await api.get(SegmentRepository).findActive()).map(({ _id }) => String(_id))).not.toContain(
      segment.id,
    );
    const asked = await api.contributor.post<SegmentDto>(`segments/${segment.id}/refresh`);
    expect([asked.status, asked.body.status]).toEqual([202, 'queued']);
    const { body } = await api.contributor.patch<SegmentDto>(`segments/${segment.id}`, {
      version: 1,
      state: 'active',
    });
    expect(body.status).toBe('queued');
  });

  it('changes nobody when the rule does not fit the fields any more, and says why', async () => {
    const segment = await create(stateIs('FL'));
    await refresh(segment.id);
    const { memberCount } = await read(segment.id);
    const rule = { match: 'all', conditions: [{ field: 'vanished', operator: 'isNotNull' }] };
    await api.database
      .collection('segments')
      .updateOne({ _id: new Types.ObjectId(segment.id) }, { $set: { rule } });

    expect((await refresh(segment.id)).kind).toBe('failed');
    const failed = await read(segment.id);
    expect(failed).toMatchObject({ status: 'failed', memberCount, reason: { code: 'rule-invalid' } });
    expect(failed.reason?.message).toContain('There is no profile field "vanished".');
    expect(await memberStates(segment.id)).toEqual(['FL']);
  });

  it('lets one refresh at a time have a segment, and another take over from a dead one', async () => {
    const segment = await create(stateIs('PA'));
    const id = new Types.ObjectId(segment.id);
    const repository = api.get(SegmentRepository);
    const overdue = async () => (await repository.findOverdue(new Date(0))).map(({ _id }) => String(_id));
    const claims = await Promise.all(
      Array.from({ length: 20 }, (_, index) => repository.claimRefresh(id, `worker ${index}`, 60_000)),
    );
    const [winner, ...others] = claims.filter((claim) => claim !== null);
    expect(others).toEqual([]);
    expect((await refresh(segment.id)).kind).toBe('held');
    expect(await overdue()).not.toContain(segment.id);

    // Asked for while one is under way: to be repeated when it has ended.
    const { body } = await api.contributor.post<SegmentDto>(`segments/${segment.id}/refresh`);
    expect(body.status).toBe('refreshing');

    // The one that holds it is heard of no more.
    await api.database
      .collection('segments')
      .updateOne({ _id: id }, { $set: { 'lease.until': new Date(0) } });
    expect(await overdue()).toContain(segment.id);
    const taken = await refresh(segment.id);
    expect(taken.kind).toBe('refreshed');

    // It wakes up: nothing that it writes counts.
    const owner = winner?.lease?.owner ?? '';
    expect(await repository.extendLease(id, owner, 60_000)).toBe(false);
    const late = { count: 1, joined: 1, left: 0, durationMs: 1 };
    expect(await repository.succeedRefresh(id, owner, late)).toBeNull();
    expect((await read(segment.id)).memberCount).toBe(taken.segment?.memberCount);
  });

  it('asks again for a refresh whose job is gone, and only then', async () => {
    const segment = await create(stateIs('IL'));
    const queue = api.get(QueueDispatcher).queue('segment-refresh');
    const dispatched = async () => (await api.get(SegmentRepository).findById(segment.id))?.dispatch;
    const inAMinute = new Date(Date.now() + 60_000);
    await api.get(LostRefreshes).run(inAMinute);
    expect(await dispatched()).toBe(1);

    await (await queue.getJob(`${segment.id}-1`))?.remove();
    await api.get(LostRefreshes).run(inAMinute);
    expect(await dispatched()).toBe(2);
    expect((await queue.getJob(`${segment.id}-2`))?.data).toEqual({ segmentId: segment.id });
  });

  it('says that it must be repeated when it was asked for meanwhile', async () => {
    const segment = await create(stateIs('MI'));
    const id = new Types.ObjectId(segment.id);
    const repository = api.get(SegmentRepository);
    await repository.claimRefresh(id, 'worker', 60_000);
    await repository.requestRefresh(id);
    const ended = await repository.succeedRefresh(id, 'worker', {
      count: 0,
      joined: 0,
      left: 0,
      durationMs: 1,
    });
    expect(ended?.again).toBe(true);
    expect((await repository.requestRefresh(id))?.status).toBe('queued');
  });

  it('previews a rule without writing anything', async () => {
    const { status, body } = await api.viewer.post<SegmentPreviewDto>('segments/preview', {
      rule: {
        match: 'all',
        conditions: [{ field: 'email', operator: 'endsWith', value: '@GMAIL.com', ignoreCase: true }],
      },
      sampleSize: 5,
    });
    expect(status).toBe(200);
    expect(body.total).toBe(500);
    expect(body.count).toBeGreaterThan(50);
    expect(body.sample).toHaveLength(5);
    expect(body.sample.every(({ fields }) => String(fields['email']).endsWith('@gmail.com'))).toBe(true);
  });

  it('answers a storm of previews with results or "busy", while lists keep answering', async () => {
    const rule = { match: 'all', conditions: [{ field: 'email', operator: 'contains', value: 'a' }] };
    const storm = Array.from({ length: 40 }, () =>
      api.viewer.post<SegmentPreviewDto & Problem>('segments/preview', { rule, sampleSize: 100 }),
    );
    const lists = Array.from({ length: 10 }, () => api.viewer.get<SegmentListDto>('segments'));
    expect(new Set((await Promise.all(lists)).map(({ status }) => status))).toEqual(new Set([200]));
    for (const { status, headers, body } of await Promise.all(storm)) {
      if (status === 200) continue;
      expect([status, body.code]).toEqual([503, 'previews-busy']);
      expect(Number(headers.get('Retry-After'))).toBeGreaterThan(0);
    }
  });

  it('gives all members as a CSV file that no spreadsheet program runs', async () => {
    const profiles = api.get(ProfileRepository);
    const fields = {
      state: 'ZZ',
      firstName: '=HYPERLINK("http://x")',
      phone: '+47 22 22 22 22',
      city: '"Å", \n',
    };
    await profiles.insertNew([{ id: '-1+1', fields, search: {} }]);
    const segment = await create(stateIs('ZZ'));
    await refresh(segment.id);
    const response = await api.viewer.fetch(`segments/${segment.id}/members.csv`);
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(response.headers.get('content-disposition')).toContain('attachment');
    const [header, ...rows] = (await response.text()).split('\n');
    expect(header).toMatch(/^Profile id,First name,Last name,Company,/);
    expect(rows.join('\n')).toBe(
      `'-1+1,"'=HYPERLINK(""http://x"")",,,,"""Å"", \n",,ZZ,,+47 22 22 22 22,,,\n`,
    );
  });

  it('copies a segment as an inactive one under a free name', async () => {
    const segment = await create(stateIs('WA'));
    const copies = [
      await api.contributor.post<SegmentDto>(`segments/${segment.id}/duplicate`),
      await api.contributor.post<SegmentDto>(`segments/${segment.id}/duplicate`),
    ];
    expect(copies.map(({ body }) => [body.name, body.state, body.rule])).toEqual([
      [`${segment.name} (copy)`, 'inactive', segment.rule],
      [`${segment.name} (copy 2)`, 'inactive', segment.rule],
    ]);
  });

  it('guards names, versions and rights', async () => {
    const segment = await create(stateIs('WI'), { name: 'Wisconsin' });
    const again = await api.contributor.post<Problem>('segments', { name: 'WISCONSIN', rule: stateIs('WI') });
    expect([again.status, again.body.code]).toEqual([409, 'name-taken']);
    const renamed = { version: 1, name: 'Wisconsin, USA' };
    expect((await api.contributor.patch(`segments/${segment.id}`, renamed)).status).toBe(200);
    const stale = await api.contributor.patch<Problem>(`segments/${segment.id}`, renamed);
    expect([stale.status, stale.body.code]).toEqual([409, 'version-conflict']);
    expect((await api.viewer.post('segments', { name: 'No', rule: stateIs('WI') })).status).toBe(403);
    expect((await api.viewer.delete(`segments/${segment.id}`)).status).toBe(403);
    expect((await api.viewer.get('segments/000000000000000000000000')).status).toBe(404);

    const { body } = await api.viewer.get<SegmentListDto>('segments?search=wisconsin&sort=-updatedAt');
    expect(body.items.map(({ name }) => name)).toEqual(['Wisconsin, USA']);
  });

  it('is not removed while an export uses it, and takes its members along when it is', async () => {
    const segment = await create(stateIs('AZ'));
    await refresh(segment.id);
    const id = new Types.ObjectId(segment.id);
    const used = await api.get(ExportRepository).insert(
      {
        name: 'Newsletter',
        connectionId: null,
        destination: 'sendgrid',
        settings: {},
        settingsLabels: {},
        mapping: { fields: { email: 'email' }, custom: [] },
        segmentIds: [id],
        mode: 'upsert',
        scope: 'changes',
        hardLimit: null,
        rejectedLimit: null,
        schedule: { kind: 'off', resumes: 'follow', recurrence: null, nextAt: null },
      },
      api.administrator.userId as Types.ObjectId,
    );
    expect((await read(segment.id)).exportCount).toBe(1);
    const refused = await api.contributor.delete<Problem>(`segments/${segment.id}`);
    expect([refused.status, refused.body.code]).toEqual([409, 'in-use']);
    expect(refused.body.exports).toEqual([{ id: String(used._id), name: 'Newsletter' }]);

    await api.database.collection('exports').deleteOne({ _id: used._id });
    expect((await api.contributor.delete(`segments/${segment.id}`)).status).toBe(204);
    expect((await api.viewer.get(`segments/${segment.id}`)).status).toBe(404);
    const left = () => api.database.collection('profiles').countDocuments({ segments: id });
    for (const deadline = Date.now() + 10_000; (await left()) > 0 && Date.now() < deadline;);
    expect(await left()).toBe(0);
  });

  it('evaluates rules on a field again after its values became numbers', async () => {
    const fields = api.get(ProfileFieldRepository);
    await fields.add([{ key: 'orders', label: 'Orders', type: 'text', semanticType: 'Custom' }]);
    const profiles = api.database.collection('profiles');
    await profiles.updateMany({ 'fields.state': 'OR' }, { $set: { 'fields.orders': '12' } });
    await profiles.updateMany({ 'fields.state': 'CO' }, { $set: { 'fields.orders': '3' } });
    await profiles.updateOne({ 'fields.state': 'VA' }, { $set: { 'fields.orders': 'many' } });

    const refused = await api.contributor.patch<Problem>('profiles/fields/orders', { type: 'number' });
    expect([refused.status, refused.body.errors?.[0]?.path]).toEqual([400, 'type']);
    expect(refused.body.detail).toBe('1 profile holds a value that is not a number.');
    await profiles.updateOne({ 'fields.orders': 'many' }, { $unset: { 'fields.orders': '' } });
    expect((await api.contributor.patch('profiles/fields/orders', { type: 'number' })).status).toBe(200);

    const segment = await create({
      match: 'all',
      conditions: [{ field: 'orders', operator: 'greaterThan', value: 5 }],
    });
    await refresh(segment.id);
    expect(await memberStates(segment.id)).toEqual(['OR']);
  });

  it('stand on each other without circles, and are not removed while another stands on them', async () => {
    const coast = await create(stateIs('CA', 'OR'));
    await refresher.refresh(coast.id);
    const inland = await create({
      match: 'all',
      conditions: [
        { segment: coast.id, operator: 'notMemberOf' },
        { field: 'email', operator: 'isNotNull' },
      ],
    });
    await refresher.refresh(inland.id);
    const members = (await read(coast.id)).memberCount ?? 0;
    expect(members).toBeGreaterThan(0);
    expect((await read(inland.id)).memberCount).toBe(500 - members);

    const { version } = await read(coast.id);
    const circle = await api.contributor.patch<Problem>(`segments/${coast.id}`, {
      version,
      rule: { match: 'all', conditions: [{ segment: inland.id, operator: 'memberOf' }] },
    });
    expect(circle.status).toBe(400);
    expect(circle.body.detail).toBe(
      `The segment would stand on itself: ${coast.name} → ${inland.name} → ${coast.name}. Take one of them out.`,
    );
    const itself = await api.contributor.patch<Problem>(`segments/${coast.id}`, {
      version,
      rule: { match: 'all', conditions: [{ segment: coast.id, operator: 'memberOf' }] },
    });
    expect(itself.status).toBe(400);

    const removal = await api.contributor.delete<Problem>(`segments/${coast.id}`);
    expect(removal.body).toMatchObject({ code: 'in-use', segments: [{ id: inland.id, name: inland.name }] });
    const unknown = await api.contributor.post<Problem>('segments', {
      name: 'On nothing',
      rule: {
        match: 'all',
        conditions: [{ segment: String(new Types.ObjectId()), operator: 'memberOf' }],
      },
    });
    expect(unknown.body.errors).toEqual([
      { path: 'rule.conditions.0.segment', message: 'There is no such segment.' },
    ]);
  });

  it('leave no members behind when they are removed during a refresh', async () => {
    const ids = await Promise.all(
      Array.from({ length: 6 }, async () => (await create(stateIs('CA', 'NY'), { state: 'inactive' })).id),
    );
    await Promise.all(
      ids.map(async (id, index) => {
        const refreshed = refresher.refresh(id);
        await new Promise((resolve) => setTimeout(resolve, index * 10));
        await api.contributor.delete(`segments/${id}`);
        await refreshed;
      }),
    );
    // Clearing goes on after the answer.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const left = await api.database
      .collection('profiles')
      .countDocuments({ segments: { $in: ids.map((id) => new Types.ObjectId(id)) } });
    expect(left).toBe(0);
  });

  it('take days from the time zone of the workspace', async () => {
    await api.contributor.fetch('profiles/imports?format=ndjson&idColumn=id', {
      method: 'POST',
      body: JSON.stringify({ id: 'night', email: 'night@example.org', seenAt: '2026-05-16T22:30:00Z' }),
      headers: { 'Content-Type': 'application/x-ndjson' },
    });
    const rule = {
      match: 'all',
      conditions: [{ field: 'seenAt', operator: 'equals', value: '2026-05-17' }],
    };
    const count = async (): Promise<number> =>
      (await api.viewer.post<SegmentPreviewDto>('segments/preview', { rule, sampleSize: 0 })).body.count;
    expect(await count()).toBe(0);
    const path = 'settings/workspace';
    const { body } = await api.viewer.get<{ version: number }>(path);
    const set = (timeZone: string, version: number) =>
      api.administrator.put<Problem & { version: number }>(path, { timeZone, version });
    expect((await set('Europe/Nowhere', body.version)).body.errors?.[0]?.path).toBe('timeZone');
    const changed = await set('Europe/Oslo', body.version);
    expect(changed.status).toBe(200);
    expect((await set('UTC', body.version)).body.code).toBe('version-conflict');
    expect(await count()).toBe(1);
    expect((await set('UTC', changed.body.version)).status).toBe(200);
    await api.administrator.delete('profiles/night');
  });
});
