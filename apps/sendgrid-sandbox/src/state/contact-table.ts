import type { ContactRow, ContactValues, Identifier } from './contact';
import { Contact, IDENTIFIERS } from './contact';
import { contactId, contactNumber } from './contact-id';
import type { CustomField } from './custom-field';
import { rowValues } from './row-values';

const SAMPLE = 50;
const NO_LISTS: readonly string[] = Object.freeze([]);

export type UpsertOutcome = 'created' | 'updated' | { reason: string };

/** The contacts with their indexes: by number, by each identifier, and per list. */
export class ContactTable {
  private readonly contacts: (Contact | undefined)[] = [];
  private readonly byIdentifier: Record<Identifier, Map<string, Contact>> = {
    email: new Map(),
    phone_number_id: new Map(),
    external_id: new Map(),
    anonymous_id: new Map(),
  };
  private readonly byAlternateEmail = new Map<string, Contact>();
  private readonly members = new Map<string, Set<number>>();
  /** Numbers of the contacts last written, per list and ('') for the account; newest last, may repeat. */
  private readonly recent = new Map<string, number[]>();
  /** One array per combination of lists, shared by all contacts that are on exactly these lists. */
  private readonly combinations = new Map<string, readonly string[]>([['', NO_LISTS]]);
  private stored = 0;

  constructor(private readonly seed: number) {}

  get size(): number {
    return this.stored;
  }

  get nextNumber(): number {
    return this.contacts.length;
  }

  countOf(identifier: Identifier): number {
    return this.byIdentifier[identifier].size;
  }

  idOf(contact: Contact): string {
    return contactId(contact.number, this.seed);
  }

  byId(id: string): Contact | undefined {
    const number = contactNumber(id, this.seed);
    return number === undefined ? undefined : this.contacts[number];
  }

  byNumber(number: number): Contact | undefined {
    return this.contacts[number];
  }

  find(identifier: Identifier, value: string): Contact | undefined {
    return this.byIdentifier[identifier].get(identifier === 'email' ? value.toLowerCase() : value);
  }

  /** By primary or alternate address, in any case. */
  findByAnyEmail(email: string): Contact | undefined {
    const lower = email.toLowerCase();
    return this.byIdentifier.email.get(lower) ?? this.byAlternateEmail.get(lower);
  }

  *all(): Generator<Contact> {
    for (const contact of this.contacts) if (contact) yield contact;
  }

  *onList(listId: string): Generator<Contact> {
    for (const number of this.members.get(listId) ?? []) {
      const contact = this.contacts[number];
      if (contact) yield contact;
    }
  }

  listSize(listId: string): number {
    return this.members.get(listId)?.size ?? 0;
  }

  /** Up to 50 contacts last written to a list, or to the account when no list is given; newest first. */
  latest(listId = ''): Contact[] {
    const found = new Map<number, Contact>();
    const numbers = this.recent.get(listId) ?? [];
    for (let index = numbers.length - 1; index >= 0 && found.size < SAMPLE; index -= 1) {
      const number = numbers[index] as number;
      const contact = this.contacts[number];
      if (contact && (listId === '' || this.members.get(listId)?.has(number))) found.set(number, contact);
    }
    return [...found.values()];
  }

  /** How many of these rows would make a new contact. */
  countNew(rows: readonly ContactRow[]): number {
    const fresh = new Set<string>();
    let anonymous = 0;
    for (const row of rows) {
      const known = IDENTIFIERS.some((name) => {
        const value = row[name];
        return typeof value === 'string' && this.find(name, value) !== undefined;
      });
      if (known) continue;
      if (typeof row['email'] === 'string') fresh.add(row['email'].toLowerCase());
      else anonymous += 1;
    }
    return fresh.size + anonymous;
  }

  /** Adds or updates one contact and puts it on the lists. Fields that the row omits stay as they are. */
  upsert(
    row: ContactRow,
    listIds: readonly string[],
    fields: ReadonlyMap<string, CustomField>,
    now: number,
  ): UpsertOutcome {
    const values = rowValues(row, fields);
    if (isRefused(values)) return values;
    const matched = this.match(values);
    if (isRefused(matched)) return matched;
    const existing = matched.contact;
    const contact =
      existing ?? this.insert(new Contact(this.contacts.length, {}, NO_LISTS, now, now), values);
    if (existing) {
      this.index(existing, values);
      existing.values = mergeValues(existing.values, values);
      existing.updatedAt = now;
    }
    for (const listId of listIds) this.addToList(contact, listId);
    this.remember('', contact.number);
    return existing ? 'updated' : 'created';
  }

  /** Puts a stored contact back, as it was when the state was last compacted. */
  restore(contact: Contact): void {
    while (this.contacts.length < contact.number) this.contacts.push(undefined);
    const { values, listIds } = contact;
    contact.listIds = NO_LISTS;
    this.insert(contact, values);
    for (const listId of listIds) this.addToList(contact, listId);
    this.remember('', contact.number);
  }

