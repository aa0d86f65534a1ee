import type { Role, Sharing } from '@audience-relay/contracts';
import { Types } from 'mongoose';
import { createOpenApiDocument } from '../openapi/document';
import type { ExportDto } from '../exports/export.dto';
import { type Audience, makeAudience } from '../exports/testing/audience';
import type { RunDto } from '../runs/run.dto';
import { type Caller, startTestApi, type TestApi } from '../testing/test-api';

/** Who may call a route at all. `persons`: whoever signed in with a password. */
type Who =
  | 'public'
  | 'persons'
  | 'viewers'
  | 'contributors'
  | 'contributors-in-person'
  | 'administrators'
  | 'administrators-in-person';

/** On which resource a call is made. `own`: made by the contributor who calls. */
const states = ['own', 'shared', 'unshared', 'detached'] as const;
type State = (typeof states)[number];

interface Fixture {
  connectionId: string;
  exportId: string;
  runId: string;
  version: number;
}

interface Route {
  who: Who;
  /** The id in the path is of this; the call is made in every state of it. `body`: of a connection in the body. */
  on?: 'connection' | 'export' | 'run' | 'body';
  /** It is enough to be able to see the resource: every state answers, whoever may call. */
  readsAny?: true;
  /** The call changes the resource so that the next one would find another. */
  spends?: true;
  /** The callers would be signed out. */
  endsSignIns?: true;
  body?: (fixture: Fixture) => unknown;
  query?: string;
}

const connect = (fixture: Fixture) => audience.exportOn(new Types.ObjectId(fixture.connectionId));
const segmentIds = () => [String(audience.first)];
const daily = { every: 'daily', time: '06:00', timeZone: 'UTC' };

