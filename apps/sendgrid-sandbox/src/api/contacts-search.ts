import { LIMITS } from '../settings';
import type { Contact } from '../state/contact';
import { contactJson } from './contact-json';
import type { Call, Endpoint } from './endpoint';
import { jsonBody } from './endpoint';
import { refuse } from './reply';
import type { FieldReader, SgqlQuery, SgqlValue } from './sgql';
import { parseSgql, SgqlError } from './sgql';

const searchContacts: Endpoint = {
  method: 'POST',
  path: '/v3/marketing/contacts/search',
  scope: 'marketing.read',
  limit: 200,
  handle(call) {
    const { query: text } = jsonBody(call);
    if (typeof text !== 'string' || text.trim() === '') refuse(400, 'query is required', 'query');
    const query = parse(text);
    const read = fieldReader(call);
    const found: Contact[] = [];
    let count = 0;
    for (const contact of candidates(call, query)) {
      if (!query.matches(read(contact))) continue;
      count += 1;
      if (found.length < LIMITS.searchResults) found.push(contact);
    }
    return {
      status: 200,
      json: {
        contact_count: count,
        result: found.map((contact) => contactJson(call, contact)),
        _metadata: { self: `${call.baseUrl}/v3/marketing/contacts/search` },
      },
    };
  },
};

export const searchEndpoints: readonly Endpoint[] = [searchContacts];

function parse(text: string): SgqlQuery {
  try {
    return parseSgql(text);
  } catch (error) {
    if (error instanceof SgqlError) refuse(400, `invalid query: ${error.message}`, 'query');
    throw error;
  }
}

/** All contacts, unless the query names the addresses that it wants. */
function candidates({ sandbox }: Call, { emails }: SgqlQuery): Iterable<Contact> {
  const { contacts } = sandbox.account;
  if (!emails) return contacts.all();
  const named = emails
    .map((email) => contacts.find('email', email))
    .filter((contact) => contact !== undefined);
  return new Set(named);
}

function fieldReader({ sandbox }: Call): (contact: Contact) => FieldReader {
  const { contacts, fields } = sandbox.account;
  const idByName = new Map([...fields.values()].map(({ id, name }) => [name, id]));
  const time = (seconds: number): string => new Date(seconds * 1_000).toISOString();
  return (contact) => (field) => {
    const { values } = contact;
    let value: SgqlValue;
    if (field === 'list_ids') value = contact.listIds;
    else if (field === 'contact_id') value = contacts.idOf(contact);
    else if (field === 'created_at') value = time(contact.createdAt);
    else if (field === 'updated_at') value = time(contact.updatedAt);
    else if (idByName.has(field)) value = values.custom_fields?.[idByName.get(field) ?? ''];
    else value = values[field] as SgqlValue;
    return value === '' ? undefined : value;
  };
}
