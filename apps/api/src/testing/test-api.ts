import type { Role } from '@audience-relay/contracts';
import { UserRepository } from '@audience-relay/data';
import type { Type } from '@nestjs/common';
import { getConnectionToken } from '@nestjs/mongoose';
import type { NestExpressApplication } from '@nestjs/platform-express';
import Redis from 'ioredis';
import type { Connection, Types } from 'mongoose';
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { Passwords } from '../users/passwords';
import type { ApiConfig } from '../config/api-config';
import { createApp } from '../create-app';

export const testPassword = 'orange bicycle 47 rain';

/** An answer, with its JSON body read. */
export interface Answer<Body> {
  status: number;
  headers: Headers;
  body: Body;
}

/** Calls the API as one person, or as nobody. Paths are below /api/v1: `get('users')`. */
export interface Caller {
  userId: Types.ObjectId | null;
  get<Body>(path: string): Promise<Answer<Body>>;
  post<Body>(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<Body>>;
  put<Body>(path: string, body?: unknown): Promise<Answer<Body>>;
  patch<Body>(path: string, body?: unknown): Promise<Answer<Body>>;
  delete<Body>(path: string): Promise<Answer<Body>>;
  /** Anything else: streams, raw bodies. The path is below /api/v1. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

export interface TestApi {
  /** `http://127.0.0.1:port` */
  url: string;
  app: NestExpressApplication;
  database: Connection;
  administrator: Caller;
  contributor: Caller;
  viewer: Caller;
  nobody: Caller;
  /** Whoever holds an access token or an API key. */
  callAs(token: string): Caller;
  /** A provider of the running application: `api.get(UserRepository)`. */
  get<Provider>(type: Type<Provider>): Provider;
  /** Stops the application; drops its database and its keys in Redis. */
  close(): Promise<void>;
}

function required(name: 'TEST_MONGODB_URI' | 'TEST_REDIS_URL'): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: integration tests need a database and Redis (npm test).`);
  return value;
}

function createCaller(url: string, userId: Types.ObjectId | null, accessToken: string | null): Caller {
  const call = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${url}/api/v1/${path}`, {
      ...init,
      headers: { ...(accessToken && { Authorization: `Bearer ${accessToken}` }), ...init.headers },
    });

  const json = async <Body>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> => {
    const response = await call(path, {
      method,
      headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? undefined : JSON.parse(text)) as Body,
    };
  };

  return {
    userId,
    get: (path) => json('GET', path),
    post: (path, body, headers) => json('POST', path, body, headers),
    put: (path, body) => json('PUT', path, body),
    patch: (path, body) => json('PATCH', path, body),
    delete: (path) => json('DELETE', path),
    fetch: call,
  };
}

async function dropKeys(redisUrl: string, prefix: string): Promise<void> {
  const redis = new Redis(redisUrl);
  for await (const keys of redis.scanStream({ match: `${prefix}:*` }) as AsyncIterable<string[]>)
    if (keys.length > 0) await redis.del(...keys);
  redis.disconnect();
}

/**
 * The real API on a free port, against the real database and Redis, with one person of each role signed in over
 * HTTP. Each call has its own database and its own Redis prefix.
 */
export async function startTestApi(overrides: Partial<ApiConfig> = {}): Promise<TestApi> {
  const name = `test_api_${process.pid}_${randomBytes(4).toString('hex')}`;
  const config: ApiConfig = {
    host: '127.0.0.1',
    port: 0,
    mongodbUri: required('TEST_MONGODB_URI'),
    dbName: name,
    redisUrl: required('TEST_REDIS_URL'),
    redisPrefix: name,
    jwtSecret: randomBytes(32).toString('base64'),
    secretKeys: `test:${randomBytes(32).toString('base64')}`,
    firstAdministrator: null,
    logLevel: 'silent',
    consoleDir: '/nonexistent',
    trustProxy: 0,
    metricsToken: null,
    importMaxBytes: 1_000_000_000,
    runRetentionDays: 90,
    signInsPerMinute: 1_000,
    ...overrides,
  };
  const app = await createApp(config);
  const database = app.get<Connection>(getConnectionToken());
  const close = async (): Promise<void> => {
    await database.dropDatabase();
    await app.close();
    await dropKeys(config.redisUrl, name);
  };

  try {
    await app.listen(0, config.host);
    const url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
    const nobody = createCaller(url, null, null);
    const passwordHash = await app.get(Passwords).hash(testPassword);

    const signIn = async (role: Role): Promise<Caller> => {
      const email = `${role}@example.com`;
      const users = app.get(UserRepository);
      // A test that starts the API twice on one database has them already.
      await users.insert({ email, name: `Test ${role}`, role, passwordHash }, null);
      const user = await users.findByEmail(email);
      const { status, body } = await nobody.post<{ accessToken: string }>('auth/login', {
        email,
        password: testPassword,
      });
      if (!user || status !== 201) throw new Error(`Could not sign in as ${role}: ${JSON.stringify(body)}`);
      return createCaller(url, user._id, body.accessToken);
    };

    return {
      url,
      app,
      database,
      administrator: await signIn('administrator'),
      contributor: await signIn('contributor'),
      viewer: await signIn('viewer'),
      nobody,
      callAs: (token) => createCaller(url, null, token),
      get: (type) => app.get(type),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