/** Every route of the API, by operation id: an entry is missing or left over = the first test fails. */
const routes: Readonly<Record<string, Route>> = {
  getMetrics: { who: 'public' },
  getLiveness: { who: 'public' },
  getReadiness: { who: 'public' },
  login: { who: 'public', body: () => ({}) },
  refresh: { who: 'public', body: () => ({}) },
  logout: { who: 'public', body: () => ({}) },
  getMe: { who: 'persons' },
  changePassword: { who: 'persons', body: () => ({}) },
  listSessions: { who: 'persons' },
  endSession: { who: 'persons' },
  endSessions: { who: 'persons', endsSignIns: true },
  streamEvents: { who: 'persons' },

  listAlerts: { who: 'viewers' },
  getAlertSettings: { who: 'administrators-in-person' },
  setAlertSettings: { who: 'administrators-in-person', body: () => ({}) },
  testAlertSettings: { who: 'administrators-in-person' },
  listApiKeys: { who: 'administrators-in-person' },
  createApiKey: { who: 'administrators-in-person', body: () => ({}) },
  revokeApiKey: { who: 'administrators-in-person' },
  listAudit: { who: 'administrators' },
  listUsers: { who: 'administrators-in-person' },
  createUser: { who: 'administrators-in-person', body: () => ({}) },
  getUser: { who: 'administrators-in-person' },
  updateUser: { who: 'administrators-in-person', body: () => ({ version: 1 }) },
  removeUser: { who: 'administrators-in-person' },

  listDestinations: { who: 'viewers' },
  getDestination: { who: 'viewers' },
  listConnections: { who: 'contributors' },
  createConnection: { who: 'administrators-in-person', body: () => ({}) },
  getConsentText: { who: 'administrators-in-person' },
  getSecretKeys: { who: 'administrators-in-person' },
  rotateSecretKeys: { who: 'administrators-in-person' },
  testCredentials: { who: 'administrators-in-person', body: () => ({}) },
  getConnection: { who: 'contributors', on: 'connection' },
  updateConnection: { who: 'administrators-in-person', on: 'connection', body: () => ({ version: 0 }) },
  removeConnection: { who: 'administrators-in-person', on: 'connection', spends: true },
  testConnection: { who: 'administrators-in-person', on: 'connection' },
  listTargets: { who: 'contributors', on: 'connection' },
  createTarget: { who: 'contributors', on: 'connection', body: () => ({ name: 'List' }) },
  setExportUser: { who: 'administrators-in-person', on: 'connection', body: () => ({ password: 'x' }) },
  listConnectionExports: { who: 'administrators-in-person', on: 'connection' },

  listExports: { who: 'viewers' },
  createExport: { who: 'contributors', on: 'body', body: connect },
  countExportTotals: {
    who: 'contributors',
    on: 'body',
    body: ({ connectionId }) => ({ segmentIds: segmentIds(), connectionId }),
  },
  previewNewExport: { who: 'contributors', on: 'body', body: connect },
  runAllExports: { who: 'contributors' },
  setExportSchedules: { who: 'contributors', body: () => ({}) },
  getExportOverview: { who: 'viewers' },
  getExport: { who: 'viewers', on: 'export', readsAny: true },
  updateExport: { who: 'contributors', on: 'export', body: () => ({ version: 0 }) },
  removeExport: { who: 'contributors', on: 'export', spends: true },
  previewExport: { who: 'contributors', on: 'export' },
  listExportRuns: { who: 'viewers', on: 'export', readsAny: true },
  startRun: { who: 'contributors', on: 'export', body: () => ({}) },
  duplicateExport: { who: 'contributors', on: 'export', body: () => ({}) },
  detachExport: {
    who: 'administrators-in-person',
    on: 'export',
    spends: true,
    body: ({ version }) => ({ version }),
  },
  attachExport: {
    who: 'administrators-in-person',
    on: 'export',
    spends: true,
    body: ({ connectionId, version }) => ({ connectionId, version }),
  },

  listRuns: { who: 'viewers' },
  getRun: { who: 'viewers', on: 'run', readsAny: true },
  cancelRun: { who: 'contributors', on: 'run', spends: true },
  retryRun: { who: 'contributors', on: 'run' },
  approveRemovals: {
    who: 'contributors-in-person',
    on: 'run',
    body: () => ({ digest: 'a'.repeat(64) }),
  },
  rejectRemovals: { who: 'contributors-in-person', on: 'run' },
  reviewRemovals: { who: 'contributors', on: 'run' },
  listRunIssues: { who: 'contributors', on: 'run' },
  downloadRunIssues: { who: 'contributors', on: 'run' },
  listRunBatches: { who: 'viewers', on: 'run', readsAny: true },

  listRefreshes: { who: 'viewers' },
  startRefresh: { who: 'administrators' },
  getRefresh: { who: 'viewers' },
  cancelRefresh: { who: 'administrators' },
  getRefreshSchedule: { who: 'viewers' },
  getWorkspaceSettings: { who: 'viewers' },
  setWorkspaceSettings: { who: 'administrators', body: () => ({}) },
  setRefreshSchedule: { who: 'administrators', body: () => ({}) },
  previewRefreshTimes: { who: 'viewers', body: () => ({}) },
  previewNextTimes: { who: 'viewers', body: () => daily },
  startImport: { who: 'contributors', query: '?format=csv&idColumn=id' },
  listImports: { who: 'viewers' },
  previewImport: { who: 'contributors', query: '?format=csv' },
  getImport: { who: 'viewers' },
  listProfiles: { who: 'viewers' },
  listProfileFields: { who: 'viewers' },
  updateProfileField: { who: 'contributors', body: () => ({}) },
  getProfile: { who: 'viewers' },
  eraseProfile: { who: 'administrators' },
  listSegments: { who: 'viewers' },
  createSegment: { who: 'contributors', body: () => ({}) },
  previewSegment: { who: 'viewers', body: () => ({}) },
  getSegment: { who: 'viewers' },
  updateSegment: { who: 'contributors', body: () => ({ version: 0 }) },
  removeSegment: { who: 'contributors' },
  refreshSegment: { who: 'contributors' },
  duplicateSegment: { who: 'contributors' },
  listSegmentMembers: { who: 'viewers' },
  downloadSegmentMembers: { who: 'viewers' },
  listSegmentHistory: { who: 'viewers' },
};

interface Operation {
  id: string;
  method: string;
  /** Below /api/v1, with its parameters in braces. */
  path: string;
}

let api: TestApi;
let audience: Audience;
let operations: Operation[];
let callers: Record<string, { caller: Caller; role: Role | null; isApiKey: boolean }>;

