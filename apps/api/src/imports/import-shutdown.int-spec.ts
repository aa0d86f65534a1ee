import { createConnection } from 'mongoose';
import { request as httpRequest } from 'node:http';
import { startTestApi, testPassword } from '../testing/test-api';
import type { ImportListDto } from './import.dto';

it('a shutdown ends an import that is under way, and what was read is written', async () => {
  const api = await startTestApi();
  const { name } = api.database;
  const { body } = await api.nobody.post<{ accessToken: string }>('auth/login', {
    email: 'contributor@example.com',
    password: testPassword,
  });
  const sender = httpRequest(`${api.url}/api/v1/profiles/imports`, {
    method: 'POST',
    headers: { 'Content-Type': 'text/csv', Authorization: `Bearer ${body.accessToken}` },
  });
  sender.on('error', () => undefined);
  sender.write(`id,city\n${Array.from({ length: 2_500 }, (_, id) => `${id},Oslo`).join('\n')}\n`);
  const deadline = Date.now() + 20_000;
  for (let total = 0; total === 0;) {
    total = (await api.viewer.get<ImportListDto>('profiles/imports')).body.total;
    if (Date.now() > deadline) throw new Error('The import never began');
  }
  await api.app.close();

  const uri = process.env['TEST_MONGODB_URI'] ?? '';
  const left = await createConnection(uri, { dbName: name }).asPromise();
  const [ended] = await left.collection('imports').find().toArray();
  expect(ended).toMatchObject({
    status: 'interrupted',
    reason: { code: 'server-stopped' },
    counts: { read: 2_500, created: 2_500 },
  });
  expect(await left.collection('profiles').countDocuments()).toBe(2_500);
  await left.dropDatabase();
  await left.close();
});
