import { LIMITS } from '../settings';
import type { Contact, Identifier } from '../state/contact';
import { IDENTIFIERS } from '../state/contact';
import { isEmail } from '../state/row-values';
import { contactJson } from './contact-json';
import type { Call, Endpoint } from './endpoint';
import { jsonBody, stringArray } from './endpoint';
import type { Reply } from './reply';
import { refuse } from './reply';

const LONGEST_EMAIL = 100;

const searchEmails: Endpoint = {
  method: 'POST',
  path: '/v3/marketing/contacts/search/emails',
  scope: 'marketing.read',
  limit: 600,
  handle(call) {
    const emails = stringArray(jsonBody(call), 'emails').filter((email) => email !== '');
    if (emails.length === 0) refuse(400, 'at least one email is required', 'emails');
    if (emails.length > LIMITS.idsPerLookup) {
      refuse(400, `emails should not hold more than ${LIMITS.idsPerLookup} items`, 'emails');
    }
    for (const email of emails) {
      // One bad address refuses all the others, as in an upsert.
      if (email.length > LONGEST_EMAIL) {
        refuse(400, `email should not be longer than ${LONGEST_EMAIL} characters`, 'emails');
      }
      if (!isEmail(email)) refuse(400, `email '${email}' is not valid`, 'emails');
    }
    const { contacts } = call.sandbox.account;
    const result = lookUp(
      call,
      emails.map((email) => email.toLowerCase()),
      (email) => contacts.findByAnyEmail(email),
    );
    return result ?? refuse(404, 'no contacts found', 'emails');
  },
};

const searchIdentifiers: Endpoint = {
  method: 'POST',
  path: '/v3/marketing/contacts/search/identifiers/{identifier_type}',
  scope: 'marketing.read',
  limit: 600,
  handle(call) {
    // The errors of this endpoint are single objects, outside of `errors`.
    const single = (status: number, message: string): Reply => ({ status, json: { message } });
    const type = call.params['identifier_type'] as Identifier;
    if (!IDENTIFIERS.includes(type))
      return single(400, `identifier_type should be one of ${IDENTIFIERS.join(', ')}`);
    const body = jsonBody(call);
    const identifiers = stringArray(body, 'identifiers').filter((value) => value !== '');
    if (identifiers.length === 0) return single(400, 'at least one identifier is required');
    if (identifiers.length > LIMITS.idsPerLookup) {
      return single(400, `identifiers should not hold more than ${LIMITS.idsPerLookup} items`);
    }
    const bad = type === 'email' ? identifiers.find((email) => !isEmail(email)) : undefined;
    if (bad !== undefined) return single(400, `email '${bad}' is not valid`);
    const { contacts } = call.sandbox.account;
    const values = type === 'email' ? identifiers.map((email) => email.toLowerCase()) : identifiers;
    return lookUp(call, values, (value) => contacts.find(type, value)) ?? single(404, 'no contacts found');
  },
};

export const lookupEndpoints: readonly Endpoint[] = [searchEmails, searchIdentifiers];

/** A contact or an error for each value; undefined when none of them is known. */
function lookUp(
  call: Call,
  values: readonly string[],
  find: (value: string) => Contact | undefined,
): Reply | undefined {
  const result: Record<string, unknown> = {};
  let known = 0;
  for (const value of values) {
    const contact = find(value);
    if (contact) known += 1;
    result[value] = contact ? { contact: contactJson(call, contact) } : { error: 'contact not found' };
  }
  return known > 0 ? { status: 200, json: { result } } : undefined;
}
