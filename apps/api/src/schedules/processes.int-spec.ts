import { type RunningSandbox, startSandbox } from '@audience-relay/sendgrid-sandbox';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Redis from 'ioredis';
import mongoose, { type Connection, Types } from 'mongoose';
import type { ExportDto } from '../exports/export.dto';
import type { RefreshDto } from '../refreshes/refresh.dto';
import type { RunDto, RunListDto } from '../runs/run.dto';
import type { SegmentDto } from '../segments/segment.dto';

const root = resolve(__dirname, '../../../..');
const name = `test_processes_${process.pid}`;
const admin = { email: 'admin@example.com', password: 'orange bicycle 47 rain' };
const people = 40;

const bundles = new Map<string, string>();
const children: ChildProcess[] = [];
let sandbox: RunningSandbox;
let database: Connection;
let ports: number[];
let token: string;

function needed(variable: string): string {
  const value = process.env[variable];
  if (!value)
    throw new Error(`${variable} is not set: integration tests need a database and Redis (npm test).`);
  return value;
}

/** Inside the workspace, so that the bundle finds its packages. */
function build(app: 'api' | 'worker'): void {
  const bundle = join(root, 'dist', `${name}_${app}`);
  const rspack = join(root, 'node_modules/@rspack/cli/bin/rspack.js');
  const config = ['-c', 'tools/build/node-app.config.cjs', '--env', `app=${app}`, '-o', bundle];
  execFileSync(process.execPath, [rspack, 'build', ...config], { cwd: root });
  bundles.set(app, bundle);
}

const keys = {
  JWT_SECRET: randomBytes(32).toString('base64'),
  SECRET_KEYS: `k1:${randomBytes(32).toString('base64')}`,
};