  /** Keeps numbers, and so ids, of deleted contacts from being given out again. */
  skipTo(number: number): void {
    while (this.contacts.length < number) this.contacts.push(undefined);
  }

  remove(contact: Contact): void {
    for (const name of IDENTIFIERS) {
      const value = contact.values[name];
      if (value !== undefined) this.byIdentifier[name].delete(value);
    }
    for (const email of contact.values.alternate_emails ?? []) this.byAlternateEmail.delete(email);
    for (const listId of contact.listIds) this.members.get(listId)?.delete(contact.number);
    this.contacts[contact.number] = undefined;
    this.stored -= 1;
  }

  removeFromList(contact: Contact, listId: string): boolean {
    if (!this.members.get(listId)?.delete(contact.number)) return false;
    contact.listIds = this.combination(contact.listIds.filter((id) => id !== listId));
    return true;
  }

  removeIdentifier(contact: Contact, identifier: Identifier): void {
    const value = contact.values[identifier];
    if (value !== undefined) this.byIdentifier[identifier].delete(value);
    const { [identifier]: _removed, ...rest } = contact.values;
    contact.values = rest;
  }

  dropList(listId: string): void {
    for (const contact of this.onList(listId)) {
      contact.listIds = this.combination(contact.listIds.filter((id) => id !== listId));
    }
    this.members.delete(listId);
    this.recent.delete(listId);
  }

  private insert(contact: Contact, values: ContactValues): Contact {
    this.contacts[contact.number] = contact;
    this.stored += 1;
    this.index(contact, values);
    contact.values = mergeValues({}, values);
    return contact;
  }

  /** The contact that a row means, if it exists; or why the row cannot be told. */
  private match(values: ContactValues): { contact?: Contact } | { reason: string } {
    let contact: Contact | undefined;
    for (const name of IDENTIFIERS) {
      const value = values[name];
      const found = value ? this.byIdentifier[name].get(value) : undefined;
      if (found && contact && found !== contact) {
        return { reason: 'the identifiers belong to different contacts' };
      }
      contact ??= found;
    }
    if (contact) {
      for (const name of IDENTIFIERS) {
        const stored = contact.values[name];
        if (stored !== undefined && stored !== values[name]) {
          return { reason: `all identifiers of a contact must be present to update it: ${name} is missing` };
        }
      }
    }
    const { email } = values;
    if (email && (this.byAlternateEmail.get(email) ?? contact) !== contact) {
      return { reason: `email '${email}' is an alternate address of another contact` };
    }
    for (const alternate of values.alternate_emails ?? []) {
      const owner = this.findByAnyEmail(alternate);
      if (alternate === email || (owner && owner !== contact)) {
        return {
          reason: `alternate email '${alternate}' belongs to another contact or is the primary address`,
        };
      }
    }
    return { contact };
  }

  private index(contact: Contact, values: ContactValues): void {
    for (const name of IDENTIFIERS) {
      const value = values[name];
      if (value) this.byIdentifier[name].set(value, contact);
    }
    if (!values.alternate_emails) return;
    for (const email of contact.values.alternate_emails ?? []) this.byAlternateEmail.delete(email);
    for (const email of values.alternate_emails) this.byAlternateEmail.set(email, contact);
  }

  private addToList(contact: Contact, listId: string): void {
    let members = this.members.get(listId);
    if (!members) this.members.set(listId, (members = new Set()));
    if (!members.has(contact.number)) {
      members.add(contact.number);
      contact.listIds = this.combination([...contact.listIds, listId]);
    }
    this.remember(listId, contact.number);
  }

  private combination(listIds: readonly string[]): readonly string[] {
    const key = listIds.join();
    let shared = this.combinations.get(key);
    if (!shared) this.combinations.set(key, (shared = Object.freeze([...listIds])));
    return shared;
  }

  private remember(listId: string, number: number): void {
    let numbers = this.recent.get(listId);
    if (!numbers) this.recent.set(listId, (numbers = []));
    numbers.push(number);
    if (numbers.length > 40 * SAMPLE) numbers.splice(0, numbers.length - 2 * SAMPLE);
  }
}

function isRefused(value: object): value is { reason: string } {
  return 'reason' in value;
}

/** An empty identifier says nothing: identifiers are removed by their own endpoint. Other fields take "". */
function mergeValues(stored: ContactValues, given: ContactValues): ContactValues {
  const merged: ContactValues = { ...stored };
  for (const key in given) {
    if (given[key] === '' && (IDENTIFIERS as readonly string[]).includes(key)) continue;
    if (key === 'custom_fields') merged.custom_fields = { ...stored.custom_fields, ...given.custom_fields };
    else merged[key] = given[key];
  }
  return merged;
}
