import { startTestApi, type TestApi, testPassword } from '../testing/test-api';
import type { UserDto, UserListDto } from './user.dto';

const kari = { email: ' Kari@Example.com', name: 'Kari Nordmann', role: 'viewer', password: testPassword };

describe('users', () => {
  let api: TestApi;

  beforeEach(async () => {
    api = await startTestApi();
  });

  afterEach(() => api.close());

  it('are made, listed, found, changed and removed by an administrator', async () => {
    const made = await api.administrator.post<UserDto>('users', kari);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ email: 'kari@example.com', role: 'viewer', version: 1 });
    expect(JSON.stringify(made.body)).not.toContain('argon2');

    const list = await api.administrator.get<UserListDto>('users?search=nordm&sort=-name');
    expect(list.body).toMatchObject({ total: 1, items: [{ name: 'Kari Nordmann' }] });

    const changed = await api.administrator.patch<UserDto>(`users/${made.body.id}`, {
      version: 1,
      role: 'contributor',
    });
    expect(changed.body).toMatchObject({ role: 'contributor', version: 2 });
    const stale = await api.administrator.patch(`users/${made.body.id}`, { version: 1, name: 'Other' });
    expect(stale).toMatchObject({ status: 409, body: { code: 'version-conflict' } });

    expect((await api.administrator.delete(`users/${made.body.id}`)).status).toBe(204);
    expect((await api.administrator.get(`users/${made.body.id}`)).status).toBe(404);
  });

  it('are nobody else’s business', async () => {
    for (const caller of [api.contributor, api.viewer])
      expect(await caller.get('users')).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });

  it('have one account an address', async () => {
    await api.administrator.post('users', kari);
    const again = await api.administrator.post('users', { ...kari, email: 'KARI@example.com' });
    expect(again).toMatchObject({ status: 409, body: { code: 'name-taken' } });
  });

  it('come page by page in a stable order', async () => {
    const names: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { body: UserListDto } = await api.administrator.get(
        `users?limit=2&sort=-lastSignInAt${cursor && `&cursor=${cursor}`}`,
      );
      names.push(...page.body.items.map(({ name }) => name));
      cursor = page.body.nextCursor;
    }
    expect(names).toEqual(['Test viewer', 'Test contributor', 'Test administrator']);
    const wrong = await api.administrator.get('users?cursor=abc');
    expect(wrong).toMatchObject({ status: 400, body: { errors: [{ path: 'cursor' }] } });
  });

  it('need a password that is not easy to guess', async () => {
    for (const password of ['short', 'aaaaaaaaaaaaaa', 'password12345', 'kari is my name']) {
      const answer = await api.administrator.post('users', { ...kari, password });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'password' }] } });
    }
  });

  it('keep one administrator, also when two demote each other at once', async () => {
    const other = await api.administrator.post<UserDto>('users', { ...kari, role: 'administrator' });
    const me = String(api.administrator.userId);
    const demote = (id: string) => api.administrator.patch(`users/${id}`, { version: 1, role: 'viewer' });
    const answers = await Promise.all([demote(other.body.id), demote(me)]);
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    const administrators = await api.database
      .collection('users')
      .countDocuments({ role: 'administrator', disabled: false });
    expect(administrators).toBeGreaterThanOrEqual(1);
  });

  it('cannot lose the last administrator', async () => {
    const me = String(api.administrator.userId);
    const answers = [
      await api.administrator.patch(`users/${me}`, { version: 1, disabled: true }),
      await api.administrator.delete(`users/${me}`),
    ];
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 409, body: { code: 'last-administrator' } });
    expect((await api.administrator.get('users')).status).toBe(200);
  });

  it('are out at once when they are disabled', async () => {
    const viewer = String(api.viewer.userId);
    expect((await api.viewer.get('auth/me')).status).toBe(200);
    await api.administrator.patch(`users/${viewer}`, { version: 1, disabled: true });
    expect((await api.viewer.get('auth/me')).status).toBe(401);
    expect(await api.database.collection('sessions').countDocuments({ userId: api.viewer.userId })).toBe(0);
  });
});
