import { Rest, until } from './rest';
import { system } from './system';

interface WithId {
  id: string;
}

export interface Demo {
  /** Makes its names unlike those of other tests on the same system. */
  tag: string;
  segment: { id: string; name: string };
  connection: { id: string; name: string };
  list: { id: string; name: string };
  export: { id: string; name: string };
}

/** People of one test, in a column of their own. The sandbox refuses phone number 0, as the real service does. */
const people = (tag: string) => `id,First name,E-mail,Phone,City,Team
${tag}-1,Ann,ann.${tag}@example.com,+4791234567,Oslo,${tag}
${tag}-2,Bo,bo.${tag}@example.com,+4791234568,Bergen,${tag}
${tag}-3,Cy,cy.${tag}@example.com,0,Oslo,${tag}
${tag}-4,Dag,,+4791234569,Bodø,${tag}
`;

/** Profiles and a segment of them. */
export async function withPeople(rest: Rest, tag: string): Promise<Demo['segment']> {
  await rest.send('POST', `/profiles/imports?format=csv&idColumn=id&name=${tag}.csv`, { csv: people(tag) });
  const name = `People of ${tag}`;
  const rule = { match: 'all', conditions: [{ field: 'team', operator: 'equals', value: tag }] };
  const { id } = await rest.send<WithId>('POST', '/segments', { json: { name, rule } });
  await until('the segment to be refreshed', async () => {
    const segment = await rest.send<{ status: string; memberCount: number | null }>('GET', `/segments/${id}`);
    return segment.status === 'succeeded' && segment;
  });
  return { id, name };
}

/** All that an export needs, and one that is ready to run. */
export async function makeDemo(rest: Rest, tag: string): Promise<Demo> {
  const segment = await withPeople(rest, tag);
  const { version } = await rest.send<{ version: string }>('GET', '/connections/consent-text');
  const connection = { id: '', name: `Sandbox ${tag}` };
  connection.id = (
    await rest.send<WithId>('POST', '/connections', {
      json: {
        name: connection.name,
        destination: 'sendgrid',
        sharing: 'administrators-and-contributors',
        fields: { apiKey: 'SG.sandbox.full-access', region: 'global', baseUrl: system.sandboxUrl },
        consent: true,
        consentTextVersion: version,
        exportUser: { password: system.admin.password },
      },
    })
  ).id;
  const list = { id: '', name: `List ${tag}` };
  list.id = (
    await rest.send<WithId>('POST', `/connections/${connection.id}/targets`, { json: { name: list.name } })
  ).id;
  const demo = { tag, segment, connection, list };
  return { ...demo, export: await addExport(rest, demo, `Everyone of ${tag}`) };
}

/** One more export to the same list. */
export async function addExport(
  rest: Rest,
  { segment, connection, list }: Omit<Demo, 'export'>,
  name: string,
): Promise<Demo['export']> {
  const { id } = await rest.send<WithId>('POST', '/exports', {
    json: {
      name,
      connectionId: connection.id,
      settings: { list: list.id },
      settingsLabels: { list: list.name },
      mapping: { fields: { email: 'email', first_name: 'firstName' }, custom: [] },
      segmentIds: [segment.id],
    },
  });
  return { id, name };
}
