import { AlertSettingsRepository, ConnectionRepository, ExportRepository } from '@audience-relay/data';
import { type RunningSandbox, startSandbox } from '@audience-relay/sendgrid-sandbox';
import { Types } from 'mongoose';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AlertSettingsDto } from '../alerts/alert.dto';
import type { ProblemDto } from '../problems/problem.dto';
import { type Caller, startTestApi, type TestApi, testPassword } from '../testing/test-api';
import type { UserDto } from '../users/user.dto';
import type {
  ConnectionDto,
  ConnectionListDto,
  ConsentTextDto,
  SecretKeysDto,
  TargetDto,
  TargetListDto,
  TestResultDto,
} from './connection.dto';

const goodKey = 'SG.sandbox.full-access';
const mailOnlyKey = 'SG.sandbox.mail-only';

let sandbox: RunningSandbox;
let api: TestApi;

beforeAll(async () => {
  sandbox = await startSandbox({ port: 0 });
});

afterAll(() => sandbox.stop());

beforeEach(async () => {
  api = await startTestApi();
});

afterEach(() => api.close());

const newConnection = (changes: object = {}) => ({
  name: 'Newsletter account',
  destination: 'sendgrid',
  fields: { apiKey: goodKey, baseUrl: sandbox.url },
  consent: true,
  consentTextVersion: '2026-1',
  ...changes,
});

async function create(changes: object = {}, caller: Caller = api.administrator): Promise<ConnectionDto> {
  const { status, body } = await caller.post<ConnectionDto>('connections', newConnection(changes));
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body;
}

const shared = { sharing: 'administrators-and-contributors' };

async function addExport(connectionId: string): Promise<string> {
  const record = await api.get(ExportRepository).insert(
    {
      name: 'Weekly letter',
      connectionId: new Types.ObjectId(connectionId),
      destination: 'sendgrid',
      settings: { list: 'x' },
      settingsLabels: {},
      mapping: { fields: { email: 'email' }, custom: [] },
      segmentIds: [],
      mode: 'upsert',
      scope: 'changes',
      hardLimit: null,
      rejectedLimit: null,
      schedule: { kind: 'off', resumes: 'follow', recurrence: null, nextAt: null },
    },
    api.administrator.userId ?? new Types.ObjectId(),
  );
  return String(record._id);
}

