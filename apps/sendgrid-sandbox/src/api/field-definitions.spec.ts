import type { RunningSandbox } from '../server';
import { startSandbox } from '../server';
import type { ErrorBody } from '../testing/test-client';
import { QUICK, TestClient, until } from '../testing/test-client';

const PATH = '/v3/marketing/field_definitions';

interface FieldBody {
  id: string;
  name: string;
  field_type: string;
  read_only?: boolean;
}

describe('field definitions', () => {
  let sandbox: RunningSandbox;
  let client: TestClient;

  beforeAll(async () => {
    sandbox = await startSandbox({ port: 0, timings: QUICK });
    client = new TestClient(sandbox);
  });
  beforeEach(() => sandbox.control.reset());
  afterAll(() => sandbox.stop());

  it('creates fields with the type in their id, and lists them beside the reserved ones', async () => {
    for (const type of ['Text', 'Number', 'Date']) {
      const { status, body } = await client.call<FieldBody>('POST', PATH, {
        name: `my_${type}`,
        field_type: type,
      });
      expect(status).toBe(200);
      expect(body.id).toMatch(new RegExp(`_${type.charAt(0)}$`));
    }
    const { body } = await client.call<{ custom_fields: FieldBody[]; reserved_fields: FieldBody[] }>(
      'GET',
      PATH,
    );
    expect(body.custom_fields.map((field) => field.name)).toEqual(['my_Text', 'my_Number', 'my_Date']);
    expect(body.reserved_fields).toHaveLength(29);
    expect(body.reserved_fields).toContainEqual({
      id: '_rf22_D',
      name: 'updated_at',
      field_type: 'Date',
      read_only: true,
    });
  });

  it('lists a new field at once, but lets it be used only after a while', async () => {
    sandbox.control.changeSettings({ timings: { fieldUsableMs: 100 } });
    const { id } = (await client.call<FieldBody>('POST', PATH, { name: 'plan', field_type: 'Text' })).body;
    const row = { email: 'a@b.no', custom_fields: { [id]: 'x' } };
    const early = await client.upsert([row]);
    expect([early.status, early.body.errors[0]?.message]).toEqual([
      400,
      `invalid custom field ids supplied - ${id}`,
    ]);
    expect((await client.call<{ custom_fields: FieldBody[] }>('GET', PATH)).body.custom_fields).toHaveLength(
      1,
    );
    await until(async () => (await client.upsert([row])).status === 202);
  });

  it.each([
    ['1st', 'Text'],
    ['with space', 'Text'],
    ['', 'Text'],
    ['x'.repeat(101), 'Text'],
    ['Email', 'Text'],
    ['contact_id', 'Text'],
    ['fine', 'Boolean'],
    ['fine', undefined],
  ])('refuses %s of type %s', async (name, type) => {
    const { status, body } = await client.call<ErrorBody>('POST', PATH, { name, field_type: type });
    expect(status).toBe(400);
    expect(body.errors[0]?.message).toEqual(expect.any(String));
  });

  it('keeps names unique without regard to case, when created and when renamed', async () => {
    await client.call('POST', PATH, { name: 'CamelCase', field_type: 'Text' });
    expect((await client.call('POST', PATH, { name: 'camelcase', field_type: 'Text' })).status).toBe(400);
    const { id } = (await client.call<FieldBody>('POST', PATH, { name: 'other', field_type: 'Date' })).body;
    expect((await client.call('PATCH', `${PATH}/${id}`, { name: 'CAMELCASE' })).status).toBe(400);
    const renamed = await client.call<FieldBody>('PATCH', `${PATH}/${id}`, { name: 'Other' });
    expect(renamed.body).toMatchObject({ id, name: 'Other', field_type: 'Date' });
  });

  it('deletes a field with its values, and never gives its id again', async () => {
    const id = await client.createField('plan', 'Text');
    await client.deliver([{ email: 'a@b.no', custom_fields: { [id]: 'gold' } }]);
    expect((await client.call('DELETE', `${PATH}/${id}`)).status).toBe(204);
    expect((await client.call('DELETE', `${PATH}/${id}`)).status).toBe(404);
    expect((await client.call('PATCH', `${PATH}/${id}`, { name: 'x' })).status).toBe(404);
    expect(await client.find('a@b.no')).toMatchObject({ custom_fields: {} });
    expect(await client.createField('plan', 'Text')).not.toBe(id);
  });

  it('stops at 500', async () => {
    for (let index = 0; index < 500; index += 1) {
      const { status } = await client.call('POST', PATH, { name: `f${index}`, field_type: 'Text' });
      expect(status).toBe(200);
    }
    expect((await client.call('POST', PATH, { name: 'f500', field_type: 'Text' })).status).toBe(400);
    // 501 requests: on a busy machine they take their time.
  }, 30_000);
});
