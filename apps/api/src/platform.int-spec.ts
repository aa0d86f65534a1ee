import { UserRepository, WorkerHeartbeatRepository } from '@audience-relay/data';
import { QueueDispatcher } from '@audience-relay/queue';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { startTestApi, type TestApi } from './testing/test-api';

let api: TestApi;

afterEach(() => api.close());

describe('health', () => {
  beforeEach(async () => {
    api = await startTestApi();
  });

  it('is live without asking anything', async () => {
    expect(await api.nobody.get('health/live')).toMatchObject({ status: 200, body: { status: 'ok' } });
  });

  it('is ready when database, Redis and a worker are there', async () => {
    expect(await api.nobody.get('health/ready')).toMatchObject({
      status: 503,
      body: {
        code: 'service-unavailable',
        detail: 'Not there: worker.',
        database: 'up',
        redis: 'up',
        worker: 'down',
        workerHeartbeatAge: null,
      },
    });
    const heartbeats = api.get(WorkerHeartbeatRepository);
    await heartbeats.beat('worker-1');
    expect(await api.nobody.get('health/ready')).toMatchObject({
      status: 200,
      body: { status: 'ok', database: 'up', redis: 'up', worker: 'up', workerHeartbeatAge: 0 },
    });
    await api.database
      .collection('workerheartbeats')
      .updateOne({}, { $set: { at: new Date(Date.now() - 60_000) } });
    expect(await api.nobody.get('health/ready')).toMatchObject({
      status: 503,
      body: { worker: 'down', workerHeartbeatAge: 60 },
    });
    await heartbeats.leave('worker-1');
    expect(await heartbeats.findLatest()).toBeNull();
  });

  it('says that Redis is away', async () => {
    api.get(QueueDispatcher).queue('export-runs').client.disconnect();
    await api.get(WorkerHeartbeatRepository).beat('worker-1');
    expect(await api.nobody.get('health/ready')).toMatchObject({
      status: 503,
      body: { detail: 'Not there: redis.', database: 'up', redis: 'down' },
    });
  });
});

describe('every answer', () => {
  beforeEach(async () => {
    api = await startTestApi();
  });

  it('carries the request id and the security headers', async () => {
    const response = await api.nobody.fetch('health/live', {
      headers: { 'X-Request-Id': 'from-the-caller' },
    });
    expect(response.headers.get('x-request-id')).toBe('from-the-caller');
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('x-powered-by')).toBeNull();
  });

  it.each([
    ['broken JSON', '{"email":', 400, 'malformed-request'],
    ['more than a megabyte', JSON.stringify({ email: 'x'.repeat(1024 * 1024) }), 413, 'payload-too-large'],
    ['members that are unknown', '{"email":"a","password":"b","admin":true}', 400, 'validation-failed'],
  ])('is a problem after %s', async (_, body, status, code) => {
    const response = await api.nobody.fetch('auth/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
    });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toMatchObject({ code, status, requestId: expect.any(String) });
  });

  it('is a problem at an address that is not there, and for what is no id', async () => {
    expect(await api.nobody.get('nothing')).toMatchObject({ status: 404, body: { code: 'not-found' } });
    expect(await api.administrator.get('users/nonsense')).toMatchObject({
      status: 404,
      body: { code: 'not-found' },
    });
  });

  it('is a problem without inner words when something breaks', async () => {
    jest.spyOn(api.get(UserRepository), 'findPage').mockRejectedValue(new Error('inner words'));
    const answer = await api.administrator.get('users');
    expect(answer).toMatchObject({ status: 500, body: { code: 'internal-error' } });
    expect(JSON.stringify(answer.body)).not.toContain('inner words');
  });

  it('is a problem that says so when the database is away', async () => {
    await api.database.close();
    const answer = await api.nobody.post('auth/login', { email: 'a@example.com', password: 'b' });
    expect(answer).toMatchObject({ status: 503, body: { code: 'service-unavailable' } });
    await api.database.openUri(`${process.env.TEST_MONGODB_URI}`, { dbName: api.database.name });
  });
});

describe('the description of the API', () => {
  beforeEach(async () => {
    api = await startTestApi();
  });

  interface Operation {
    operationId: string;
    tags: string[];
    summary?: string;
    responses: Record<string, unknown>;
    security?: unknown[];
  }

  it('names, describes and guards every operation', async () => {
    const response = await fetch(`${api.url}/api/docs-json`);
    const { paths, components } = (await response.json()) as {
      paths: Record<string, Record<string, Operation>>;
      components: { schemas: Record<string, { properties?: Record<string, { description?: string }> }> };
    };
    const operations = Object.values(paths).flatMap((path) => Object.values(path));
    const names = operations.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
    const incomplete = operations.filter(
      ({ summary, tags, responses }) => !summary || tags.length !== 1 || !responses['500'],
    );
    expect(incomplete.map(({ operationId }) => operationId)).toEqual([]);
    const open = operations.filter(({ security }) => !security).map(({ operationId }) => operationId);
    expect(open.sort()).toEqual(['getLiveness', 'getReadiness', 'login', 'logout', 'refresh']);
    const silent = Object.entries(components.schemas).flatMap(([name, { properties = {} }]) =>
      Object.entries(properties).flatMap(([key, { description }]) => (description ? [] : [`${name}.${key}`])),
    );
    expect(silent).toEqual([]);
  });

  it('is shown by Swagger UI under the same policy', async () => {
    const response = await fetch(`${api.url}/api/docs`);
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(html).not.toMatch(/<script(?![^>]*src=)[^>]*>\s*\S/);
  });
});