describe('making a connection', () => {
  it('tests it, keeps the consent, and never shows the key again', async () => {
    const made = await create({ exportUser: { password: testPassword } });
    expect(made).toMatchObject({
      name: 'Newsletter account',
      destinationName: 'SendGrid',
      sharing: 'administrators',
      fields: { apiKey: { set: true, hint: '…cess' }, baseUrl: sandbox.url },
      status: { state: 'ok', message: null },
      consent: { userName: 'Test administrator', textVersion: '2026-1', current: true },
      exportUser: { name: 'Test administrator', disabled: false },
      exportCount: 0,
      createdBy: { name: 'Test administrator' },
      version: 1,
    });
    const answers = [
      made,
      (await api.administrator.get('connections')).body,
      (await api.administrator.get(`connections/${made.id}`)).body,
      await api.database.collection('connections').find().toArray(),
    ];
    expect(JSON.stringify(answers)).not.toContain(goodKey);
  });

  it('says what a key lacks', async () => {
    const made = await create({ fields: { apiKey: mailOnlyKey, baseUrl: sandbox.url } });
    expect(made.status?.state).toBe('attention');
    expect(made.status?.message).toContain('lack these rights');
  });

  it('needs consent to the text of today', async () => {
    const { body: text } = await api.administrator.get<ConsentTextDto>('connections/consent-text?lang=nb');
    expect(text.text).toContain('personopplysninger');
    for (const wrong of [{ consent: false }, { consentTextVersion: '1999' }]) {
      const answer = await api.administrator.post('connections', newConnection(wrong));
      expect(answer).toMatchObject({ status: 400, body: { code: 'validation-failed' } });
    }
    expect(await api.database.collection('connections').countDocuments()).toBe(0);
  });

  it('points at every wrong field', async () => {
    const { status, body } = await api.administrator.post<{ errors: { path: string }[] }>(
      'connections',
      newConnection({ fields: { apiKey: 'wrong', baseUrl: 'ftp://x', other: 1 } }),
    );
    expect(status).toBe(400);
    expect(body.errors.map(({ path }) => path).sort()).toEqual([
      'fields.apiKey',
      'fields.baseUrl',
      'fields.other',
    ]);
    expect(JSON.stringify(body)).not.toContain('"wrong"');
  });

  it('refuses a name that the destination has, whatever its case', async () => {
    await create();
    const again = await api.administrator.post(
      'connections',
      newConnection({ name: ' NEWSLETTER account ' }),
    );
    expect(again).toMatchObject({ status: 409, body: { code: 'name-taken', errors: [{ path: 'name' }] } });
    const racing = await Promise.all(
      Array.from({ length: 5 }, () => api.administrator.post('connections', newConnection({ name: 'Race' }))),
    );
    expect(racing.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
  });

  it('confirms the export user by the password', async () => {
    const wrong = newConnection({ exportUser: { password: 'not my password' } });
    expect(await api.administrator.post('connections', wrong)).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'exportUser.password' }] },
    });
    const made = await create();
    expect(made.exportUser).toBeNull();
    const added = await api.administrator.put<ConnectionDto>(`connections/${made.id}/export-user`, {
      password: testPassword,
    });
    expect(added.body.exportUser).toMatchObject({ name: 'Test administrator', disabled: false });
  });

  it('shows that the export user was disabled', async () => {
    const made = await create({ exportUser: { password: testPassword } });
    const other = await api.administrator.post<UserDto>('users', {
      email: 'other@example.com',
      name: 'Other',
      role: 'administrator',
      password: testPassword,
    });
    await api.database
      .collection('connections')
      .updateOne({}, { $set: { exportUserId: new Types.ObjectId(other.body.id) } });
    await api.administrator.patch(`users/${other.body.id}`, { version: 1, disabled: true });
    const shown = () => api.administrator.get<ConnectionDto>(`connections/${made.id}`);
    expect((await shown()).body.exportUser).toMatchObject({ name: 'Other', disabled: true });
    await api.administrator.delete(`users/${other.body.id}`);
    expect((await shown()).body.exportUser).toMatchObject({ name: 'Removed user', disabled: true });
  });
});

describe('testing', () => {
  const test = (fields: object) =>
    api.administrator.post<TestResultDto>('connections/test', { destination: 'sendgrid', fields });

  it('tells before saving whether a key works', async () => {
    expect((await test({ apiKey: goodKey, baseUrl: sandbox.url })).body).toMatchObject({
      ok: true,
      missingScopes: [],
    });
    expect((await test({ apiKey: mailOnlyKey, baseUrl: sandbox.url })).body.missingScopes).not.toEqual([]);
    const wrong = await test({ apiKey: 'SG.unknown.key', baseUrl: sandbox.url });
    expect(wrong).toMatchObject({ status: 200, body: { ok: false } });
    expect(wrong.body.message).not.toContain('SG.unknown.key');
  });

  it('says that a destination does not answer, and leaves the state as it was', async () => {
    const made = await create();
    const closed = await startSandbox({ port: 0 });
    await closed.stop();
    expect((await test({ apiKey: goodKey, baseUrl: closed.url })).body).toMatchObject({
      ok: false,
      message: expect.stringContaining('could not be reached'),
    });
    const changed = await api.administrator.patch<ConnectionDto>(`connections/${made.id}`, {
      version: 1,
      fields: { apiKey: goodKey, baseUrl: closed.url },
    });
    expect(changed.body.status).toMatchObject({
      state: 'untested',
      message: expect.stringContaining('could not be reached'),
    });
  });

  it('ends after ten seconds when a destination never answers', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    try {
      const begun = Date.now();
      const { port } = silent.address() as AddressInfo;
      const { body } = await test({ apiKey: goodKey, baseUrl: `http://127.0.0.1:${port}` });
      expect(body).toMatchObject({ ok: false, message: expect.stringContaining('10 seconds') });
      expect(Date.now() - begun).toBeLessThan(12_000);
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });

  it('of a stored connection becomes its state', async () => {
    const made = await create();
    await api.get(ConnectionRepository).markAttention(made.id, 'The key was refused.');
    const before = await api.administrator.get<ConnectionDto>(`connections/${made.id}`);
    expect(before.body.status).toMatchObject({ state: 'attention', message: 'The key was refused.' });
    expect((await api.administrator.post<TestResultDto>(`connections/${made.id}/test`)).body.ok).toBe(true);
    const after = await api.administrator.get<ConnectionDto>(`connections/${made.id}`);
    expect(after.body.status).toMatchObject({ state: 'ok', message: null });
  });
});