beforeAll(async () => {
  api = await startTestApi();
  audience = await makeAudience(api);
  operations = Object.entries(createOpenApiDocument(api.app).paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, { operationId: string }>).map(([method, { operationId }]) => ({
      id: operationId,
      method: method.toUpperCase(),
      path: path.replace('/api/v1/', ''),
    })),
  );
  const keyOf = async (role: Role): Promise<Caller> => {
    const { body } = await api.administrator.post<{ key: string }>('api-keys', { name: `Key ${role}`, role });
    return api.callAs(body.key);
  };
  callers = {
    nobody: { caller: api.nobody, role: null, isApiKey: false },
    viewer: { caller: api.viewer, role: 'viewer', isApiKey: false },
    contributor: { caller: api.contributor, role: 'contributor', isApiKey: false },
    administrator: { caller: api.administrator, role: 'administrator', isApiKey: false },
    'key of a contributor': { caller: await keyOf('contributor'), role: 'contributor', isApiKey: true },
    'key of an administrator': {
      caller: await keyOf('administrator'),
      role: 'administrator',
      isApiKey: true,
    },
  };
});

afterAll(() => api.close());

let made = 0;

/** A connection, an export on it, and a run of that. */
async function makeFixture(state: State): Promise<Fixture> {
  made += 1;
  const sharing: Sharing =
    state === 'own' || state === 'shared' ? 'administrators-and-contributors' : 'administrators';
  // Nobody listens there: what is asked of the destination is a 502.
  const connectionId = await audience.connect(`${state} ${made}`, sharing, 'http://127.0.0.1:9');
  const maker = state === 'own' ? api.contributor : api.administrator;
  const created = await maker.post<ExportDto>('exports', audience.exportOn(connectionId));
  const { id, version } = created.body;
  const started = await maker.post<RunDto>(`exports/${id}/runs`);
  const fixture = { connectionId: String(connectionId), exportId: id, runId: started.body.id, version };
  if (state !== 'detached') return fixture;
  await api.database
    .collection('runs')
    .updateMany({ exportId: new Types.ObjectId(id) }, { $set: { connectionId: null } });
  const detached = await api.administrator.post<ExportDto>(`exports/${id}/detach`, { version });
  return { ...fixture, version: detached.body.version };
}

async function call(
  { id, method, path }: Operation,
  caller: Caller,
  fixture: Fixture | null,
): Promise<number> {
  const { on, body, query = '' } = routes[id] ?? { who: 'public' };
  const resource = fixture && {
    connection: fixture.connectionId,
    export: fixture.exportId,
    run: fixture.runId,
    body: '',
  };
  const found = (on && resource?.[on]) ?? new Types.ObjectId().toHexString();
  const content = body?.(fixture ?? { connectionId: '', exportId: '', runId: '', version: 0 });
  const response = await caller.fetch(path.replace(/\{\w+\}/, found) + query, {
    method,
    ...(content !== undefined && {
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(content),
    }),
  });
  await response.body?.cancel();
  return response.status;
}

/** What the answer must be: a refusal by its status, or 0 for anything that is none. */
function expected(route: Route, name: string, state: State | null): number {
  const { role, isApiKey } = callers[name] ?? { role: null, isApiKey: false };
  if (route.who === 'public') return 0;
  if (role === null) return 401;
  if (isApiKey && /persons?$/.test(route.who)) return 403;
  const least: Partial<Record<Who, readonly Role[]>> = {
    contributors: ['contributor', 'administrator'],
    'contributors-in-person': ['contributor', 'administrator'],
    administrators: ['administrator'],
    'administrators-in-person': ['administrator'],
  };
  if (least[route.who]?.includes(role) === false) return 403;
  const usable = role === 'administrator' || state === 'own' || state === 'shared';
  if (state === null || route.readsAny || usable) return 0;
  return route.on === 'connection' ? 404 : 403;
}

const refusals = [401, 403, 404];