describe('the console', () => {
  let folder: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), '.below a dot '));
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Console</title>');
    writeFileSync(join(folder, 'main-QJ5NXZ2W.js'), 'export {};');
    writeFileSync(join(folder, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    api = await startTestApi({ consoleDir: folder });
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const get = (path: string, accept = 'text/html') => fetch(`${api.url}${path}`, { headers: { accept } });

  it('answers with its page at every path of its own', async () => {
    for (const path of ['/', '/exports', '/runs/6743f0e2a1b2c3d4e5f60718']) {
      const response = await get(path);
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('<title>Console</title>');
      expect(response.headers.get('cache-control')).toBe('no-cache');
    }
  });

  it('lets browsers keep what has a hash in its name, and nothing else', async () => {
    const script = await get('/main-QJ5NXZ2W.js', '*/*');
    expect(script.headers.get('cache-control')).toContain('immutable');
    const icon = await get('/favicon.svg', '*/*');
    expect(icon.headers.get('cache-control')).toBe('no-cache');
  });

  it('sends what the build compressed to whoever understands it, at every path', async () => {
    for (const name of ['index.html', 'main-QJ5NXZ2W.js']) {
      const content = readFileSync(join(folder, name));
      writeFileSync(join(folder, `${name}.br`), brotliCompressSync(content));
      writeFileSync(join(folder, `${name}.gz`), gzipSync(content));
    }
    const compressed = await startTestApi({ consoleDir: folder });
    try {
      for (const [path, type] of [
        ['/exports', 'text/html'],
        ['/main-QJ5NXZ2W.js', 'text/javascript'],
      ] as const)
        for (const [accepted, sent] of [
          ['gzip, deflate, br', 'br'],
          ['gzip', 'gzip'],
          ['identity', null],
        ] as const) {
          const headers = { accept: 'text/html', 'accept-encoding': accepted };
          const response = await fetch(`${compressed.url}${path}`, { headers });
          expect(response.headers.get('content-encoding')).toBe(sent);
          expect(response.headers.get('content-type')).toContain(type);
          expect(response.headers.get('vary')).toContain('Accept-Encoding');
          expect(await response.text()).toMatch(/Console|export/);
          const kept = path === '/exports' ? 'no-cache' : 'immutable';
          expect(response.headers.get('cache-control')).toContain(kept);
        }
    } finally {
      await compressed.close();
    }
  });

  it('leaves missing files missing and the API to itself', async () => {
    expect((await get('/main-AAAAAAAA.js', '*/*')).status).toBe(404);
    expect((await get('/api/v1/nothing')).status).toBe(404);
    expect((await get('/api')).status).toBe(404);
    const outside = await get('/..%2f..%2f..%2f..%2fetc%2fpasswd', '*/*');
    expect(await outside.text()).not.toContain('root:');
  });
});

describe('metrics', () => {
  it('are off without a token', async () => {
    api = await startTestApi();
    expect(await api.administrator.get('metrics')).toMatchObject({
      status: 404,
      body: { code: 'not-found' },
    });
  });

  it('count requests by route for the bearer of the token', async () => {
    api = await startTestApi({ metricsToken: 'the-token' });
    expect((await api.nobody.get('metrics')).status).toBe(401);
    await api.administrator.get(`users/${String(api.viewer.userId)}`);
    const response = await api.nobody.fetch('metrics', { headers: { Authorization: 'Bearer the-token' } });
    const text = await response.text();
    expect(text).toMatch(
      /http_request_duration_seconds_count\{.*route="\/api\/v1\/users\/:id",status="200".*\} 1/,
    );
    expect(text).not.toContain(String(api.viewer.userId));
  });
});

describe('shutting down', () => {
  it('lets a request under way end, and does not wait for connections that are only kept alive', async () => {
    api = await startTestApi();
    const { app, url } = api;
    const answered = new Promise<number>((resolve, reject) => {
      const upload = request(
        `${url}/api/v1/auth/login`,
        { method: 'POST', headers: { 'Content-Type': 'application/json', 'Content-Length': 2 } },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      );
      upload.on('error', reject);
      upload.write('{');
      upload.once('socket', (socket) => socket.once('connect', () => setTimeout(() => upload.end('}'), 300)));
    });
    await api.nobody.get('health/live');
    await api.database.dropDatabase();
    const begun = Date.now();
    const [status] = await Promise.all([answered, app.close()]);
    expect(status).toBe(400);
    expect(Date.now() - begun).toBeLessThan(4_000);
    await expect(fetch(`${url}/api/v1/health/live`)).rejects.toThrow();
    api = await startTestApi();
  });
});
