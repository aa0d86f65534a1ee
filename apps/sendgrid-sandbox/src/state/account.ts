import { rowError } from './check-rows';
import type { ContactRow } from './contact';
import { Contact } from './contact';
import { ContactTable } from './contact-table';
import type { CustomField } from './custom-field';
import type { Job } from './job';
import { finalStatus } from './job';
import type {
  ContactExport,
  ContactList,
  ContactRecord,
  DeletedContacts,
  Operation,
  PendingImport,
} from './operation';
import { toRecord } from './operation';

const FINISHED_JOBS_KEPT = 1_000;
const CONTACTS_PER_RECORD = 5_000;

type UpsertWork = Extract<Job['work'], { kind: 'upsert' }>;

/** What the JSON payload of `rows` and `contacts` holds, already parsed. */
export type Payload = { contacts: readonly unknown[] };

/** One SendGrid account: everything it stores, and the only code that changes it. */
export class Account {
  readonly lists = new Map<string, ContactList>();
  readonly fields = new Map<string, CustomField>();
  readonly keys = new Map<string, readonly string[]>();
  readonly jobs = new Map<string, Job>();
  readonly exports = new Map<string, ContactExport>();
  readonly imports = new Map<string, PendingImport>();
  contacts: ContactTable;
  nextField = 1;
  private readonly rows = new Map<string, ContactRow[]>();
  private deleted: DeletedContacts = { month: '', count: 0 };

  constructor(private seed: number) {
    this.contacts = new ContactTable(seed);
  }

  /** Contacts that this month's bill counts: those stored, and those deleted since the month began. */
  billable(now: number): number {
    return this.contacts.size + (this.deleted.month === monthOf(now) ? this.deleted.count : 0);
  }

  pendingJobs(): Job[] {
    return [...this.jobs.values()].filter((job) => job.status === 'pending');
  }

  /** Carries out one change. `payload` belongs to `rows` and `contacts`. */
  execute(operation: Operation, payload?: Payload): void {
    switch (operation.op) {
      case 'account':
        this.seed = operation.seed;
        this.contacts = new ContactTable(operation.seed);
        return;
      case 'list':
        this.lists.set(operation.list.id, operation.list);
        return;
      case 'list.delete':
        this.lists.delete(operation.id);
        this.contacts.dropList(operation.id);
        return;
      case 'field':
        if (!this.fields.has(operation.field.id)) this.nextField += 1;
        this.fields.set(operation.field.id, operation.field);
        return;
      case 'field.delete':
        this.fields.delete(operation.id);
        return;
      case 'key':
        this.keys.set(operation.key, operation.scopes);
        return;
      case 'key.delete':
        this.keys.delete(operation.key);
        return;
      case 'export':
        this.exports.set(operation.export.id, operation.export);
        return;
      case 'import':
        this.imports.set(operation.import.jobId, operation.import);
        return;
      case 'rows':
        this.addRows(operation.jobId, (payload?.contacts ?? []) as readonly ContactRow[]);
        return;
      case 'job':
        this.imports.delete(operation.job.id);
        // A copy: the operation itself may still be waiting to be written.
        this.jobs.set(operation.job.id, { ...operation.job, errors: [...operation.job.errors] });
        return;
      case 'job.apply':
        this.applyJob(operation.id, operation.at, operation.maxContacts);
        return;
      case 'job.finish':
        this.finishJob(operation);
        return;
      case 'contacts':
        for (const record of (payload?.contacts ?? []) as readonly ContactRecord[]) this.restore(record);
        return;
      case 'counters':
        this.contacts.skipTo(operation.nextContact);
        this.nextField = operation.nextField;
        this.deleted = operation.deleted;
    }
  }

  /** The shortest list of operations that makes this account again. */
  *snapshot(): Generator<{ operation: Operation; payload?: Payload }> {
    yield { operation: { op: 'account', seed: this.seed } };
    for (const list of this.lists.values()) yield { operation: { op: 'list', list } };
    for (const field of this.fields.values()) yield { operation: { op: 'field', field } };
    for (const [key, scopes] of this.keys) yield { operation: { op: 'key', key, scopes } };
    let records: ContactRecord[] = [];
    for (const contact of this.contacts.all()) {
      records.push(toRecord(contact));
      if (records.length < CONTACTS_PER_RECORD) continue;
      yield { operation: { op: 'contacts' }, payload: { contacts: records } };
      records = [];
    }
    if (records.length > 0) yield { operation: { op: 'contacts' }, payload: { contacts: records } };
    const { nextField, deleted } = this;
    const nextContact = this.contacts.nextNumber;
    yield { operation: { op: 'counters', nextContact, nextField, deleted } };
    for (const [jobId, rows] of this.rows) {
      yield { operation: { op: 'rows', jobId }, payload: { contacts: rows } };
    }
    for (const pending of this.imports.values()) yield { operation: { op: 'import', import: pending } };
    for (const job of this.jobs.values()) yield { operation: { op: 'job', job } };
    for (const one of this.exports.values()) yield { operation: { op: 'export', export: one } };
  }

