import type { EncodedRecord, FieldValue, MappedRow } from '@audience-relay/destinations/core';
import type { Column, Session, ValueForm } from './session';

/** One contact as JSON. Text is put together by hand: this runs once for every person of a run. */
export function encodeContact(row: MappedRow, session: Session): EncodedRecord {
  let json = `{"email":${textOf(row.identity)}${membersOf(row.fields, session.columns)}`;
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
  return textOf(typeof value === 'string' ? value : String(value));
}

/** Nothing that JSON escapes: no quote, backslash, control character or surrogate. */
const plain = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

/** A JSON string. Most text is itself between quotes, and seeing that is quicker than letting JSON look. */
function textOf(value: string): string {
  return plain.test(value) ? `"${value}"` : JSON.stringify(value);
}

const sentDate = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The one form of dates that was seen to be stored and read back. What is no date is left for SendGrid to refuse. */
function dateOf(value: string): string {
  if (sentDate.test(value)) return `"${value}"`;
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
