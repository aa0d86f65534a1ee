import { createHash } from 'node:crypto';
import { jobJson } from '../api/jobs';
import { contactJson } from '../api/contact-json';
import type { ContactJson } from '../api/contact-json';
import { BUILT_IN_KEYS } from '../api/scopes';
import type { ActiveFault, Fault } from '../faults/fault';
import type { EndpointStats, LoggedRequest } from '../request-log';
import type { Sandbox } from '../sandbox';
import type { Settings, SettingsPatch } from '../settings';
import type { Contact } from '../state/contact';

export interface ListSummary {
  id: string;
  name: string;
  contacts: number;
}

export interface Stats {
  /** Requests to the API since the start or the last reset. */
  requests: number;
  /** Upsert requests among them, whatever their answer. */
  puts: number;
  endpoints: Record<string, EndpointStats>;
  contacts: number;
  lists: ListSummary[];
}

export interface ContactPage {
  items: ContactJson[];
  /** Give it as `after` to read on; null at the end. */
  next: number | null;
}

export interface Digest {
  contacts: number;
  /** SHA-256 over the sorted addresses, one a line. */
  emails: string;
  /** SHA-256 over the sorted contacts: address and all stored values, without ids and times. */
  values: string;
}

/** What tests and the page may do with a sandbox beyond the API. `/_control` is this over HTTP. */
export class Control {
  constructor(private readonly sandbox: Sandbox) {}

  get settings(): Settings {
    return this.sandbox.settings;
  }

  changeSettings(patch: SettingsPatch): Settings {
    this.sandbox.changeSettings(patch);
    return this.sandbox.settings;
  }

  /** Empties the account and switches everything back to how it started. */
  reset(): Promise<void> {
    return this.sandbox.reset();
  }

  /** Rewrites the state file as short as it can be, as the sandbox does by itself when that saves much. */
  compact(): Promise<void> {
    return this.sandbox.compact();
  }

  /** Adds a key, or replaces the scopes of one. */
  addKey(key: string, scopes: readonly string[]): Promise<void> {
    return this.sandbox.commit({ op: 'key', key, scopes });
  }

  /** Takes back an added key. The built-in ones stay. */
  async removeKey(key: string): Promise<boolean> {
    if (!this.sandbox.account.keys.has(key)) return false;
    await this.sandbox.commit({ op: 'key.delete', key });
    return true;
  }

  keys(): { key: string; scopes: readonly string[] }[] {
    return [...new Map([...BUILT_IN_KEYS, ...this.sandbox.account.keys])].map(([key, scopes]) => ({
      key,
      scopes,
    }));
  }

  addFault(fault: Fault): ActiveFault {
    return this.sandbox.faults.add(fault);
  }

  faults(): ActiveFault[] {
    return this.sandbox.faults.list();
  }

  removeFault(id: string): boolean {
    return this.sandbox.faults.remove(id);
  }

  clearFaults(): void {
    this.sandbox.faults.clear();
  }

  stats(): Stats {
    const { log, account } = this.sandbox;
    const endpoints = log.stats();
    return {
      requests: log.total,
      puts: endpoints['PUT /v3/marketing/contacts']?.requests ?? 0,
      endpoints,
      contacts: account.contacts.size,
      lists: this.lists(),
    };
  }

  /** Starts counting anew, and empties the list of requests. */
  clearStats(): void {
    this.sandbox.log.clear();
  }

  /** Newest first. */
  requests(limit?: number): LoggedRequest[] {
    return this.sandbox.log.latest(limit);
  }

  lists(): ListSummary[] {
    const { lists, contacts } = this.sandbox.account;
    return [...lists.values()].map(({ id, name }) => ({ id, name, contacts: contacts.listSize(id) }));
  }

  /** Newest first. */
  jobs(limit = 50): Record<string, unknown>[] {
    const jobs = [...this.sandbox.account.jobs.values()];
    return jobs
      .slice(-limit)
      .reverse()
      .map((job) => jobJson({ baseUrl: '' }, job));
  }

  /** Contacts of a list, or of the account, in the order in which they were made. */
  contacts({
    listId,
    after = -1,
    limit = 1_000,
  }: { listId?: string; after?: number; limit?: number } = {}): ContactPage {
    const { contacts } = this.sandbox.account;
    const items: ContactJson[] = [];
    let number = after + 1;
    for (; number < contacts.nextNumber && items.length < limit; number += 1) {
      const contact = contacts.byNumber(number);
      if (!contact || (listId !== undefined && !contact.listIds.includes(listId))) continue;
      items.push(this.json(contact));
    }
    return { items, next: number < contacts.nextNumber ? number - 1 : null };
  }

  /** Contacts with this text in an address or a name, newest first; without text, those last written. */
  search(text: string, { listId, limit = 50 }: { listId?: string; limit?: number } = {}): ContactJson[] {
    const { contacts } = this.sandbox.account;
    if (text.trim() === '')
      return contacts
        .latest(listId)
        .slice(0, limit)
        .map((contact) => this.json(contact));
    const wanted = text.trim().toLowerCase();
    const found: ContactJson[] = [];
    for (let number = contacts.nextNumber - 1; number >= 0 && found.length < limit; number -= 1) {
      const contact = contacts.byNumber(number);
      if (!contact || (listId && !contact.listIds.includes(listId))) continue;
      const { email = '', first_name = '', last_name = '' } = contact.values;
      if (`${email}\n${String(first_name)} ${String(last_name)}`.toLowerCase().includes(wanted)) {
        found.push(this.json(contact));
      }
    }
    return found;
  }

  /** Says in a few bytes whether two audiences are the same. */
  digest(listId?: string): Digest {
    const { contacts } = this.sandbox.account;
    const rows: string[] = [];
    for (const contact of listId === undefined ? contacts.all() : contacts.onList(listId)) {
      const values = Object.entries(contact.values).sort(([a], [b]) => (a < b ? -1 : 1));
      rows.push(`${contact.values.email ?? ''}\t${JSON.stringify(values)}`);
    }
    rows.sort();
    const emails = createHash('sha256');
    const whole = createHash('sha256');
    for (let from = 0; from < rows.length; from += 1_000) {
      const some = rows.slice(from, from + 1_000);
      emails.update(some.map((row) => `${row.slice(0, row.indexOf('\t'))}\n`).join(''));
      whole.update(some.map((row) => `${row}\n`).join(''));
    }
    return { contacts: rows.length, emails: emails.digest('hex'), values: whole.digest('hex') };
  }

  private json(contact: Contact): ContactJson {
    return contactJson({ sandbox: this.sandbox, baseUrl: '' }, contact);
  }
}
