import type { ProfileField, Sharing } from '@audience-relay/contracts';
import { ConnectionRepository, ProfileFieldRepository, SegmentRepository } from '@audience-relay/data';
import type { Types } from 'mongoose';
import type { TestApi } from '../../testing/test-api';
import type { CreateExportDto } from '../export.dto';

const fields: ProfileField[] = [
  { key: 'email', label: 'E-mail', type: 'text', semanticType: 'Identity.Service.Email' },
  { key: 'firstName', label: 'First name', type: 'text', semanticType: 'Person.FirstName' },
  { key: 'points', label: 'Points', type: 'number', semanticType: 'Custom' },
];

/** A database with people in two segments that overlap, and connections to SendGrid. */
export interface Audience {
  /** 8 people: p00 to p07. */
  first: Types.ObjectId;
  /** 6 people: p04 to p09. */
  second: Types.ObjectId;
  connect(name: string, sharing: Sharing, baseUrl?: string): Promise<Types.ObjectId>;
  /** A body that can be posted. */
  exportOn(connectionId: Types.ObjectId, changes?: Partial<CreateExportDto>): CreateExportDto;
}

export async function makeAudience(api: TestApi): Promise<Audience> {
  await api.get(ProfileFieldRepository).add(fields);
  const first = await makeSegment(api, 'First');
  const second = await makeSegment(api, 'Second');
  const people = Array.from({ length: 10 }, (_, index) => ({
    _id: `p0${index}`,
    fields: { email: `person${index}@example.com`, firstName: `Person ${index}`, points: index },
    segments: [...(index < 8 ? [first] : []), ...(index >= 4 ? [second] : [])],
    updatedAt: new Date(),
  }));
  await api.database.collection<{ _id: string }>('profiles').insertMany(people);

  return {
    first,
    second,
    connect: (name, sharing, baseUrl) => makeConnection(api, name, sharing, baseUrl),
    exportOn: (connectionId, changes = {}) => ({
      name: 'Newsletter readers',
      connectionId: String(connectionId),
      settings: { list: '5a9d6c3e-0000-4000-8000-000000000001' },
      settingsLabels: { list: 'Newsletter' },
      mapping: { fields: { email: 'email', first_name: 'firstName' }, custom: [] },
      segmentIds: [String(first)],
      ...changes,
    }),
  };
}

async function makeSegment(api: TestApi, name: string): Promise<Types.ObjectId> {
  const rule = { match: 'all' as const, conditions: [{ field: 'email', operator: 'isNotNull' as const }] };
  const definition = { name, description: '', rule, state: 'active' as const };
  const segment = await api.get(SegmentRepository).insert(definition, null);
  if ('refused' in segment) throw new Error(`The segment ${name} exists`);
  return segment.saved._id;
}

async function makeConnection(
  api: TestApi,
  name: string,
  sharing: Sharing,
  baseUrl?: string,
): Promise<Types.ObjectId> {
  const userId = api.administrator.userId as Types.ObjectId;
  const connection = await api.get(ConnectionRepository).insert(
    {
      name,
      destination: 'sendgrid',
      sharing,
      fields: { region: 'global', timeoutSeconds: 10, ...(baseUrl && { baseUrl }) },
      secrets: { apiKey: 'SG.sandbox.full-access' },
      consent: { userId, userName: 'Test', at: new Date(), textVersion: '1' },
      exportUserId: userId,
    },
    userId,
  );
  if ('refused' in connection) throw new Error(`The connection ${name} exists`);
  return connection.saved._id;
}
