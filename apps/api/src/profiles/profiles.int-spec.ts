import { ProfileRepository } from '@audience-relay/data';
import { Types } from 'mongoose';
import { startTestApi, type TestApi } from '../testing/test-api';
import type { ProfileDto, ProfileFieldDto, ProfileFieldListDto, ProfileListDto } from './profile.dto';

const file = `Customer ID,First name,Last name,E-mail,Points
A-1,Åse,Berg,ase.berg@example.no,1
A-2,Ole,Åsheim,ole@example.no,2
B/3 x,Kari,Nordmann,KARI@Example.no,3
b.4,Berg,Olsen,,4
`;

describe('profiles', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await startTestApi();
  });

  afterAll(() => api.close());

  beforeEach(async () => {
    for (const name of ['profiles', 'profilesearch', 'profilefields', 'deliveries', 'runissues']) {
      await api.database.collection(name).deleteMany({});
    }
    const response = await api.contributor.fetch('profiles/imports', {
      method: 'POST',
      body: file,
      headers: { 'Content-Type': 'text/csv' },
    });
    expect(((await response.json()) as { status: string }).status).toBe('succeeded');
  });

  async function search(text: string): Promise<string[]> {
    const { body } = await api.viewer.get<ProfileListDto>(`profiles?search=${encodeURIComponent(text)}`);
    expect(body.total).toBe(body.items.length);
    return body.items.map(({ id }) => id);
  }

  it.each([
    ['A-', ['A-1', 'A-2']],
    ['a-', []],
    ['B/3', ['B/3 x']],
    ['kari@EXAMPLE', ['B/3 x']],
    ['åse', ['A-1']],
    ['ÅSE BERG', ['A-1']],
    ['berg', ['A-1', 'b.4']],
    ['åsheim', ['A-2']],
    ['example', []],
    ['.', []],
    ['b.', ['b.4']],
    ['.*', []],
    ['(', []],
    ['  ', ['A-1', 'A-2', 'B/3 x', 'b.4']],
  ])('finds by the beginning of id, address or name: %j', async (text, ids) => {
    expect(await search(text)).toEqual(ids);
  });

  it('lists page by page', async () => {
    const first = (await api.viewer.get<ProfileListDto>('profiles?limit=3&sort=-id')).body;
    const second = (
      await api.viewer.get<ProfileListDto>(`profiles?limit=3&sort=-id&cursor=${first.nextCursor}`)
    ).body;
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(['b.4', 'B/3 x', 'A-2', 'A-1']);
    expect([first.total, second.nextCursor]).toEqual([4, null]);
  });

  it('shows one, whatever its id looks like', async () => {
    const { status, body } = await api.viewer.get<ProfileDto>(`profiles/${encodeURIComponent('B/3 x')}`);
    expect([status, body.fields]).toEqual([
      200,
      { firstName: 'Kari', lastName: 'Nordmann', email: 'KARI@Example.no', points: 3 },
    ]);
    expect((await api.viewer.get('profiles/nobody')).status).toBe(404);
    expect((await api.nobody.get('profiles')).status).toBe(401);
  });

  it('names fields and what they mean', async () => {
    const changed = await api.contributor.patch<ProfileFieldDto>('profiles/fields/points', {
      label: 'Bonus points',
    });
    expect(changed.body).toMatchObject({
      key: 'points',
      label: 'Bonus points',
      type: 'number',
      semanticType: 'Custom',
    });
    const refused = await api.contributor.patch('profiles/fields/points', {
      semanticType: 'Location.PostalCode',
    });
    expect(refused.status).toBe(400);
    const both = { semanticType: 'Location.PostalCode', type: 'text' };
    expect((await api.contributor.patch('profiles/fields/points', both)).status).toBe(200);
    expect((await api.viewer.get<ProfileDto>('profiles/A-1')).body.fields['points']).toBe('1');
    expect((await api.contributor.patch('profiles/fields/nothing', { label: 'x' })).status).toBe(404);
    expect((await api.viewer.patch('profiles/fields/points', { label: 'x' })).status).toBe(403);
  });

  it('erases a person with everything that tells who it was, and nobody else', async () => {
    const exportId = new Types.ObjectId();
    const row = (_id: string) => ({ _id, x: exportId, h: '', i: 'a', r: exportId, e: 1, s: 1, a: true });
    const ids = ['led1/A-1', 'led1/A-1\u0001old', 'led1/A-10', 'led1/A-2', 'led2/A-1', 'led3/A-2'];
    await api.database.collection('deliveries').insertMany(ids.map(row) as never);
    const issue = (profileId: string) => ({
      _id: `r/${profileId}`,
      profileId,
      runId: exportId,
      exportId,
      at: new Date(),
    });
    await api.database.collection('runissues').insertMany(['A-1', 'A-2'].map(issue) as never);

    expect((await api.contributor.delete('profiles/A-1')).status).toBe(403);
    expect((await api.administrator.delete('profiles/A-1')).status).toBe(204);
    expect((await api.administrator.delete('profiles/A-1')).status).toBe(404);

    const left = await api.database.collection('deliveries').find().sort({ _id: 1 }).toArray();
    expect(left.map(({ _id }) => String(_id))).toEqual(['led1/A-10', 'led1/A-2', 'led3/A-2']);
    expect(await api.database.collection('runissues').countDocuments()).toBe(1);
    expect(await api.database.collection('profilesearch').countDocuments()).toBe(3);
    expect(await search('ase.berg')).toEqual([]);
    expect(await search('A-')).toEqual(['A-2']);
  });

  it('counts how many have a value of each field', async () => {
    await api.administrator.delete('profiles/A-1');
    const filled = async () => {
      const { body } = await api.viewer.get<ProfileFieldListDto>('profiles/fields');
      return body.items.map((field) => `${field.key} ${field.filled}`).join();
    };
    const expected = 'firstName 3,lastName 3,email 2,points 3';
    for (const deadline = Date.now() + 10_000; (await filled()) !== expected && Date.now() < deadline;);
    expect(await filled()).toBe(expected);
  });

  it('finds what it shows after a change, and nothing that is gone', async () => {
    const profiles = api.get(ProfileRepository);
    const search2 = { email: 'new@example.no', name: 'ole berg', family: 'berg ole' };
    await profiles.applyChanges([{ id: 'A-2', values: { lastName: 'Berg', points: null }, search: search2 }]);
    expect(await search('åsheim')).toEqual([]);
    expect(await search('berg')).toEqual(['A-1', 'A-2', 'b.4']);
    expect((await api.viewer.get<ProfileDto>('profiles/A-2')).body.fields).not.toHaveProperty('points');
  });
});
