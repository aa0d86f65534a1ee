import { type RunningSandbox, startSandbox } from '@audience-relay/sendgrid-sandbox';
import type { mongo } from 'mongoose';
import dns from 'node:dns';
import { makeAudience } from '../exports/testing/audience';
import { breachOf, Chance, type FuzzRequest, openApi, type Operation, requestTo } from './contract-fuzzer';
import { type Caller, startTestApi, testPassword, type TestApi } from './test-api';

/** `npm run test:fuzz` sends more, chosen by another seed each time unless one is named by `TEST_FUZZ_SEED`. */
const rounds = Number(process.env['TEST_FUZZ_ROUNDS'] ?? 6);
const seed = process.env['TEST_FUZZ_SEED'] ?? (process.env['TEST_FUZZ_ROUNDS'] ? String(Date.now()) : '1');

jest.setTimeout(60_000 + rounds * 5_000);

let api: TestApi;
let sandbox: RunningSandbox;
let callers: Record<string, Caller>;
const pools = new Map<string, readonly string[]>();

const collections: Record<string, string> = {
  users: 'users',
  'api-keys': 'apikeys',
  connections: 'connections',
  exports: 'exports',
  segments: 'segments',
  runs: 'runs',
  refreshes: 'refreshes',
  'profiles/imports': 'imports',
  'profiles/fields': 'profilefields',
  profiles: 'profiles',
  destinations: '',
};

/** Ids for what stands in a path, and for what bodies name; those of the people who ask are not among them. */
function known(path: string): readonly string[] {
  if (path === '') return [...pools.values()].flat();
  const subject = Object.keys(collections).find((one) => path.startsWith(`/api/v1/${one}/{`));
  return pools.get(subject ?? '') ?? [];
}

async function readPools(): Promise<void> {
  const own = new Set(Object.values(callers).map(({ userId }) => String(userId)));
  for (const [subject, collection] of Object.entries(collections)) {
    if (collection === '') continue;
    const found = await api.database
      .collection<mongo.Document>(collection)
      .find({}, { projection: { _id: 1 }, limit: 20 })
      .toArray();
    pools.set(
      subject,
      found.map(({ _id }) => encodeURIComponent(String(_id))).filter((id) => id !== '' && !own.has(id)),
    );
  }
  pools.set('destinations', ['sendgrid', 'webhook', 'file']);
}

beforeAll(async () => {
  // Whatever a request invents for an address, nothing leaves this machine.
  const { lookup } = dns;
  jest.spyOn(dns, 'lookup').mockImplementation(((name: string, ...rest: unknown[]) => {
    const own = name === 'localhost' || name === '127.0.0.1';
    return (lookup as (...all: unknown[]) => unknown)(own ? name : 'nowhere.invalid', ...rest);
  }) as typeof lookup);
  sandbox = await startSandbox({ port: 0 });
  api = await startTestApi();
  const { administrator, contributor, viewer, nobody } = api;
  callers = { administrator, contributor, viewer, nobody };
  const audience = await makeAudience(api);
  const shared = await audience.connect('Shared', 'administrators-and-contributors', sandbox.url);
  await audience.connect('Unshared', 'administrators', sandbox.url);
  for (const name of ['First', 'Second']) {
    const { body } = await contributor.post<{ id: string }>('exports', audience.exportOn(shared, { name }));
    await contributor.post(`exports/${body.id}/runs`, {});
  }
  await administrator.post('users', {
    email: 'victim@example.com',
    name: 'Victim',
    role: 'viewer',
    password: testPassword,
  });
  await administrator.post('api-keys', { name: 'Script', role: 'viewer' });
  await administrator.post('refreshes', {});
  await administrator.fetch('profiles/imports', {
    method: 'POST',
    headers: { 'Content-Type': 'text/csv' },
    body: 'email\nkari@example.com\n',
  });
  await readPools();
});
afterAll(async () => {
  jest.restoreAllMocks();
  await api.close();
  await sandbox.stop();
});

const operations = Object.entries(openApi.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

interface Case {
  path: string;
  method: string;
  operation: Operation;
}

/** Ends the session of who asks, or changes their password: then nothing after it would be asked by anybody. */
const selfDestructive = new Set(['logout', 'changePassword']);

async function breach(
  caller: Caller,
  operation: Operation,
  { path, ...init }: FuzzRequest,
): Promise<string | null> {
  return breachOf(operation, await caller.fetch(path, init));
}

describe('The contract', () => {
  it.each(operations)(
    '$method $path holds, whatever is sent by whom',
    async ({ path, method, operation }: Case) => {
      const breaches: string[] = [];
      for (const [role, caller] of Object.entries(callers)) {
        if (role !== 'nobody' && selfDestructive.has(operation.operationId)) continue;
        for (let round = 0; round < rounds; round += 1) {
          const chance = new Chance(hash(`${seed} ${round} ${role} ${operation.operationId}`));
          const request = requestTo(path, method, operation, chance, known);
          const found = await breach(caller, operation, request);
          if (found)
            breaches.push(
              `TEST_FUZZ_SEED=${seed} ${role}, round ${round}: ${found}\n  ${JSON.stringify(request).slice(0, 1_500)}`,
            );
        }
      }
      if (/delete|post/.test(method)) await readPools();
      expect(breaches.join('\n')).toBe('');
    },
  );
});

function hash(text: string): number {
  let value = 0;
  for (const character of text) value = (Math.imul(value, 31) + (character.codePointAt(0) ?? 0)) | 0;
  return value;
}
