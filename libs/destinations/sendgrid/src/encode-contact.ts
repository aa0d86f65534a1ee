import type { EncodedRecord, FieldValue, MappedRow } from '@audience-relay/destinations/core';
import type { Column, Session, ValueForm } from './session';

/** One contact as JSON. Text is put together by hand: this runs once for every person of a run. */
export function encodeContact(row: MappedRow, session: Session): EncodedRecord {
  let json = `{"email":${JSON.stringify(row.identity)}${membersOf(row.fields, session.columns)}`;
  if (session.alternateEmails.length > 0) json += alternateEmailsOf(row, session.alternateEmails);
  if (session.customColumns.length > 0) {
    const members = membersOf(row.custom, session.customColumns);
    if (members !== '') json += `,"custom_fields":{${members.slice(1)}}`;
  }
  return Buffer.from(`${json}}`);
}

/** Each member with a comma before it. */
function membersOf(values: Readonly<Record<string, FieldValue>>, columns: readonly Column[]): string {
  let json = '';
  for (const { name, member, form } of columns) {
    const value = values[name];
    // An identifier cannot be cleared, and an empty one is none.
    if (value === undefined || (form === 'identifier' && (value === null || value === ''))) continue;
    json += `,${member}${valueOf(value, form)}`;
  }
  return json;
}

/** An empty text clears a field of any type. */
function valueOf(value: FieldValue, form: ValueForm): string {
  if (value === null || value === '') return '""';
  if (form === 'number') {
    const number = Number(value);
    return Number.isFinite(number) ? String(number) : JSON.stringify(value);
  }
  if (form === 'date') return dateOf(String(value));
  return JSON.stringify(typeof value === 'string' ? value : String(value));
}

/** The one form of dates that was seen to be stored and read back. What is no date is left for SendGrid to refuse. */
function dateOf(value: string): string {
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? JSON.stringify(value) : `"${date.toISOString()}"`;
}

/**
 * The alternate addresses as one list, without repeats and without the contact's own address: SendGrid fails a
 * contact that has one address twice.
 */
function alternateEmailsOf({ identity, fields }: MappedRow, names: readonly string[]): string {
  const mapped = names.filter((name) => fields[name] !== undefined);
  if (mapped.length === 0) return '';
  const addresses = new Set(
    mapped.map((name) => fields[name]).filter((value) => value !== null && value !== ''),
  );
  addresses.delete(identity);
  return `,"alternate_emails":${JSON.stringify([...addresses])}`;
}
