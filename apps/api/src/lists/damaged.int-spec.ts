import { type mongo, Types } from 'mongoose';
import { type Audience, makeAudience } from '../exports/testing/audience';
import { startTestApi, type TestApi } from '../testing/test-api';

interface List {
  items: { id: string }[];
  nextCursor: string | null;
  total: number;
  unreadable?: string[];
}

let api: TestApi;
let audience: Audience;
let exportId: string;
let runId: string;

beforeAll(async () => {
  api = await startTestApi();
  audience = await makeAudience(api);
  const { administrator } = api;
  const connection = await audience.connect('Main', 'administrators-and-contributors');
  ({ id: exportId } = (
    await administrator.post<{ id: string }>('exports', audience.exportOn(connection))
  ).body);
  ({ id: runId } = (await administrator.post<{ id: string }>(`exports/${exportId}/runs`, {})).body);
  // Ended: what looks after runs under way would remove its copies.
  await administrator.post(`runs/${runId}/cancel`);
  await administrator.post('refreshes', {});
  await administrator.post('api-keys', { name: 'Script', role: 'viewer' });
  await administrator.fetch('profiles/imports?format=csv&name=people.csv', {
    method: 'POST',
    headers: { 'Content-Type': 'text/csv' },
    body: 'email\nkari@example.com\n',
  });
  await api.database.collection<mongo.Document>('alerts').insertOne({
    ...{ _id: `${exportId}/${runId}` as never, kind: 'failed', message: 'The run failed.', at: new Date() },
    ...{ exportId: new Types.ObjectId(exportId), exportName: 'Readers', runId: new Types.ObjectId(runId) },
    ...{
      webhook: { state: 'off', error: null },
      email: { state: 'off', error: null },
      tries: 0,
      nextTryAt: null,
    },
  });
  await api.database.collection<mongo.Document>('runissues').insertOne({
    ...{
      _id: `${runId}/p00` as never,
      runId: new Types.ObjectId(runId),
      profileId: 'p00',
      kind: 'rejected',
      code: 'invalid',
    },
    ...{ message: 'Refused.', identity: 'p***@example.com', field: null, at: new Date() },
  });
  await api.database.collection<mongo.Document>('runbatches').insertOne({
    _id: `${runId}/0` as never,
    ...{
      runId: new Types.ObjectId(runId),
      seq: 0,
      phase: 'send',
      status: 'settled',
      records: 1,
      bytes: 9,
      requests: 1,
    },
    ...{ failedRequests: 0, rejected: 0, startedAt: new Date(), durationMs: 5, confirmedAt: null },
  });
});
afterAll(() => api.close());

const lists: [string, string, string[]][] = [
  // What a list is filtered, sorted or found by is left as it is: a document without it belongs to no list.
  ['users', 'users', ['nameKey']],
  ['connections', 'connections', ['nameKey']],
  ['exports', 'exports', ['nameKey']],
  ['segments', 'segments', ['nameKey']],
  ['runs', 'runs', ['queuedAt']],
  ['exports/{export}/runs', 'runs', ['queuedAt', 'exportId']],
  ['runs/{run}/issues', 'runissues', ['runId']],
  ['runs/{run}/batches', 'runbatches', ['runId', 'seq']],
  ['refreshes', 'refreshes', ['startedAt']],
  ['profiles/imports', 'imports', ['startedAt']],
  ['profiles', 'profiles', []],
  ['audit', 'audit', ['at']],
  ['api-keys', 'apikeys', ['nameKey']],
  ['alerts', 'alerts', ['at']],
];

/** Copies of a document in which one member is missing, null, or of another type. */
function damaged(good: mongo.Document, kept: readonly string[]): mongo.Document[] {
  const keys = Object.keys(good).filter((key) => key !== '_id' && !kept.includes(key));
  const wrong = [undefined, null, 'odd', 7, true, {}, [], [null], { odd: [null] }, new Date(NaN)];
  return keys.flatMap((key) =>
    wrong.map((value) => {
      const _id = typeof good['_id'] === 'string' ? new Types.ObjectId().toHexString() : new Types.ObjectId();
      const { [key]: _, ...rest } = { ...good };
      return { ...rest, ...(value !== undefined && { [key]: value }), _id };
    }),
  );
}

async function readAll(path: string): Promise<List> {
  const all: List = { items: [], nextCursor: null, total: 0, unreadable: [] };
  for (let page = 0; page < 20; page += 1) {
    const cursor = all.nextCursor ? `&cursor=${all.nextCursor}` : '';
    const { status, body } = await api.administrator.get<List>(`${path}?limit=50${cursor}`);
    expect({ path, status, body: status === 200 ? {} : body }).toEqual({ path, status: 200, body: {} });
    all.items.push(...body.items);
    all.unreadable?.push(...(body.unreadable ?? []));
    all.total = body.total;
    all.nextCursor = body.nextCursor;
    if (!body.nextCursor) return all;
  }
  throw new Error(`${path} does not end`);
}

it('An export whose schedule was stored as null can be read and mended', async () => {
  const connection = await audience.connect('Second', 'administrators-and-contributors');
  const { body } = await api.administrator.post<{ id: string }>('exports', audience.exportOn(connection));
  const path = `exports/${body.id}`;
  await api.database
    .collection('exports')
    .updateOne({ _id: new Types.ObjectId(body.id) }, { $set: { schedule: null } });
  expect(await api.viewer.get(path)).toMatchObject({ status: 200, body: { schedule: { kind: 'follow' } } });
  expect(await api.contributor.patch(path, { version: 1, schedule: { kind: 'off' } })).toMatchObject({
    status: 200,
    body: { schedule: { kind: 'off', resumes: 'follow' } },
  });
});

describe('A list with damaged documents', () => {
  it.each(lists)('%s shows every other item', async (template, name, kept) => {
    const path = template.replace('{export}', exportId).replace('{run}', runId);
    const collection = api.database.collection<mongo.Document>(name);
    const before = await readAll(path);
    const good = await collection.findOne({}, { sort: { _id: 1 } });
    if (!good) throw new Error(`There is nothing in ${name}`);
    const odd = damaged(good, kept);
    for (const index of await collection.indexes())
      if (index['unique'] && index['name'] !== '_id_') await collection.dropIndex(String(index['name']));
    await collection.insertMany(odd as never[]);
    try {
      const after = await readAll(path);
      expect(before.unreadable).toEqual([]);
      expect(after.items).toEqual(expect.arrayContaining(before.items));
      expect(after.items.length + (after.unreadable?.length ?? 0)).toBe(before.items.length + odd.length);
      for (const caller of [api.contributor, api.viewer]) {
        const { status } = await caller.get(`${path}?limit=200`);
        expect([200, 403]).toContain(status);
      }
    } finally {
      await collection.deleteMany({ _id: { $in: odd.map(({ _id }) => _id as never) } });
    }
  });
});
