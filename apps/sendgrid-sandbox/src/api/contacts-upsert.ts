import { randomUUID } from 'node:crypto';
import { LIMITS } from '../settings';
import type { Sandbox } from '../sandbox';
import type { FieldError } from '../state/check-rows';
import { checkRows } from '../state/check-rows';
import type { Endpoint } from './endpoint';
import { endpointName, jsonBody, stringArray } from './endpoint';
import { errorReply, refuse } from './reply';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const upsertContacts: Endpoint = {
  method: 'PUT',
  path: '/v3/marketing/contacts',
  scope: 'marketing.update',
  limit: 200,
  async handle(call) {
    const { sandbox, body: raw } = call;
    if (raw.length > LIMITS.bytesPerRequest) {
      refuse(413, `the request should not be larger than ${LIMITS.bytesPerRequest} bytes`);
    }
    const body = jsonBody(call);
    const rows = body['contacts'];
    if (!Array.isArray(rows) || rows.length === 0)
      refuse(400, 'at least one contact is required', 'contacts');
    if (rows.length > LIMITS.contactsPerRequest) {
      refuse(400, `contacts should not hold more than ${LIMITS.contactsPerRequest} items`, 'contacts');
    }
    const listIds = knownLists(sandbox, stringArray(body, 'list_ids', false));
    const errors = checkRows(rows, sandbox.account.fields, sandbox.now());
    if (errors.length > 0) return errorReply(400, wordErrors(errors, sandbox.settings.rowErrors));
    const id = randomUUID();
    // Written together: nothing can come between the rows and their job.
    const written = sandbox.commit({ op: 'rows', jobId: id }, { contacts: rows }, raw);
    await sandbox.startJob({
      id,
      work: { kind: 'upsert', listIds, checked: true },
      requested: rows.length,
      endpoint: endpointName(upsertContacts),
    });
    await written;
    return { status: 202, json: { job_id: id } };
  },
};

export const upsertEndpoints: readonly Endpoint[] = [upsertContacts];

export function knownLists(sandbox: Sandbox, listIds: readonly string[]): string[] {
  const malformed = listIds.filter((id) => !UUID.test(id));
  if (malformed.length > 0) refuse(400, `invalid list ids supplied - ${malformed.join(',')}`, 'list_ids');
  const unknown = listIds.filter((id) => !sandbox.account.lists.has(id));
  if (unknown.length > 0) refuse(404, `list ids not found - ${unknown.join(',')}`, 'list_ids');
  return [...new Set(listIds)];
}

/** The service was recorded to name each bad row; the other two wordings test clients that rely on it. */
function wordErrors(errors: FieldError[], wording: 'all' | 'first' | 'unnamed'): FieldError[] {
  if (wording === 'all') return errors;
  if (wording === 'first') return errors.slice(0, 1);
  return [{ field: 'contacts', message: 'one or more contacts are not valid' }];
}
