import { startTestApi, type TestApi, testPassword } from '../testing/test-api';
import type { UserDto } from '../users/user.dto';
import type { AuditListDto } from './audit.dto';

describe('audit', () => {
  let api: TestApi;

  beforeEach(async () => {
    api = await startTestApi();
  });

  afterEach(() => api.close());

  const list = (query = '') => api.administrator.get<AuditListDto>(`audit${query}`);

  it('holds who changed what, without what it was changed to', async () => {
    const { body: user } = await api.administrator.post<UserDto>('users', {
      email: 'kari@example.com',
      name: 'Kari Nordmann',
      role: 'viewer',
      password: testPassword,
    });
    await api.administrator.patch(`users/${user.id}`, { version: 1, name: 'Kari Hansen' });
    await api.administrator.delete(`users/${user.id}`);

    const { body } = await list(`?subjectId=${user.id}&sort=at`);
    const me = { id: String(api.administrator.userId), name: 'Test administrator' };
    expect(body.items).toMatchObject([
      { action: 'createUser', subject: 'users', user: me, members: ['email', 'name', 'role', 'password'] },
      { action: 'updateUser', subjectId: user.id, user: me, members: ['name'] },
      { action: 'removeUser', subjectId: user.id, user: me, members: [] },
    ]);
    const stored = JSON.stringify(await api.database.collection('audit').find().toArray());
    for (const value of ['kari@example.com', 'Kari', testPassword, 'viewer@example.com'])
      expect(stored).not.toContain(value);
  });

  it('holds sign-ins, but nothing that was only read, tried out or refused', async () => {
    await api.administrator.get('users');
    await api.administrator.post('connections/test', { destination: 'sendgrid', fields: { apiKey: 'x' } });
    await api.administrator.post('users', { email: 'not complete' });
    await api.contributor.post('users', {});
    await api.administrator.post('schedules/next-times', { every: 'daily', time: '06:00', timeZone: 'UTC' });
    const { body } = await list();
    expect(body.items.map(({ action, user }) => `${action} ${user?.name}`).sort()).toEqual([
      'login Test administrator',
      'login Test contributor',
      'login Test viewer',
    ]);
  });

  it('says what was changed where one controller serves several things', async () => {
    const set = await api.administrator.fetch('settings/alerts', {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ version: 1, email: null, webhook: { url: 'http://127.0.0.1:9/alerts' } }),
    });
    expect(set.status).toBe(200);
    const { body } = await list('?subject=alerts');
    expect(body.items).toMatchObject([{ action: 'setAlertSettings', members: ['email', 'webhook'] }]);
  });

  it('names what still exists', async () => {
    const imported = await api.administrator.fetch('profiles/imports?format=csv&idColumn=id', {
      method: 'POST',
      headers: { 'Content-Type': 'text/csv' },
      body: 'id,city\n1,Oslo\n',
    });
    expect(imported.status).toBe(201);
    const { body: segment } = await api.administrator.post<{ id: string }>('segments', {
      name: 'People of Oslo',
      rule: { match: 'all', conditions: [{ field: 'city', operator: 'equals', value: 'Oslo' }] },
    });
    expect((await list('?subject=segments')).body.items).toMatchObject([
      { action: 'createSegment', subjectId: segment.id, subjectName: 'People of Oslo' },
    ]);
    await api.administrator.delete(`segments/${segment.id}`);
    const { body } = await list('?subject=segments&sort=at');
    expect(body.items.map(({ action, subjectName }) => [action, subjectName])).toEqual([
      ['createSegment', null],
      ['removeSegment', null],
    ]);
  });

  it('does not hold whose profile was erased', async () => {
    const { body: made } = await api.administrator
      .fetch('profiles/imports?format=csv&idColumn=mail', {
        method: 'POST',
        headers: { 'Content-Type': 'text/csv' },
        body: 'mail,name\nola@example.com,Ola\n',
      })
      .then(async (response) => ({ body: (await response.json()) as { id: string } }));
    const erased = await api.administrator.delete(`profiles/${encodeURIComponent('ola@example.com')}`);
    expect(erased.status).toBeLessThan(300);
    const { body } = await list('?subject=profiles');
    expect(body.items).toMatchObject([{ subjectId: null, user: { name: 'Test administrator' } }]);
    expect((await list('?subject=imports')).body.items).toMatchObject([{ subjectId: made.id }]);
    expect(JSON.stringify(await api.database.collection('audit').find().toArray())).not.toContain('ola@');
  });

  it('is for administrators', async () => {
    expect((await api.contributor.get('audit')).status).toBe(403);
    expect((await api.viewer.get('audit')).status).toBe(403);
  });
});