function launch(app: 'api' | 'worker', port: number): ChildProcess {
  const child = spawn(process.execPath, [join(bundles.get(app) ?? '', 'main.js')], {
    env: {
      PATH: process.env['PATH'],
      MONGODB_URI: `${needed('TEST_MONGODB_URI')}/${name}`,
      REDIS_URL: needed('TEST_REDIS_URL'),
      REDIS_PREFIX: name,
      PORT: String(port),
      WORKER_PORT: String(port),
      LOG_LEVEL: 'error',
      ADMIN_EMAIL: admin.email,
      ADMIN_PASSWORD: admin.password,
      ...keys,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  children.push(child);
  return child;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function call<Body>(method: string, path: string, body?: unknown, port = ports[0]): Promise<Body> {
  const isText = typeof body === 'string';
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`, {
    method,
    headers: {
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'Content-Type': isText ? 'text/csv' : 'application/json' }),
    },
    body: isText ? body : body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: HTTP ${response.status} ${text}`);
  return JSON.parse(text) as Body;
}

async function until<Value>(what: string, look: () => Promise<Value | null | false>): Promise<Value> {
  const end = Date.now() + 30_000;
  for (;;) {
    const value = await look().catch(() => null);
    if (value !== null && value !== false) return value;
    if (Date.now() > end) throw new Error(`Not in time: ${what}`);
    await delay(100);
  }
}

/** Imports people, makes a segment of all of them and a daily export of it to a list of the sandbox. */
async function makeExport(): Promise<ExportDto> {
  const rows = Array.from({ length: people }, (_, index) => `${index},person${index}@example.com`);
  await call(
    'POST',
    'profiles/imports?format=csv&idColumn=id&name=people.csv',
    `id,email\n${rows.join('\n')}\n`,
  );
  const conditions = [{ field: 'email', operator: 'isNotNull' }];
  const segment = await call<SegmentDto>('POST', 'segments', {
    name: 'All',
    rule: { match: 'all', conditions },
  });
  await until('members of the segment', async () => {
    const { memberCount } = await call<SegmentDto>('GET', `segments/${segment.id}`);
    return memberCount === people;
  });
  const consent = await call<{ version: string }>('GET', 'connections/consent-text');
  const connection = await call<{ id: string }>('POST', 'connections', {
    name: 'Sandbox',
    destination: 'sendgrid',
    fields: { apiKey: 'SG.sandbox.full-access', baseUrl: sandbox.url },
    consent: true,
    consentTextVersion: consent.version,
    exportUser: { password: admin.password },
  });
  const list = await call<{ id: string }>('POST', `connections/${connection.id}/targets`, {
    name: 'Everyone',
  });
  return call<ExportDto>('POST', 'exports', {
    name: 'Everyone, daily',
    connectionId: connection.id,
    settings: { list: list.id },
    mapping: { fields: { email: 'email' }, custom: [] },
    segmentIds: [segment.id],
    schedule: { kind: 'own', recurrence: { every: 'daily', timeZone: 'Europe/Oslo', time: '05:00' } },
  });
}

const runsOf = async ({ id }: ExportDto, port?: number): Promise<RunDto[]> =>
  (await call<RunListDto>('GET', `exports/${id}/runs`, undefined, port)).items;

async function makeDue({ id }: ExportDto): Promise<Date> {
  const nextAt = new Date(Date.now() - 1_000);
  await database
    .collection('exports')
    .updateOne({ _id: new Types.ObjectId(id) }, { $set: { 'schedule.nextAt': nextAt } });
  return nextAt;
}

beforeAll(async () => {
  build('api');
  build('worker');
  database = await mongoose.createConnection(needed('TEST_MONGODB_URI'), { dbName: name }).asPromise();
  sandbox = await startSandbox({ port: 0, timings: { applyMs: 50, finishMs: 100 } });
  ports = [await freePort(), await freePort(), await freePort()];
  launch('api', ports[0] ?? 0);
  token = '';
  const tokens = await until('sign-in', () =>
    call<{ accessToken: string }>('POST', 'auth/login', { email: admin.email, password: admin.password }),
  );
  token = tokens.accessToken;
  launch('api', ports[1] ?? 0);
  launch('worker', ports[2] ?? 0);
  await until('readiness', () => call<object>('GET', 'health/ready', undefined, ports[1]));
}, 120_000);

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await sandbox.stop();
  await database.dropDatabase();
  await database.close();
  const redis = new Redis(needed('TEST_REDIS_URL'));
  for await (const found of redis.scanStream({ match: `${name}:*` }) as AsyncIterable<string[]>)
    if (found.length > 0) await redis.del(...found);
  redis.disconnect();
  for (const bundle of bundles.values()) await rm(bundle, { recursive: true });
});

it('two API processes start what is due once, and one goes on without the other', async () => {
  const target = await makeExport();
  const firstDue = await makeDue(target);
  const done = (count: number, port?: number) => async (): Promise<RunDto[] | null> => {
    const runs = await runsOf(target, port);
    return runs.length >= count && runs.every(({ finishedAt }) => finishedAt !== null) ? runs : null;
  };
  const [first] = await until('the first run', done(1));
  expect(first).toMatchObject({
    status: 'succeeded',
    reason: null,
    trigger: { kind: 'schedule', scheduledFor: firstDue.toISOString(), late: false },
    counts: { members: people, added: people, sent: people, rejected: 0 },
    requests: 1,
  });
  const sent = await call<{ items: { count: number }[] }>(
    'GET',
    `connections/${target.connection?.id}/targets`,
  );
  expect(sent.items).toMatchObject([{ name: 'Everyone', count: people }]);

  // Whoever leads is gone at once, without a word; the other leads as soon as the lease has run out.
  const dead = children[0];
  dead?.kill('SIGKILL');
  const [, second] = ports;
  const secondDue = await makeDue(target);
  const runs = await until('the second run', done(2, second));
  expect(runs).toHaveLength(2);
  expect(runs[0]).toMatchObject({
    status: 'succeeded',
    trigger: { scheduledFor: secondDue.toISOString() },
    counts: { members: people, unchanged: people, sent: 0 },
    requests: 0,
  });

  await call('POST', 'exports/schedules', { exportIds: [target.id], schedule: { kind: 'follow' } }, second);
  const refresh = await call<RefreshDto>('POST', 'refreshes', {}, second);
  const refreshed = await until('the refresh', async () => {
    const now = await call<RefreshDto>('GET', `refreshes/${refresh.id}`, undefined, second);
    return now.status === 'running' ? null : now;
  });
  expect(refreshed).toMatchObject({
    status: 'succeeded',
    segments: [{ name: 'All', status: 'succeeded' }],
    exports: [{ name: 'Everyone, daily', status: 'succeeded' }],
  });
  const all = await runsOf(target, second);
  expect(all).toHaveLength(3);
  expect(all[0]).toMatchObject({ trigger: { kind: 'refresh', refreshId: refresh.id } });
}, 120_000);
