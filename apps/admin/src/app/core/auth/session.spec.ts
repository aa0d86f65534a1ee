import { HttpClient, provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { BroadcastChannel } from 'node:worker_threads';
import { firstValueFrom } from 'rxjs';
import { Session } from './session';
import { sessionInterceptor } from './session.interceptor';

const user = {
  ...{ id: 'u1', email: 'kari@example.com', name: 'Kari', role: 'contributor' as const, disabled: false },
  ...{ createdAt: '2026-01-01T00:00:00Z', lastSignInAt: null, version: 1 },
};
const tokens = (accessToken: string) => ({ accessToken, expiresIn: 900, user });
const refreshAddress = '/api/v1/auth/refresh';

describe('a session', () => {
  let http: HttpTestingController;
  let client: HttpClient;
  let session: Session;

  beforeEach(async () => {
    // Browsers have it; jsdom does not.
    Object.assign(globalThis, { BroadcastChannel });
    localStorage.clear();
    TestBed.configureTestingModule({
      providers: [provideHttpClient(withInterceptors([sessionInterceptor])), provideHttpClientTesting()],
    });
    http = TestBed.inject(HttpTestingController);
    client = TestBed.inject(HttpClient);
    session = TestBed.inject(Session);
  });
  afterEach(() => {
    http.verify();
    session.ngOnDestroy();
  });

  async function signIn(): Promise<void> {
    const done = session.signIn('kari@example.com', 'secret');
    http.expectOne('/api/v1/auth/login').flush(tokens('first'));
    await done;
  }

  /** Lets promises that wait for each other go on until the request is there. */
  async function requestTo(url: string) {
    for (let turn = 0; turn < 20; turn++) {
      const [found] = http.match(url);
      if (found) return found;
      await Promise.resolve();
    }
    throw new Error(`Nobody asked for ${url}.`);
  }

  it('should send the token, and what the role may do should be known', async () => {
    await signIn();
    const answer = firstValueFrom(client.get('/api/v1/exports'));
    const request = http.expectOne('/api/v1/exports');
    expect(request.request.headers.get('Authorization')).toBe('Bearer first');
    request.flush({});
    await answer;
    expect(session.may('export:write')).toBe(true);
    expect(session.may('connection:manage')).toBe(false);
  });

  it('should renew the token once for several answers of 401, and ask again with the new one', async () => {
    await signIn();
    const both = Promise.all([
      firstValueFrom(client.get('/api/v1/exports')),
      firstValueFrom(client.get('/api/v1/runs')),
    ]);
    for (const url of ['/api/v1/exports', '/api/v1/runs'])
      http.expectOne(url).flush({}, { status: 401, statusText: 'Unauthorized' });
    (await requestTo(refreshAddress)).flush(tokens('second'));
    for (const url of ['/api/v1/exports', '/api/v1/runs']) {
      const again = await requestTo(url);
      expect(again.request.headers.get('Authorization')).toBe('Bearer second');
      again.flush({ url });
    }
    expect(await both).toEqual([{ url: '/api/v1/exports' }, { url: '/api/v1/runs' }]);
  });

  /** In an object: what is awaited is not awaited with it. */
  async function expire(): Promise<{ answer: Promise<unknown> }> {
    await signIn();
    const answer = firstValueFrom(client.get('/api/v1/exports'));
    http.expectOne('/api/v1/exports').flush({}, { status: 401, statusText: 'Unauthorized' });
    (await requestTo(refreshAddress)).flush({}, { status: 401, statusText: 'Unauthorized' });
    await new Promise((resolve) => setTimeout(resolve));
    expect(session.state()).toBe('expired');
    expect(session.accessToken()).toBeNull();
    return { answer };
  }

  it('should wait when the token cannot be renewed, and go on with whoever signs in again', async () => {
    const { answer } = await expire();
    const done = session.signIn('kari@example.com', 'secret');
    http.expectOne('/api/v1/auth/login').flush(tokens('again'));
    await done;
    const request = await requestTo('/api/v1/exports');
    expect(request.request.headers.get('Authorization')).toBe('Bearer again');
    request.flush({ items: [] });
    expect(await answer).toEqual({ items: [] });
    expect(session.state()).toBe('signed-in');
  });

  it('should fail what waits when the person signs out instead', async () => {
    const { answer } = await expire();
    const refused = expect(answer).rejects.toMatchObject({ status: 401 });
    const done = session.signOut();
    http.expectOne('/api/v1/auth/logout').flush({});
    await done;
    await refused;
    expect(session.state()).toBe('signed-out');
  });

  it('should neither begin nor end while an API that starts answers nothing', async () => {
    localStorage.setItem('audience-relay.signed-in', 'yes');
    const renewed = session.renew();
    (await requestTo(refreshAddress)).flush('', { status: 503, statusText: 'Service Unavailable' });
    expect(await renewed).toBe(false);
    expect([session.state(), session.unreachable()]).toEqual(['starting', true]);
  });

  it('should outlive an API that restarts', async () => {
    await signIn();
    const renewed = session.renew();
    (await requestTo(refreshAddress)).flush('', { status: 503, statusText: 'Service Unavailable' });
    expect(await renewed).toBe(false);
    expect(session.state()).toBe('signed-in');
  });

  it('should not ask the API when nobody has signed in with this browser', async () => {
    expect(await session.renew()).toBe(false);
    http.expectNone(refreshAddress);
    expect(session.state()).toBe('signed-out');
  });

  it('should end here even if the API cannot be told', async () => {
    await signIn();
    const done = session.signOut();
    http.expectOne('/api/v1/auth/logout').error(new ProgressEvent('error'));
    await expect(done).rejects.toBeDefined();
    expect(session.state()).toBe('signed-out');
  });
});
