import { startTestApi, type TestApi } from '../testing/test-api';
import type { MeDto } from './auth.dto';

describe('signing in', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await startTestApi();
  });

  afterAll(() => api.close());

  it('tells who is signed in and what the role may do', async () => {
    const { status, body } = await api.viewer.get<MeDto>('auth/me');
    expect(status).toBe(200);
    expect(body.user).toMatchObject({ email: 'viewer@example.com', role: 'viewer' });
    expect(body.permissions).toContain('export:read');
    expect(body.permissions).not.toContain('export:write');
  });

  it('answers 401 as a problem to nobody', async () => {
    const { status, body, headers } = await api.nobody.get('auth/me');
    expect(status).toBe(401);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body).toMatchObject({ code: 'unauthenticated', status: 401, instance: '/api/v1/auth/me' });
  });
});