describe('changing a connection', () => {
  it('keeps the key that is not entered again, and tests what was changed', async () => {
    const made = await create();
    const { body } = await api.administrator.patch<ConnectionDto>(`connections/${made.id}`, {
      version: 1,
      name: 'Renamed',
      fields: { planContacts: 5000 },
      ...shared,
    });
    expect(body).toMatchObject({
      name: 'Renamed',
      sharing: shared.sharing,
      fields: { apiKey: { set: true }, planContacts: 5000 },
      status: { state: 'ok' },
      version: 2,
    });
    const opened = await api.get(ConnectionRepository).open(made.id);
    expect(opened?.values).toMatchObject({ apiKey: goodKey, planContacts: 5000 });

    const cleared = await api.administrator.patch<ConnectionDto>(`connections/${made.id}`, {
      version: 2,
      fields: { planContacts: null },
    });
    expect(cleared.body.fields).not.toHaveProperty('planContacts');
  });

  it('does not send a kept secret to another address', async () => {
    const heard: string[] = [];
    const collector = createServer(({ headers }, response) => {
      heard.push(String(headers.authorization));
      response.end('{}');
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = collector.address() as AddressInfo;
      const made = await create();
      const other = sandbox.url.replace('127.0.0.1', 'localhost');
      for (const fields of [
        { baseUrl: `http://127.0.0.1:${port}` },
        { baseUrl: `http://LOCALHOST:${port}` },
        { baseUrl: `${sandbox.url}/elsewhere` },
        { baseUrl: `http://127.0.0.1.:${port}` },
        { baseUrl: other },
        { baseUrl: null },
        { baseUrl: '' },
        { region: 'eu' },
        { baseUrl: `http://127.0.0.1:${port}`, apiKey: '' },
      ])
        expect(await api.administrator.patch(`connections/${made.id}`, { version: 1, fields })).toMatchObject(
          {
            status: 400,
            body: { errors: [{ path: 'fields.apiKey', message: expect.stringContaining('entered again') }] },
          },
        );
      expect(heard).toEqual([]);

      const moved = { baseUrl: `http://127.0.0.1:${port}`, apiKey: 'SG.another.key' };
      const changed = await api.administrator.patch(`connections/${made.id}`, { version: 1, fields: moved });
      expect(changed.status).toBe(200);
      expect(new Set(heard)).toEqual(new Set(['Bearer SG.another.key']));
    } finally {
      collector.close();
      collector.closeAllConnections();
    }
  });

  it('asks for the secrets of a webhook again, the one that is not required too', async () => {
    const secrets = { signingSecret: 'sixteen-letters!', headers: 'Authorization: Bearer abc' };
    const made = await create({
      name: 'Hook',
      destination: 'webhook',
      fields: { url: `${sandbox.url}/hook`, ...secrets },
    });
    const change = (fields: object) =>
      api.administrator.patch<ConnectionDto & ProblemDto>(`connections/${made.id}`, { version: 1, fields });
    const refused = await change({ url: `${sandbox.url}/other`, signingSecret: 'sixteen-letters?' });
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ path: 'fields.headers' }] } });
    const cleared = await change({
      url: `${sandbox.url}/other`,
      signingSecret: 'sixteen-letters?',
      headers: null,
    });
    expect(cleared.status).toBe(200);
    expect(cleared.body.fields).not.toHaveProperty('headers');
  });

  it('does not pair the address of one version with the secret of another', async () => {
    const made = await create();
    const repository = api.get(ConnectionRepository);
    const me = api.administrator.userId ?? new Types.ObjectId();
    await repository.update(new Types.ObjectId(made.id), 1, { name: 'Newer' }, me);
    const old = { version: 1, fields: { planContacts: 5 } };
    expect(await api.administrator.patch(`connections/${made.id}`, old)).toMatchObject({
      status: 409,
      body: { code: 'version-conflict' },
    });
  });

  it('is refused on an old version, and on a name that is taken', async () => {
    const made = await create();
    await create({ name: 'Other' });
    await api.administrator.patch(`connections/${made.id}`, { version: 1, name: 'First' });
    expect(
      await api.administrator.patch(`connections/${made.id}`, { version: 1, name: 'Second' }),
    ).toMatchObject({ status: 409, body: { code: 'version-conflict' } });
    expect(
      await api.administrator.patch(`connections/${made.id}`, { version: 2, name: 'OTHER' }),
    ).toMatchObject({ status: 409, body: { code: 'name-taken' } });
  });

  it('asks for consent again when its text has changed, and only then', async () => {
    const made = await create();
    await api.database.collection('connections').updateOne({}, { $set: { 'consent.textVersion': '2020-1' } });
    const change = { version: 1, name: 'Renamed' };
    expect(await api.administrator.patch(`connections/${made.id}`, change)).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'consent' }] },
    });
    const agreed = await api.administrator.patch<ConnectionDto>(`connections/${made.id}`, {
      ...change,
      consent: true,
      consentTextVersion: '2026-1',
    });
    expect(agreed.body.consent).toMatchObject({ current: true, textVersion: '2026-1' });
  });
});

