import type { Contact } from '../state/contact';
import type { Call } from './endpoint';

const EMPTY = {
  address_line_1: '',
  address_line_2: '',
  alternate_emails: [] as string[],
  city: '',
  country: '',
  email: '',
  first_name: '',
  last_name: '',
  postal_code: '',
  state_province_region: '',
  phone_number: '',
  whatsapp: '',
  line: '',
  facebook: '',
  unique_name: '',
};

export type ContactJson = Record<string, unknown> & { id: string };

/** A contact as the API returns it: empty fields as "", custom fields by name. */
export function contactJson(
  { sandbox, baseUrl }: Pick<Call, 'sandbox' | 'baseUrl'>,
  contact: Contact,
): ContactJson {
  const { contacts, fields } = sandbox.account;
  const { custom_fields: custom = {}, ...values } = contact.values;
  const named: Record<string, string | number> = {};
  for (const id in custom) {
    const name = fields.get(id)?.name;
    const value = custom[id];
    if (name !== undefined && value !== undefined && value !== '') named[name] = value;
  }
  const id = contacts.idOf(contact);
  return {
    ...EMPTY,
    ...values,
    id,
    list_ids: contact.listIds,
    segment_ids: [],
    custom_fields: named,
    created_at: isoTime(contact.createdAt),
    updated_at: isoTime(contact.updatedAt),
    _metadata: { self: `${baseUrl}/v3/marketing/contacts/${id}` },
  };
}

function isoTime(seconds: number): string {
  return `${new Date(seconds * 1_000).toISOString().slice(0, 19)}Z`;
}
