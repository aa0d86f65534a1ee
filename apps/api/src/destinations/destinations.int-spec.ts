import { startTestApi, type TestApi } from '../testing/test-api';
import type { DestinationDto, DestinationListDto } from './destination.dto';

describe('destinations', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await startTestApi();
  });

  afterAll(() => api.close());

  it('are shown to everyone who is signed in, with all that their forms need', async () => {
    const { status, body } = await api.viewer.get<DestinationListDto>('destinations');
    expect(status).toBe(200);
    expect(body.items.map(({ key }) => key)).toEqual(expect.arrayContaining(['sendgrid', 'webhook']));
    const { body: sendgrid } = await api.viewer.get<DestinationDto>('destinations/sendgrid');
    expect(sendgrid).toMatchObject({
      name: 'SendGrid',
      mapping: { identity: 'email' },
      capabilities: { confirmation: 'async', targets: true, createTarget: true },
      limits: { maxRecords: 30_000, recommendedTotal: 100_000 },
    });
    expect(sendgrid.connectionFields[0]).toMatchObject({ key: 'apiKey', type: 'secret', required: true });
    expect(sendgrid.settingsFields[0]).toMatchObject({ key: 'list', type: 'target', advanced: false });
    expect(sendgrid.mapping.fields[0]).toMatchObject({ key: 'email', required: true });
  });

  it('are unknown under other keys, and to nobody', async () => {
    expect((await api.viewer.get('destinations/pigeon')).status).toBe(404);
    expect((await api.nobody.get('destinations')).status).toBe(401);
  });
});