describe('contributors', () => {
  it('see name and type of shared connections, and nothing else', async () => {
    const open = await create({ name: 'Shared', ...shared });
    const closed = await create({ name: 'Closed' });
    const { body } = await api.contributor.get<ConnectionListDto>('connections');
    expect(body).toEqual({
      items: [
        {
          id: open.id,
          name: 'Shared',
          destination: 'sendgrid',
          destinationName: 'SendGrid',
          permissions: ['connection:use'],
          ...shared,
        },
      ],
      nextCursor: null,
      total: 1,
    });
    expect((await api.contributor.get(`connections/${open.id}`)).body).toEqual(body.items[0]);
    expect((await api.contributor.get(`connections/${closed.id}`)).status).toBe(404);
    expect((await api.contributor.get(`connections/${closed.id}/targets`)).status).toBe(404);
    expect((await api.viewer.get('connections')).status).toBe(403);
  });

  it('may not make, change, test or remove one', async () => {
    const { id } = await create(shared);
    const answers = [
      await api.contributor.post('connections', newConnection()),
      await api.contributor.patch(`connections/${id}`, { version: 1, name: 'Mine' }),
      await api.contributor.post(`connections/${id}/test`),
      await api.contributor.post('connections/test', { destination: 'sendgrid', fields: {} }),
      await api.contributor.delete(`connections/${id}`),
      await api.contributor.put(`connections/${id}/export-user`, { password: testPassword }),
      await api.contributor.get(`connections/${id}/exports`),
      await api.contributor.get('connections/secret-keys'),
    ];
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 403));
  });

  it('choose and make lists on shared connections', async () => {
    const { id } = await create(shared);
    const made = await api.contributor.post<TargetDto>(`connections/${id}/targets`, {
      name: 'Made from here',
    });
    expect(made).toMatchObject({ status: 201, body: { name: 'Made from here' } });
    const found = await api.contributor.get<TargetListDto>(`connections/${id}/targets?search=made%20from`);
    expect(found.body.items).toEqual([expect.objectContaining({ id: made.body.id })]);
    const again = await api.contributor.post(`connections/${id}/targets`, { name: 'Made from here' });
    expect(again).toMatchObject({ status: 422, body: { code: 'destination-rejected' } });
  });
});

