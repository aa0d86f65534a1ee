import type { Envelope } from '@audience-relay/destinations/core';
import type { ListContext } from './connection';
import { resolveCustomFields, type ResolvedField } from './custom-fields';
import { checkList } from './lists';
import { ALTERNATE_EMAIL } from './mapping';

/** How one value is written. */
export type ValueForm = 'text' | 'identifier' | 'number' | 'date';

export interface Column {
  name: string;
  /** The member's name in JSON, with its colon: `"first_name":`. */
  member: string;
  form: ValueForm;
}

/** What one run resolved: which members a contact has, and what stands around the contacts. */
export interface Session {
  envelope: Envelope;
  columns: readonly Column[];
  customColumns: readonly Column[];
  alternateEmails: readonly string[];
}

const customForms = { Text: 'text', Number: 'number', Date: 'date' } as const;

/** @throws DestinationError when the list is gone or a custom field cannot be used */
export async function openSession(ctx: ListContext): Promise<Session> {
  await checkList(ctx);
  return makeSession(ctx, await resolveCustomFields(ctx));
}

export function makeSession(ctx: ListContext, customFields: readonly ResolvedField[]): Session {
  const mapped = Object.keys(ctx.mapping.fields);
  return {
    envelope: envelopeOf(ctx.settings.list),
    // The e-mail address is always there and comes first: `encode` writes it.
    columns: mapped
      .filter((name) => name !== 'email' && !ALTERNATE_EMAIL.test(name))
      .map((name) => ({
        name,
        member: memberOf(name),
        form: name === 'external_id' ? 'identifier' : 'text',
      })),
    customColumns: customFields.map(({ name, id, type }) => ({
      name,
      member: memberOf(id),
      form: customForms[type],
    })),
    alternateEmails: mapped.filter((name) => ALTERNATE_EMAIL.test(name)),
  };
}

export function envelopeOf(listId: string): Envelope {
  return { before: `{"list_ids":[${JSON.stringify(listId)}],"contacts":[`, between: ',', after: ']}' };
}

function memberOf(name: string): string {
  return `${JSON.stringify(name)}:`;
}
