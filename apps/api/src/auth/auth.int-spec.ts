import { UserRepository } from '@audience-relay/data';
import { Types } from 'mongoose';
import { startTestApi, type TestApi, testPassword } from '../testing/test-api';
import type { MeDto, SessionListDto, TokensDto } from './auth.dto';

const viewer = { email: 'viewer@example.com', password: testPassword };

describe('signing in', () => {
  let api: TestApi;

  beforeEach(async () => {
    api = await startTestApi();
  });

  afterEach(() => api.close());

  const forScript = () => api.nobody.post<TokensDto>('auth/login', { ...viewer, tokenDelivery: 'body' });
  const refresh = (refreshToken?: string) => api.nobody.post<TokensDto>('auth/refresh', { refreshToken });

  /** Signs in as a browser does. @returns The cookie to send back. */
  async function signInByCookie(): Promise<string> {
    const { headers, body } = await api.nobody.post<TokensDto>('auth/login', viewer);
    const cookie = headers.getSetCookie()[0] ?? '';
    expect(body.refreshToken).toBeUndefined();
    expect(cookie).toMatch(/^refresh=.+; Path=\/api\/v1\/auth; .*HttpOnly; SameSite=Strict$/);
    return cookie.split(';', 1)[0] ?? '';
  }

  const refreshByCookie = (
    Cookie: string,
    requestedWith: Record<string, string> = { 'X-Requested-With': 'test' },
  ) => api.nobody.fetch('auth/refresh', { method: 'POST', headers: { Cookie, ...requestedWith } });

  it('tells who is signed in and what the role may do', async () => {
    const { status, body } = await api.viewer.get<MeDto>('auth/me');
    expect(status).toBe(200);
    expect(body.user).toMatchObject({ email: 'viewer@example.com', role: 'viewer' });
    expect(body.permissions).toContain('export:read');
    expect(body.permissions).not.toContain('export:write');
  });

  it('answers 401 as a problem to nobody, and to a token that was not made here', async () => {
    const { status, body, headers } = await api.nobody.get('auth/me');
    expect(status).toBe(401);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body).toMatchObject({ code: 'unauthenticated', status: 401, instance: '/api/v1/auth/me' });

    const claims = Buffer.from(JSON.stringify({ sub: String(api.administrator.userId) })).toString(
      'base64url',
    );
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`;
    const forged = await api.nobody.fetch('auth/me', { headers: { Authorization: `Bearer ${unsigned}` } });
    expect(forged.status).toBe(401);
  });

  it('gives the same answer to a wrong password and to an unknown address', async () => {
    const wrong = await api.nobody.post('auth/login', { ...viewer, password: 'not the password' });
    const unknown = await api.nobody.post('auth/login', {
      email: 'x@example.com',
      password: 'not the password',
    });
    for (const answer of [wrong, unknown])
      expect(answer).toMatchObject({
        status: 401,
        body: { code: 'invalid-credentials', detail: 'The e-mail address or the password is wrong.' },
      });
  });

  it('is locked for an account and address after five wrong passwords, also with the right one', async () => {
    const wrong = { ...viewer, password: 'not the password' };
    const statuses = await Promise.all(
      Array.from({ length: 8 }, async () => (await api.nobody.post('auth/login', wrong)).status),
    );
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 423)).toHaveLength(3);

    const locked = await api.nobody.post('auth/login', viewer);
    expect(locked).toMatchObject({ status: 423, body: { code: 'account-locked' } });
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(60);
    const other = await api.nobody.post('auth/login', { ...viewer, email: 'contributor@example.com' });
    expect(other.status).toBe(201);
  });

  it('forgets wrong passwords after a right one', async () => {
    for (let round = 0; round < 3; round++) {
      for (let tries = 0; tries < 4; tries++)
        await api.nobody.post('auth/login', { ...viewer, password: 'not the password' });
      expect((await api.nobody.post('auth/login', viewer)).status).toBe(201);
    }
  });

  it('lasts by refresh tokens that are good for one use', async () => {
    const first = await forScript();
    const second = await refresh(first.body.refreshToken);
    expect(second.status).toBe(200);
    expect(second.body.refreshToken).not.toBe(first.body.refreshToken);
    const third = await refresh(second.body.refreshToken);
    expect(third.status).toBe(200);
    const stored = await api.database.collection('sessions').find().toArray();
    expect(JSON.stringify(stored)).not.toContain(third.body.refreshToken);
  });

  it('ends when a refresh token is used twice: the whole family', async () => {
    const first = await forScript();
    const second = await refresh(first.body.refreshToken);
    expect(await refresh(first.body.refreshToken)).toMatchObject({
      status: 401,
      body: { code: 'refresh-token-invalid' },
    });
    expect((await refresh(second.body.refreshToken)).status).toBe(401);
  });

  it('gives one of several scripts with the same token the new one', async () => {
    const { body } = await forScript();
    const answers = await Promise.all(Array.from({ length: 6 }, () => refresh(body.refreshToken)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('lets two tabs refresh by the same cookie at the same moment', async () => {
    const cookie = await signInByCookie();
    const answers = await Promise.all([refreshByCookie(cookie), refreshByCookie(cookie)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const cookies = answers.flatMap((answer) => answer.headers.getSetCookie());
    expect(cookies).toHaveLength(1);
    const next = await refreshByCookie(cookies[0]?.split(';', 1)[0] ?? '');
    expect(next.status).toBe(200);
  });

  it('does not take the cookie without the header that other origins cannot send', async () => {
    const cookie = await signInByCookie();
    expect((await refreshByCookie(cookie, {})).status).toBe(403);
    expect((await refreshByCookie(cookie)).status).toBe(200);
  });

  it('does not take a cookie whose time is over', async () => {
    const { body } = await forScript();
    await api.database
      .collection('sessions')
      .updateMany({ userId: api.viewer.userId }, { $set: { expiresAt: new Date(Date.now() - 1000) } });
    expect((await refresh(body.refreshToken)).status).toBe(401);
  });

  it('takes its access token along, however it ends', async () => {
    const me = ({ body }: { body: TokensDto }) => api.callAs(body.accessToken).get('auth/me');
    const ends: [string, (tokens: { body: TokensDto }) => Promise<unknown>][] = [
      ['signing out', ({ body }) => api.nobody.post('auth/logout', { refreshToken: body.refreshToken })],
      [
        'a refresh token that is used twice',
        async ({ body }) => {
          await refresh(body.refreshToken);
          await refresh(body.refreshToken);
        },
      ],
      [
        'a new password, in another sign-in',
        () =>
          api.viewer.put('auth/password', {
            currentPassword: testPassword,
            newPassword: 'a new sentence 11',
          }),
      ],
    ];
    for (const [how, end] of ends) {
      const tokens = await forScript();
      expect([how, (await me(tokens)).status]).toEqual([how, 200]);
      await end(tokens);
      expect([how, (await me(tokens)).status]).toEqual([how, 401]);
    }
  });

  it('is believed by another process for seconds at most after it ended', async () => {
    const tokens = await forScript();
    const me = () => api.callAs(tokens.body.accessToken).get('auth/me');
    expect((await me()).status).toBe(200);
    // As another process would.
    await api.database.collection('sessions').deleteMany({ userId: api.viewer.userId });
    await new Promise((resolve) => setTimeout(resolve, 5_100));
    expect((await me()).status).toBe(401);
  });

  it('is listed, and ended one or all', async () => {
    const [first, second] = [await forScript(), await forScript()];
    const caller = api.callAs(first.body.accessToken);
    const list = async () => (await caller.get<SessionListDto>('auth/sessions')).body.items;
    const all = await list();
    expect(all).toHaveLength(3);
    expect(all.filter(({ current }) => current)).toHaveLength(1);
    expect(all[0]).toMatchObject({ userAgent: expect.any(String), createdAt: expect.any(String) });

    const other = all.find(({ current }) => !current)?.id ?? '';
    expect((await api.contributor.delete(`auth/sessions/${other}`)).status).toBe(404);
    expect((await caller.delete(`auth/sessions/${other}`)).status).toBe(204);
    expect(await list()).toHaveLength(2);
    expect((await caller.delete('auth/sessions')).status).toBe(204);
    for (const token of [first.body.accessToken, second.body.accessToken])
      expect((await api.callAs(token).get('auth/me')).status).toBe(401);
    expect((await refresh(second.body.refreshToken)).status).toBe(401);
    expect((await api.contributor.get('auth/me')).status).toBe(200);
  });

  it('ends by signing out', async () => {
    const { body } = await forScript();
    const answer = await api.nobody.post('auth/logout', { refreshToken: body.refreshToken });
    expect(answer.status).toBe(204);
    expect((await refresh(body.refreshToken)).status).toBe(401);
  });

  it('changes the password with the old one, and ends all other sign-ins', async () => {
    const other = await forScript();
    const next = 'a new sentence 11';
    const wrong = await api.viewer.put('auth/password', { currentPassword: 'wrong', newPassword: next });
    expect(wrong).toMatchObject({ status: 400, body: { errors: [{ path: 'currentPassword' }] } });
    const right = await api.viewer.put('auth/password', { currentPassword: testPassword, newPassword: next });
    expect(right.status).toBe(204);
    expect((await refresh(other.body.refreshToken)).status).toBe(401);
    expect((await api.nobody.post('auth/login', viewer)).status).toBe(401);
    expect((await api.nobody.post('auth/login', { ...viewer, password: next })).status).toBe(201);
  });

  it('does not know a user that was removed', async () => {
    await api.get(UserRepository).remove(api.viewer.userId ?? new Types.ObjectId());
    expect((await api.viewer.get('auth/me')).status).toBe(401);
  });
});

describe('the address that tries are counted by', () => {
  const tryFrom = async (api: TestApi, forwarded: string) => {
    const response = await api.nobody.fetch('auth/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': forwarded },
      body: JSON.stringify({ email: 'viewer@example.com', password: 'wrong' }),
    });
    return response.status;
  };

  it.each([
    ['is the peer itself without a proxy', 0, (index: number) => `10.1.1.${index}`],
    [
      'is what the one proxy saw, not what the caller wrote before it',
      1,
      (index: number) => `10.1.1.${index}, 10.9.9.9`,
    ],
    [
      'is the first that is no proxy of the subnets',
      ['loopback', '10.9.0.0/16'],
      (index: number) => `10.1.1.${index}, 192.0.2.7, 10.9.9.9`,
    ],
  ])('%s', async (_, trustProxy, forwarded) => {
    const api = await startTestApi({ trustProxy });
    try {
      const statuses = [];
      for (let index = 0; index < 6; index += 1) statuses.push(await tryFrom(api, forwarded(index)));
      expect(statuses).toEqual([401, 401, 401, 401, 401, 423]);
    } finally {
      await api.close();
    }
  });

  it('tells callers behind a proxy apart, so that nobody locks somebody else out', async () => {
    const api = await startTestApi({ trustProxy: 1 });
    try {
      for (let index = 0; index < 6; index += 1) await tryFrom(api, '10.1.1.1');
      expect(await tryFrom(api, '10.1.1.1')).toBe(423);
      expect(await tryFrom(api, '10.1.1.2')).toBe(401);
    } finally {
      await api.close();
    }
  });
});

describe('sign-in tries from one address', () => {
  it('are limited by the minute', async () => {
    const api = await startTestApi({ signInsPerMinute: 5 });
    try {
      // Three were used to sign the callers in.
      const statuses = [];
      for (let tries = 0; tries < 3; tries++)
        statuses.push(
          (await api.nobody.post('auth/login', { email: `${tries}@example.com`, password: 'x' })).status,
        );
      expect(statuses).toEqual([401, 401, 429]);
    } finally {
      await api.close();
    }
  });
});

describe('the first administrator', () => {
  const firstAdministrator = { email: 'First@Example.com', password: 'plenty of words 9' };

  it('is made at boot when there is no user, and only then', async () => {
    const api = await startTestApi({ firstAdministrator });
    try {
      const { status, body } = await api.nobody.post<TokensDto>('auth/login', firstAdministrator);
      expect(status).toBe(201);
      expect(body.user.role).toBe('administrator');
      expect(await api.database.collection('users').countDocuments({ name: 'Administrator' })).toBe(1);
    } finally {
      await api.close();
    }
  });

  it('must have a good password, or the API does not start', async () => {
    const start = startTestApi({ firstAdministrator: { ...firstAdministrator, password: 'admin' } });
    await expect(start).rejects.toThrow('ADMIN_PASSWORD is not usable.');
  });
});
