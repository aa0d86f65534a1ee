import type { RunStatus } from '@audience-relay/contracts';
import { AlertSettingsRepository, RunClaimsRepository, RunProgressRepository } from '@audience-relay/data';
import { Types } from 'mongoose';
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AuditListDto } from '../audit/audit.dto';
import { LeaderTasks } from '../background/leader-tasks';
import type { ExportDto } from '../exports/export.dto';
import { type Audience, makeAudience } from '../exports/testing/audience';
import type { ProblemDto } from '../problems/problem.dto';
import type { RunDto } from '../runs/run.dto';
import { startTestApi, type TestApi } from '../testing/test-api';
import type { AlertListDto, AlertSettingsDto, AlertTestDto } from './alert.dto';
import { AlertWatch } from './alert-watch.service';

interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Someone who is told. Answers as the test wants. */
const received: Received[] = [];
let answer = 202;
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    received.push({
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    });
    response.writeHead(answer).end();
  });
});

let api: TestApi;
let audience: Audience;
let connectionId: Types.ObjectId;
let watch: AlertWatch;
let url: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  api = await startTestApi();
  watch = api.get(AlertWatch);
  // The test says when to look.
  await api.get(LeaderTasks).onApplicationShutdown();
  audience = await makeAudience(api);
  connectionId = await audience.connect('Account', 'administrators');
});

afterAll(async () => {
  await api.close();
  await new Promise((resolve) => server.close(resolve));
});

beforeEach(() => {
  received.length = 0;
  answer = 202;
});

async function create(changes = {}): Promise<string> {
  const input = audience.exportOn(connectionId, changes);
  return (await api.administrator.post<ExportDto>('exports', input)).body.id;
}

async function run(
  exportId: string,
  status: Extract<RunStatus, 'succeeded' | 'failed' | 'partial'>,
  counts = {},
) {
  const started = await api.administrator.post<RunDto>(`exports/${exportId}/runs`);
  const work = api.get(RunClaimsRepository);
  const claimed = await work.claim(started.body.id, 1, 'worker', 60_000);
  const fence = { runId: started.body.id, epoch: claimed?.epoch ?? 0 };
  await api
    .get(RunProgressRepository)
    .open(new Types.ObjectId(exportId), () => undefined)
    .advance(fence, [], counts);
  const reason = { code: 'list-missing', message: 'The list does not exist any more.' };
  await work.end(fence, { status, reason: status === 'succeeded' ? null : reason });
  await watch.judgeAll();
  await watch.sendDue(new Date());
  return started.body.id;
}

const alertsOf = async (exportId: string) =>
  (await api.viewer.get<AlertListDto>(`alerts?exportId=${exportId}`)).body.items;

async function set(change: object): Promise<AlertSettingsDto & ProblemDto> {
  const { body } = await api.administrator.get<AlertSettingsDto>('settings/alerts');
  const wanted = { webhook: null, email: null, version: body.version, ...change };
  return (await api.administrator.put<AlertSettingsDto & ProblemDto>('settings/alerts', wanted)).body;
}

it('lists one alert per change of state, and none for the same again', async () => {
  const id = await create();
  await run(id, 'succeeded', { sent: 5 });
  const failed = await run(id, 'failed');
  await run(id, 'failed');
  await run(id, 'succeeded', { sent: 5 });
  await run(id, 'succeeded', { sent: 5 });
  expect((await alertsOf(id)).map(({ kind }) => kind)).toEqual(['recovered', 'failing']);
  expect((await alertsOf(id))[1]).toMatchObject({
    runId: failed,
    exportName: 'Newsletter readers',
    message: 'The export "Newsletter readers" failed. The list does not exist any more.',
    webhook: { state: 'off', error: null },
    email: { state: 'off', error: null },
  });
  expect((await api.nobody.get('alerts')).status).toBe(401);
});