it('has an entry for every route that there is, documented or not', () => {
  expect(Object.keys(routes).sort()).toEqual(operations.map(({ id }) => id).sort());

  interface Layer {
    route?: { path: string; methods: Record<string, boolean> };
  }
  const { router } = api.app.getHttpAdapter().getInstance() as { router: { stack: Layer[] } };
  const served = router.stack.flatMap(({ route }) =>
    route?.path.startsWith('/api/v1/')
      ? Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${route.path}`)
      : [],
  );
  const documented = operations.map(
    ({ method, path }) => `${method} /api/v1/${path.replace(/\{(\w+)\}/g, ':$1')}`,
  );
  // Whatever is at no address is answered by one route for all.
  const standard = served.filter((route) => !/^(HEAD|OPTIONS) |\/\{\*path\}$/.test(route));
  expect(standard.length).toBeGreaterThan(50);
  expect(standard.filter((route) => !documented.includes(route))).toEqual([]);
});

it('lets nobody on the way keep an answer, whatever it is', async () => {
  for (const path of ['profiles', 'exports', 'health/live', 'auth/me', 'nowhere']) {
    const { headers } = await api.viewer.get(path);
    expect([path, headers.get('cache-control')]).toEqual([path, 'no-store']);
  }
  const swagger = await fetch(`${api.url}/api/docs/swagger-ui-init.js`);
  expect(await swagger.text()).not.toContain('persistAuthorization');
});

it.each(Object.keys(routes))('%s answers each caller as it must', async (id) => {
  const operation = operations.find((candidate) => candidate.id === id);
  const route = routes[id];
  if (!operation || !route) throw new Error(`There is no route ${id}`);
  const wrong: string[] = [];
  for (const state of route.on ? states : [null]) {
    if (route.on === 'body' && state === 'detached') continue;
    let fixture = state && (await makeFixture(state));
    for (const [name, { caller, role, isApiKey }] of Object.entries(callers)) {
      // What it does to a person who is signed in has its own test.
      if (route.endsSignIns && role !== null && !isApiKey) continue;
      const status = await call(operation, caller, fixture);
      const wanted = expected(route, name, state);
      // Without a resource of ours, a route that looks for one does not find it; destinations do not answer here.
      const fits =
        wanted !== 0
          ? status === wanted
          : (status < 500 || status === 502 || route.who === 'public') &&
            (!refusals.includes(status) || route.who === 'public' || (!route.on && status === 404));
      if (!fits)
        wrong.push(`${name}, ${state ?? 'no resource'}: ${status} instead of ${wanted || 'no refusal'}`);
      if (route.spends && state && wanted === 0) fixture = await makeFixture(state);
    }
  }
  expect(wrong).toEqual([]);
});

it.each(states)(
  'an export that is %s says what its caller may do with it, and shows no more',
  async (state) => {
    const { exportId, runId } = await makeFixture(state);
    const usable = state === 'own' || state === 'shared';
    for (const [name, { caller, role, isApiKey }] of Object.entries(callers)) {
      if (role === null) continue;
      const writes = role === 'administrator' || (role === 'contributor' && usable);
      const reads = role === 'administrator' || usable;
      const { body: found } = await caller.get<ExportDto>(`exports/${exportId}`);
      const { body: run } = await caller.get<RunDto>(`runs/${runId}`);
      const { body: runs } = await caller.get<{ items: RunDto[] }>(`exports/${exportId}/runs`);
      expect([name, found.permissions]).toEqual([
        name,
        [
          'export:read',
          ...(reads ? ['export:read-settings'] : []),
          ...(writes ? ['export:write', 'export:run'] : []),
          ...(role === 'administrator' && !isApiKey ? ['connection:manage'] : []),
        ],
      ]);
      expect(found.canEdit).toBe(writes);
      const settings = { list: '5a9d6c3e-0000-4000-8000-000000000001' };
      expect(found.settings).toEqual(reads ? expect.objectContaining(settings) : null);
      expect(found.mapping === null).toBe(!reads);
      expect(found.settingsLabels === null).toBe(!reads);
      expect(run.permissions).toEqual([
        'run:read',
        ...(writes ? ['run:read-rejected', ...(isApiKey ? [] : ['run:approve-removals']), 'export:run'] : []),
      ]);
      expect(runs.items[0]?.permissions).toEqual(run.permissions);
    }
  },
);
