import type { Identifier } from '../state/contact';
import type { Endpoint } from './endpoint';
import { endpointName, jsonBody } from './endpoint';
import { idsOfQuery } from './query-ids';
import { refuse } from './reply';

const IDENTIFIER_OF: Readonly<Record<string, Identifier>> = {
  EMAIL: 'email',
  PHONENUMBERID: 'phone_number_id',
  EXTERNALID: 'external_id',
  ANONYMOUSID: 'anonymous_id',
};

const deleteContacts: Endpoint = {
  method: 'DELETE',
  path: '/v3/marketing/contacts',
  scope: 'marketing.delete',
  limit: 200,
  async handle(call) {
    const { sandbox, query } = call;
    const all = query.get('delete_all_contacts') === 'true';
    const ids = idsOfQuery(call, 'ids');
    if (!all && ids.length === 0) refuse(400, 'ids or delete_all_contacts is required', 'ids');
    const job_id = await sandbox.startJob({
      work: { kind: 'delete-contacts', ids: all ? 'all' : ids },
      requested: all ? sandbox.account.contacts.size : ids.length,
      endpoint: endpointName(deleteContacts),
    });
    return { status: 202, json: { job_id } };
  },
};

const deleteIdentifier: Endpoint = {
  method: 'DELETE',
  path: '/v3/marketing/contacts/{contact_id}/identifiers',
  scope: 'marketing.delete',
  limit: 600,
  async handle(call) {
    const { sandbox, params } = call;
    const contactId = params['contact_id'] ?? '';
    const body = jsonBody(call);
    const identifier = IDENTIFIER_OF[String(body['identifier_type'])];
    if (!identifier) {
      const message = `identifier_type should be one of ${Object.keys(IDENTIFIER_OF).join(', ')}`;
      refuse(400, message, 'identifier_type');
    }
    const value = body['identifier_value'];
    if (typeof value !== 'string' || value === '')
      refuse(400, 'identifier_value is required', 'identifier_value');
    if (!sandbox.account.contacts.byId(contactId)) refuse(404, 'contact not found', 'contact_id');
    const job_id = await sandbox.startJob({
      work: {
        kind: 'delete-identifier',
        contactId,
        identifier,
        value: identifier === 'email' ? value.toLowerCase() : value,
      },
      requested: 1,
      endpoint: endpointName(deleteIdentifier),
    });
    return { status: 202, json: { job_id } };
  },
};

export const deleteEndpoints: readonly Endpoint[] = [deleteContacts, deleteIdentifier];