describe('removing a connection', () => {
  it('is refused while exports use it', async () => {
    const { id } = await create();
    const exportId = await addExport(id);
    const refused = await api.administrator.delete(`connections/${id}`);
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'in-use', exports: [{ id: exportId, name: 'Weekly letter' }] },
    });
    const list = await api.administrator.get<ConnectionListDto>('connections?search=news&sort=-createdAt');
    expect(list.body.items[0]).toMatchObject({ id, exportCount: 1 });
    const exports = await api.administrator.get(`connections/${id}/exports`);
    expect(exports.body).toEqual({ items: [{ id: exportId, name: 'Weekly letter' }] });

    await api.database.collection('exports').updateMany({}, { $set: { connectionId: null } });
    expect((await api.administrator.delete(`connections/${id}`)).status).toBe(204);
    expect((await api.administrator.delete(`connections/${id}`)).status).toBe(404);
  });
});

describe('rotating the keys', () => {
  it('seals anew on use or at once, and tells how many remain', async () => {
    const old = `old:${randomBytes(32).toString('base64')}`;
    const renewed = `new:${randomBytes(32).toString('base64')},${old}`;
    const dbName = `test_rotation_${process.pid}`;
    const before = await startTestApi({ secretKeys: old, dbName });
    const names = ['A', 'B', 'C'];
    const ids = [];
    for (const name of names) ids.push((await create({ name }, before.administrator)).id);
    const email = { from: 'relay@example.com', to: ['kari@example.com'], apiKey: 'SG.for-alerts.only' };
    await before.administrator.put('settings/alerts', { webhook: null, email, version: 1 });
    await before.app.close();

    await api.close();
    api = await startTestApi({ secretKeys: renewed, dbName });
    const look = () => api.administrator.get<SecretKeysDto>('connections/secret-keys');
    expect((await look()).body).toEqual({
      current: 'new',
      remaining: 4,
      unreadable: 0,
      connectionsByKey: { old: 3 },
    });

    await api.administrator.post(`connections/${ids[0]}/test`);
    expect((await look()).body).toEqual({
      current: 'new',
      remaining: 3,
      unreadable: 0,
      connectionsByKey: { old: 2, new: 1 },
    });
    const rotated = await api.administrator.post<SecretKeysDto>('connections/secret-keys/rotate');
    expect(rotated.body).toEqual({
      current: 'new',
      remaining: 0,
      unreadable: 0,
      connectionsByKey: { new: 3 },
    });
    for (const id of ids)
      expect((await api.get(ConnectionRepository).open(id ?? ''))?.values.apiKey).toBe(goodKey);
    expect((await api.get(AlertSettingsRepository).open()).email?.apiKey).toBe(email.apiKey);
  });
});

