import { LIMITS } from '../settings';
import type { Contact } from '../state/contact';
import { contactJson } from './contact-json';
import type { Endpoint } from './endpoint';
import { jsonBody, stringArray } from './endpoint';
import { refuse } from './reply';

const PATH = '/v3/marketing/contacts';

const sampleContacts: Endpoint = {
  method: 'GET',
  path: PATH,
  scope: 'marketing.read',
  limit: 600,
  handle(call) {
    const { contacts } = call.sandbox.account;
    const emailOf = ({ values }: Contact): string => values.email ?? '';
    const latest = contacts.latest().sort((a, b) => (emailOf(a) < emailOf(b) ? -1 : 1));
    return {
      status: 200,
      json: {
        // Recorded: this endpoint alone gives null for no alternate addresses.
        result: latest.map((contact) => ({
          ...contactJson(call, contact),
          alternate_emails: contact.values.alternate_emails ?? null,
        })),
        contact_count: contacts.size,
        _metadata: { self: `${call.baseUrl}${PATH}` },
      },
    };
  },
};

const countContacts: Endpoint = {
  method: 'GET',
  path: `${PATH}/count`,
  scope: 'marketing.read',
  limit: 600,
  handle({ sandbox }) {
    const { contacts } = sandbox.account;
    return {
      status: 200,
      json: {
        contact_count: contacts.size,
        billable_count: sandbox.account.billable(sandbox.now()),
        // Recorded in 2026, not documented.
        identifier_counts: {
          AID: contacts.countOf('anonymous_id'),
          EID: contacts.countOf('email'),
          EXTID: contacts.countOf('external_id'),
          PHNID: contacts.countOf('phone_number_id'),
        },
      },
    };
  },
};

const getContact: Endpoint = {
  method: 'GET',
  path: `${PATH}/{id}`,
  scope: 'marketing.read',
  limit: 600,
  handle(call) {
    const contact = call.sandbox.account.contacts.byId(call.params['id'] ?? '');
    if (!contact) refuse(404, 'contact not found', 'id');
    return { status: 200, json: contactJson(call, contact) };
  },
};

const getBatch: Endpoint = {
  method: 'POST',
  path: `${PATH}/batch`,
  scope: 'marketing.read',
  limit: 600,
  handle(call) {
    const ids = stringArray(jsonBody(call), 'ids');
    if (ids.length > LIMITS.idsPerLookup) {
      refuse(400, `ids should not hold more than ${LIMITS.idsPerLookup} items`, 'ids');
    }
    const found = ids
      .map((id) => call.sandbox.account.contacts.byId(id))
      .filter((contact) => contact !== undefined);
    return { status: 200, json: { result: found.map((contact) => contactJson(call, contact)) } };
  },
};

/** `{id}` comes last: the paths before it would match it too. */
export const readEndpoints: readonly Endpoint[] = [sampleContacts, countContacts, getBatch, getContact];
