import { ConnectionRepository } from '@audience-relay/data';
import type { AuditListDto } from '../audit/audit.dto';
import type { ExportDto } from '../exports/export.dto';
import { makeAudience } from '../exports/testing/audience';
import type { RunDto } from '../runs/run.dto';
import { startTestApi, type TestApi, testPassword } from '../testing/test-api';
import type { ApiKeyDto, ApiKeyListDto, NewApiKeyDto } from './api-key.dto';

describe('API keys', () => {
  let api: TestApi;

  beforeEach(async () => {
    api = await startTestApi();
  });

  afterEach(() => api.close());

  const make = async (body: object = {}): Promise<NewApiKeyDto> => {
    const answer = await api.administrator.post<NewApiKeyDto>('api-keys', {
      ...{ name: ' Nightly import ', role: 'contributor' },
      ...body,
    });
    expect(answer.status).toBe(201);
    return answer.body;
  };
  /** A request with a key, and its JSON. */
  const ask = async (key: string, path: string, init: RequestInit = {}) => {
    const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' };
    const response = await api.nobody.fetch(path, { ...init, headers });
    return { status: response.status, body: (await response.json().catch(() => null)) as unknown };
  };

  it('are shown once, and nowhere kept', async () => {
    const { key, ...made } = await make();
    expect(key).toMatch(/^ar_[0-9a-f]{24}_[\w-]{43}$/);
    expect(made).toMatchObject({
      ...{ name: 'Nightly import', role: 'contributor', hint: key.slice(-4) },
      ...{ expiresAt: null, lastUsedAt: null, revokedAt: null, createdBy: { name: 'Test administrator' } },
    });
    const { body } = await api.administrator.get<ApiKeyListDto>('api-keys?search=nightly');
    expect(body.items).toEqual([made]);
    const secret = key.slice(28);
    for (const collection of await api.database.listCollections()) {
      const documents = await api.database.collection(collection.name).find().toArray();
      expect(JSON.stringify(documents)).not.toContain(secret);
    }
  });

  it('may do what their role may, under a name of their own', async () => {
    const audience = await makeAudience(api);
    const { key, id } = await make({ role: 'administrator' });
    const connectionId = await audience.connect('Shared', 'administrators');
    const made = await ask(key, 'exports', {
      method: 'POST',
      body: JSON.stringify(audience.exportOn(connectionId)),
    });
    expect(made.status).toBe(201);
    const target = made.body as ExportDto;
    const me = { id, name: 'Nightly import (API key)' };
    expect(target).toMatchObject({ createdBy: me, updatedBy: me, canEdit: true });

    const run = await ask(key, `exports/${target.id}/runs`, { method: 'POST', body: '{}' });
    expect((run.body as RunDto).trigger).toMatchObject({ kind: 'on-demand', by: me });
    const { body: audit } = await api.administrator.get<AuditListDto>('audit?subject=exports');
    expect(audit.items.map(({ action, user }) => [action, user])).toEqual([
      ['startRun', me],
      ['createExport', me],
    ]);
    const { body: used } = await api.administrator.get<ApiKeyListDto>('api-keys');
    expect(Date.now() - Date.parse(used.items[0]?.lastUsedAt ?? '')).toBeLessThan(60_000);
  });

  it('may not do what their role may not', async () => {
    const { key } = await make({ role: 'viewer' });
    expect((await ask(key, 'segments')).status).toBe(200);
    const denied = await ask(key, 'segments', { method: 'POST', body: '{}' });
    expect(denied).toMatchObject({
      status: 403,
      body: { code: 'forbidden', detail: expect.stringContaining('API key (viewer)') },
    });
  });

  it('do nothing that needs a person, whatever their role', async () => {
    const { key } = await make({ role: 'administrator' });
    const body = JSON.stringify({ currentPassword: testPassword, newPassword: 'a new sentence 11' });
    for (const [path, init] of [
      ['api-keys', {}],
      ['api-keys', { method: 'POST', body: JSON.stringify({ name: 'More', role: 'administrator' }) }],
      ['users', {}],
      ['connections', { method: 'POST', body: '{}' }],
      ['auth/me', {}],
      ['auth/password', { method: 'PUT', body }],
      ['events', {}],
    ] as const)
      expect(await ask(key, path, init)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await api.get(ConnectionRepository).findPage({ limit: 1 })).toMatchObject({ total: 0 });
  });

  it('open nothing once they are revoked, and keep their name where they were at work', async () => {
    const { key, id } = await make();
    expect((await ask(key, 'exports')).status).toBe(200);
    expect((await api.administrator.delete(`api-keys/${id}`)).status).toBe(204);
    expect(await ask(key, 'exports')).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    const revokedAt = async (): Promise<string | null | undefined> =>
      (await api.administrator.get<ApiKeyListDto>('api-keys')).body.items[0]?.revokedAt;
    const first = await revokedAt();
    expect(first).toBeTruthy();
    expect((await api.administrator.delete(`api-keys/${id}`)).status).toBe(204);
    expect(await revokedAt()).toBe(first);
    expect((await api.administrator.delete('api-keys/6743f0e2a1b2c3d4e5f60718')).status).toBe(404);
  });

  it('end at their time', async () => {
    const { key, id } = await make({ expiresAt: new Date(Date.now() + 3_600_000).toISOString() });
    expect((await ask(key, 'exports')).status).toBe(200);
    await api.database
      .collection('apikeys')
      .updateOne({ hint: key.slice(-4) }, { $set: { expiresAt: new Date(Date.now() - 1) } });
    expect((await ask(key, 'exports')).status).toBe(401);
    const past = await api.administrator.post<ApiKeyDto>('api-keys', {
      ...{ name: 'Late', role: 'viewer', expiresAt: new Date(Date.now() - 1).toISOString() },
    });
    expect(past).toMatchObject({ status: 400, body: { errors: [{ path: 'expiresAt' }] } });
    expect(id).toBeTruthy();
  });

  it('are not guessed: a wrong secret, an unknown id, half a key', async () => {
    const { key } = await make();
    const other = key.endsWith('A') ? 'B' : 'A';
    const unknown = `ar_${'0'.repeat(24)}${key.slice(27)}`;
    for (const wrong of [key.slice(0, -1) + other, unknown, key.slice(0, 40), 'ar_'])
      expect((await ask(wrong, 'exports')).status).toBe(401);
  });

  it('are for administrators', async () => {
    for (const caller of [api.contributor, api.viewer])
      expect((await caller.get('api-keys')).status).toBe(403);
  });
});