describe('a lost key', () => {
  const key = (kid: string) => `${kid}:${randomBytes(32).toString('base64')}`;

  it.each([
    ['is gone', 'lost', 'found'],
    ['was replaced under its old name', 'same', 'same'],
  ])('that %s is recovered from by entering the credentials again', async (_, before, after) => {
    const dbName = `test_lost_${process.pid}_${before}`;
    const first = await startTestApi({ secretKeys: key(before), dbName });
    const made = await create(shared, first.administrator);
    const hook = await create(
      {
        name: 'Hook',
        destination: 'webhook',
        fields: { url: sandbox.url, signingSecret: 'sixteen-letters!', headers: 'X-Key: abc' },
      },
      first.administrator,
    );
    const email = { from: 'relay@example.com', to: ['kari@example.com'], baseUrl: sandbox.url };
    const webhook = { url: `${sandbox.url}/alerts` };
    await first.administrator.put('settings/alerts', {
      webhook: { ...webhook, signingSecret: 'sixteen-letters!' },
      email: { ...email, apiKey: 'SG.for-alerts.only' },
      version: 1,
    });
    await first.app.close();

    await api.close();
    api = await startTestApi({ secretKeys: key(after), dbName });
    const exportId = await addExport(made.id);
    const get = async (id: string) => (await api.administrator.get<ConnectionDto>(`connections/${id}`)).body;
    const keys = async () => (await api.administrator.get<SecretKeysDto>('connections/secret-keys')).body;

    // It is said wherever the credentials are needed, and nothing is a 500.
    const message = expect.stringMatching(/nter (it|the credential) again/);
    expect((await get(made.id)).status).toMatchObject({ state: 'attention', message });
    const { body: list } = await api.administrator.get<ConnectionListDto>('connections');
    expect(list.items.map(({ status }) => status?.state)).toEqual(['attention', 'attention']);
    const tested = await api.administrator.post<TestResultDto>(`connections/${made.id}/test`);
    expect(tested).toMatchObject({ status: 200, body: { ok: false, message } });
    const unreadable = { status: 409, body: { code: 'credentials-unreadable' } };
    expect(await api.contributor.get(`connections/${made.id}/targets`)).toMatchObject(unreadable);
    expect(await api.contributor.post(`connections/${made.id}/targets`, { name: 'A' })).toMatchObject(
      unreadable,
    );
    expect(await api.administrator.post(`exports/${exportId}/preview`)).toMatchObject(unreadable);
    expect((await api.administrator.post('connections/secret-keys/rotate')).status).toBe(200);
    expect((await keys()).unreadable).toBe(3);
    const alerts = await api.administrator.get<AlertSettingsDto>('settings/alerts');
    expect(alerts.body).toMatchObject({
      webhook: { signed: true, problem: message },
      email: { problem: message },
    });
    expect((await api.administrator.post('settings/alerts/test')).body).toEqual({
      webhookError: message,
      emailError: message,
    });

    // What needs no credentials can be changed; the rest asks for them.
    const patch = (id: string, body: object) =>
      api.administrator.patch<ConnectionDto & ProblemDto>(`connections/${id}`, body);
    expect((await patch(made.id, { version: 1, name: 'Renamed' })).status).toBe(200);
    expect((await patch(made.id, { version: 2, fields: { planContacts: 5 } })).body.errors).toEqual([
      { path: 'fields.apiKey', message: expect.stringContaining('must be entered again') },
    ]);
    const half = await patch(hook.id, { version: 1, fields: { signingSecret: 'sixteen-letters?' } });
    expect(half.body.errors).toMatchObject([{ path: 'fields.headers' }]);

    const fixed = await patch(made.id, { version: 2, fields: { apiKey: goodKey } });
    expect(fixed.body.status).toMatchObject({ state: 'ok', message: null });
    const whole = { signingSecret: 'sixteen-letters?', headers: null };
    expect((await patch(hook.id, { version: 1, fields: whole })).status).toBe(200);
    const put = { version: alerts.body.version, webhook, email };
    expect((await api.administrator.put<ProblemDto>('settings/alerts', put)).body.errors).toMatchObject([
      { path: 'webhook.signingSecret' },
      { path: 'email.apiKey' },
    ]);
    const again = {
      ...put,
      webhook: { ...webhook, signingSecret: null },
      email: { ...email, apiKey: 'SG.entered.again' },
    };
    expect((await api.administrator.put<AlertSettingsDto>('settings/alerts', again)).body).toMatchObject({
      webhook: { signed: false, problem: null },
      email: { problem: null },
    });
    expect((await keys()).unreadable).toBe(0);
    expect((await api.get(ConnectionRepository).open(made.id))?.values).toMatchObject({ apiKey: goodKey });
  });
});