it('watches the share of rejected rows', async () => {
  const id = await create({ rejectedLimit: 10 });
  await run(id, 'partial', { sent: 100, rejected: 10 });
  expect(await alertsOf(id)).toEqual([]);
  await run(id, 'partial', { sent: 100, rejected: 11 });
  expect(await alertsOf(id)).toMatchObject([{ kind: 'rejecting' }]);
});

it('is told once even if several processes judge, and one of them dies half-way', async () => {
  const id = await create();
  await run(id, 'failed');
  const exports = api.database.collection('exports');
  // Told, but not written down that it was judged.
  await exports.updateOne(
    { _id: new Types.ObjectId(id) },
    { $set: { alert: { state: 'fine', runId: null } } },
  );
  await Promise.all([watch.judgeAll(), watch.judgeAll(), watch.judgeAll()]);
  expect(await alertsOf(id)).toHaveLength(1);
  expect(await exports.findOne({ _id: new Types.ObjectId(id) })).toMatchObject({
    alert: { state: 'failing' },
  });
});

describe('settings', () => {
  it('are for administrators; secrets are sealed and never shown', async () => {
    expect((await api.contributor.get('settings/alerts')).status).toBe(403);
    expect((await set({ email: { from: 'a@example.com', to: ['b@example.com'] } })).errors).toEqual([
      { path: 'email.apiKey', message: 'SendGrid key is needed.' },
    ]);
    const wrong = await set({
      webhook: { url: 'ftp://example.com' },
      email: { from: 'x', to: [], apiKey: 'SG.x.y.z.key' },
    });
    expect(new Set(wrong.errors?.map(({ path }) => path))).toEqual(
      new Set(['webhook.url', 'email.from', 'email.to']),
    );
    const webhook = { url: `${url}/hook`, signingSecret: 'sixteen letters!' };
    const email = {
      baseUrl: url,
      apiKey: 'SG.mail-key.abcdef',
      from: 'relay@example.com',
      to: ['kari@example.com'],
    };
    const saved = await set({ webhook, email });
    expect(saved).toMatchObject({
      webhook: { url: webhook.url, signed: true },
      email: { baseUrl: url, from: 'relay@example.com', to: ['kari@example.com'] },
    });
    const stored = JSON.stringify(await api.database.collection('alertsettings').findOne());
    expect(stored).not.toContain('SG.mail-key');
    expect(stored).not.toContain('sixteen letters');
    const kept = await set({
      webhook: { url: webhook.url },
      email: { ...email, apiKey: undefined, to: ['ola@example.com'] },
    });
    expect(kept).toMatchObject({ webhook: { signed: true }, email: { to: ['ola@example.com'] } });
    const old = { webhook: null, email: null, version: 1 };
    expect((await api.administrator.put<ProblemDto>('settings/alerts', old)).body.code).toBe(
      'version-conflict',
    );
  });

  it('do not send a kept secret to another address', async () => {
    const { body: before } = await api.administrator.get<AlertSettingsDto>('settings/alerts');
    const email = { baseUrl: url, from: 'relay@example.com', to: ['ola@example.com'] };
    const webhook = { url: `${url}/hook` };
    const moves = [
      [{ webhook, email: { ...email, baseUrl: `${url}/else` } }, ['email.apiKey']],
      [{ webhook, email: { ...email, baseUrl: url.toUpperCase() } }, ['email.apiKey']],
      [{ webhook, email: { ...email, baseUrl: undefined } }, ['email.apiKey']],
      [{ webhook: { url: `${url}/other` }, email }, ['webhook.signingSecret']],
      [{ webhook: { url: `${url}/hook/` }, email }, ['webhook.signingSecret']],
      [{ webhook: { url: 'http://user:pass@example.com' }, email }, ['webhook.url']],
    ] as const;
    for (const [change, paths] of moves)
      expect((await set(change)).errors?.map(({ path }) => path)).toEqual(paths);
    expect((await api.administrator.get('settings/alerts')).body).toEqual(before);
    expect(await api.get(AlertSettingsRepository).open()).toMatchObject({
      webhook: { signingSecret: 'sixteen letters!' },
      email: { apiKey: 'SG.mail-key.abcdef' },
    });
  });

  it('need a person, and their test is in the audit', async () => {
    const { body: key } = await api.administrator.post<{ key: string }>('api-keys', {
      name: 'Script',
      role: 'administrator',
    });
    const headers = { Authorization: `Bearer ${key.key}`, 'Content-Type': 'application/json' };
    const calls = [
      ['GET', 'settings/alerts'],
      ['PUT', 'settings/alerts'],
      ['POST', 'settings/alerts/test'],
    ] as const;
    for (const [method, path] of calls) {
      const body = method === 'GET' ? undefined : JSON.stringify({ webhook: null, email: null, version: 1 });
      expect((await api.nobody.fetch(path, { method, headers, body })).status).toBe(403);
    }
    expect(received).toEqual([]);
    await api.administrator.post('settings/alerts/test');
    const { body: audit } = await api.administrator.get<AuditListDto>(
      'audit?subject=alerts&sort=-at&limit=1',
    );
    expect(audit.items).toMatchObject([
      { action: 'testAlertSettings', user: { name: 'Test administrator' } },
    ]);
  });

  it('can be tried out', async () => {
    const good = await api.administrator.post<AlertTestDto>('settings/alerts/test');
    expect(good).toMatchObject({ status: 200, body: { webhookError: null, emailError: null } });
    expect(received.map(({ path }) => path).sort()).toEqual(['/hook', '/v3/mail/send']);
    answer = 401;
    const bad = await api.administrator.post<AlertTestDto>('settings/alerts/test');
    expect(bad.body).toEqual({
      webhookError: 'The webhook answered HTTP 401.',
      emailError: 'SendGrid answered HTTP 401.',
    });
  });

  it('send an alert by webhook, signed, and by e-mail', async () => {
    const id = await create();
    const runId = await run(id, 'failed');
    const hook = received.find(({ path }) => path === '/hook');
    expect(JSON.parse(hook?.body ?? '')).toMatchObject({
      kind: 'failing',
      export: { id, name: 'Newsletter readers' },
      run: { id: runId },
    });
    const timestamp = String(hook?.headers['x-audience-relay-timestamp']);
    const signature = createHmac('sha256', 'sixteen letters!')
      .update(`${timestamp}.${hook?.body}`)
      .digest('hex');
    expect(hook?.headers['x-audience-relay-signature']).toBe(`v1=${signature}`);
    const mail = received.find(({ path }) => path === '/v3/mail/send');
    expect(mail?.headers.authorization).toBe('Bearer SG.mail-key.abcdef');
    expect(JSON.parse(mail?.body ?? '')).toMatchObject({
      personalizations: [{ to: [{ email: 'ola@example.com' }] }],
      from: { email: 'relay@example.com' },
      subject: 'Export fails: Newsletter readers',
    });
    expect(await alertsOf(id)).toMatchObject([{ webhook: { state: 'sent' }, email: { state: 'sent' } }]);
  });

  it('try again what did not get through, and give up in the end', async () => {
    answer = 503;
    const id = await create();
    await run(id, 'failed');
    expect(await alertsOf(id)).toMatchObject([
      { webhook: { state: 'pending', error: 'The webhook answered HTTP 503.' }, email: { state: 'pending' } },
    ]);
    const before = received.length;
    await watch.sendDue(new Date());
    expect(received).toHaveLength(before);

    answer = 202;
    await watch.sendDue(new Date(Date.now() + 60_000));
    expect(await alertsOf(id)).toMatchObject([
      { webhook: { state: 'sent', error: null }, email: { state: 'sent', error: null } },
    ]);

    answer = 500;
    const other = await create();
    await run(other, 'failed');
    for (let days = 1; days <= 6; days += 1) await watch.sendDue(new Date(Date.now() + days * 86_400_000));
    expect(await alertsOf(other)).toMatchObject([
      { webhook: { state: 'failed' }, email: { state: 'failed' } },
    ]);
    received.length = 0;
    await watch.sendDue(new Date(Date.now() + 30 * 86_400_000));
    expect(received).toEqual([]);
  });
});