  private addRows(jobId: string, rows: readonly ContactRow[]): void {
    const known = this.rows.get(jobId);
    if (!known) this.rows.set(jobId, [...rows]);
    else for (const row of rows) known.push(row);
  }

  private restore([number, createdAt, updatedAt, listIds, values]: ContactRecord): void {
    this.contacts.restore(new Contact(number, values, listIds, createdAt, updatedAt));
  }

  private applyJob(id: string, at: number, maxContacts: number | null): void {
    const job = this.jobs.get(id);
    if (!job || job.applied) return;
    job.applied = true;
    const { work } = job;
    switch (work.kind) {
      case 'upsert':
        this.applyUpsert(job, work, at, maxContacts);
        return;
      case 'delete-contacts': {
        const { contacts } = this;
        const doomed =
          work.ids === 'all' ? contacts.all() : work.ids.map((contact) => contacts.byId(contact));
        this.deleteContacts(job, doomed, at);
        return;
      }
      case 'delete-list-contacts':
        this.deleteContacts(
          job,
          work.contactNumbers.map((number) => this.contacts.byNumber(number)),
          at,
        );
        return;
      case 'remove-from-list':
        for (const contactId of work.ids) {
          const contact = this.contacts.byId(contactId);
          if (contact && this.contacts.removeFromList(contact, work.listId)) job.deleted += 1;
        }
        return;
      case 'delete-identifier':
        this.deleteIdentifier(job, work);
        return;
      case 'erase':
        this.deleteContacts(
          job,
          work.emails.map((email) => this.contacts.findByAnyEmail(email)),
          at,
        );
    }
  }

  private applyUpsert(job: Job, work: UpsertWork, at: number, maxContacts: number | null): void {
    const rows = this.rows.get(job.id) ?? [];
    this.rows.delete(job.id);
    if (job.fate.kind === 'failed') {
      const { reason } = job.fate;
      job.errors = rows.map((row) => ({ identifier: identifierOf(row), reason }));
      return;
    }
    if (maxContacts !== null && this.contacts.size + this.contacts.countNew(rows) > maxContacts) {
      const reason = 'you have hit your contact limit';
      job.errors = rows.map((row) => ({ identifier: identifierOf(row), reason }));
      return;
    }
    // A list may have gone since the request was accepted.
    const lists = work.listIds.filter((listId) => this.lists.has(listId));
    const now = Math.floor(at / 1_000);
    for (const row of rows) {
      const reason = work.checked ? undefined : rowError(row);
      const outcome = reason === undefined ? this.contacts.upsert(row, lists, this.fields, now) : { reason };
      if (outcome === 'created') job.created += 1;
      else if (outcome === 'updated') job.updated += 1;
      else job.errors.push({ identifier: identifierOf(row), reason: outcome.reason });
    }
  }

  private deleteContacts(job: Job, doomed: Iterable<Contact | undefined>, at: number): void {
    const month = monthOf(at);
    if (this.deleted.month !== month) this.deleted = { month, count: 0 };
    for (const contact of doomed) {
      if (!contact || this.contacts.byNumber(contact.number) !== contact) continue;
      this.contacts.remove(contact);
      this.deleted.count += 1;
      job.deleted += 1;
    }
  }

  private deleteIdentifier(job: Job, work: Extract<Job['work'], { kind: 'delete-identifier' }>): void {
    const contact = this.contacts.byId(work.contactId);
    const value = contact?.values[work.identifier];
    const identifiers = contact ? identifiersOf(contact) : 0;
    if (!contact || value !== work.value) {
      job.errors.push({ identifier: work.value, reason: 'the contact does not have this identifier' });
    } else if (identifiers < 2) {
      job.errors.push({
        identifier: work.value,
        reason: 'the last identifier of a contact cannot be deleted',
      });
    } else {
      this.contacts.removeIdentifier(contact, work.identifier);
      job.deleted = 1;
    }
  }

  private finishJob({ id, at, status }: Extract<Operation, { op: 'job.finish' }>): void {
    const job = this.jobs.get(id);
    if (!job) return;
    job.status = status === 'pending' ? finalStatus(job) : status;
    job.finishedAt = at;
    const finished = [...this.jobs.values()].filter((one) => one.status !== 'pending');
    if (finished.length > FINISHED_JOBS_KEPT) this.jobs.delete((finished[0] as Job).id);
  }
}

function identifierOf(row: ContactRow): string {
  const value = row['email'] ?? row['external_id'] ?? row['phone_number_id'] ?? row['anonymous_id'];
  return typeof value === 'string' ? value.toLowerCase() : '';
}

function identifiersOf({ values }: Contact): number {
  return [values.email, values.phone_number_id, values.external_id, values.anonymous_id].filter(Boolean)
    .length;
}

function monthOf(at: number): string {
  return new Date(at).toISOString().slice(0, 7);
}
