import { randomUUID } from 'node:crypto';
import { LIMITS } from '../settings';
import type { ContactList } from '../state/operation';
import { contactJson } from './contact-json';
import type { Call, Endpoint } from './endpoint';
import { endpointName, jsonBody } from './endpoint';
import { idsOfQuery } from './query-ids';
import type { Reply } from './reply';
import { Refusal, refuse } from './reply';

const LIST_PATH = '/v3/marketing/lists/{id}';

const createList: Endpoint = {
  method: 'POST',
  path: '/v3/marketing/lists',
  scope: 'marketing.create',
  limit: 600,
  async handle(call) {
    const name = listName(jsonBody(call)['name']);
    const { account } = call.sandbox;
    if ([...account.lists.values()].some((list) => list.name === name)) {
      refuse(400, `a list named '${name}' already exists`, 'name');
    }
    if (account.lists.size >= LIMITS.lists) refuse(400, `you can have up to ${LIMITS.lists} lists`, 'name');
    const list = { id: randomUUID(), name };
    await call.sandbox.commit({ op: 'list', list });
    return { status: 201, json: listJson(call, list) };
  },
};

const getLists: Endpoint = {
  method: 'GET',
  path: '/v3/marketing/lists',
  scope: 'marketing.read',
  limit: 600,
  handle(call) {
    const size = pageSize(call.query.get('page_size'));
    const after = call.query.get('page_token') ?? '';
    const lists = [...call.sandbox.account.lists.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    const from = lists.findIndex((list) => list.id > after);
    const page = from < 0 ? [] : lists.slice(from, from + size);
    const last = page.at(-1);
    const address = (token: string): string =>
      `${call.baseUrl}/v3/marketing/lists?page_size=${size}&page_token=${token}`;
    const more = last !== undefined && from + page.length < lists.length;
    return {
      status: 200,
      json: {
        result: page.map((list) => listJson(call, list)),
        _metadata: {
          ...(more && { next: address(last.id) }),
          self: address(after),
          count: lists.length,
        },
      },
    };
  },
};

const getList: Endpoint = {
  method: 'GET',
  path: LIST_PATH,
  scope: 'marketing.read',
  limit: 600,
  handle(call) {
    const list = call.sandbox.account.lists.get(call.params['id'] ?? '');
    // The one error of this API whose body is a bare array.
    if (!list) return { status: 404, json: [{ field: 'id', message: 'list not found' }] };
    const [latest] = call.sandbox.account.contacts.latest(list.id);
    const sampled = call.query.get('contact_sample') === 'true' && latest !== undefined;
    return {
      status: 200,
      json: {
        ...listJson(call, list),
        // Twilio's text speaks of up to 50 contacts, its schema and its example of one.
        ...(sampled && { contact_sample: contactJson(call, latest) }),
      },
    };
  },
};

const renameList: Endpoint = {
  method: 'PATCH',
  path: LIST_PATH,
  scope: 'marketing.update',
  limit: 600,
  async handle(call) {
    const list = listOrEmpty404(call);
    const name = listName(jsonBody(call)['name']);
    const renamed = { ...list, name };
    await call.sandbox.commit({ op: 'list', list: renamed });
    return { status: 200, json: listJson(call, renamed) };
  },
};

const deleteList: Endpoint = {
  method: 'DELETE',
  path: LIST_PATH,
  scope: 'marketing.delete',
  limit: 600,
  async handle(call) {
    const { sandbox } = call;
    const list = sandbox.account.lists.get(call.params['id'] ?? '');
    if (!list) return { status: 404, json: { errors: [{ message: 'list not found' }] } };
    const withContacts = call.query.get('delete_contacts') === 'true';
    const numbers = withContacts
      ? Array.from(sandbox.account.contacts.onList(list.id), (contact) => contact.number)
      : [];
    await sandbox.commit({ op: 'list.delete', id: list.id });
    if (!withContacts) return { status: 204 };
    const job_id = await sandbox.startJob({
      work: { kind: 'delete-list-contacts', contactNumbers: numbers },
      requested: numbers.length,
      endpoint: endpointName(deleteList),
    });
    return { status: 200, json: { job_id } };
  },
};

const removeFromList: Endpoint = {
  method: 'DELETE',
  path: `${LIST_PATH}/contacts`,
  scope: 'marketing.update',
  limit: 600,
  async handle(call) {
    const { sandbox } = call;
    const { contacts, lists } = sandbox.account;
    const ids = idsOfQuery(call, 'contact_ids');
    const list = lists.get(call.params['id'] ?? '');
    if (!list) refuse(404, 'list not found', 'id');
    // Documented as a bare error object, unlike the 404.
    if (ids.length === 0) {
      return { status: 400, json: { field: 'contact_ids', message: 'contact_ids should not be empty' } };
    }
    const unknown = ids.filter((id) => !contacts.byId(id));
    if (unknown.length > 0 && sandbox.settings.unknownContactIds === 'refuse') {
      refuse(404, `contact ids not found - ${unknown.join(',')}`, 'contact_ids');
    }
    const job_id = await sandbox.startJob({
      work: { kind: 'remove-from-list', listId: list.id, ids },
      requested: ids.length,
      endpoint: endpointName(removeFromList),
    });
    return { status: 202, json: { job_id } };
  },
};

const countList: Endpoint = {
  method: 'GET',
  path: `${LIST_PATH}/contacts/count`,
  scope: 'marketing.read',
  limit: 600,
  handle(call) {
    const list = listOrEmpty404(call);
    const count = call.sandbox.account.contacts.listSize(list.id);
    return { status: 200, json: { contact_count: count, billable_count: count } };
  },
};

export const listEndpoints: readonly Endpoint[] = [
  createList,
  getLists,
  getList,
  renameList,
  deleteList,
  removeFromList,
  countList,
];

function listJson(call: Call, list: ContactList): Record<string, unknown> {
  return {
    name: list.name,
    id: list.id,
    contact_count: call.sandbox.account.contacts.listSize(list.id),
    _metadata: { self: `${call.baseUrl}/v3/marketing/lists/${list.id}` },
  };
}

/** Two endpoints answer an unknown list with an empty object. */
function listOrEmpty404(call: Call): ContactList {
  const empty: Reply = { status: 404, json: {} };
  const list = call.sandbox.account.lists.get(call.params['id'] ?? '');
  if (!list) throw new Refusal(empty);
  return list;
}

function listName(value: unknown): string {
  if (typeof value !== 'string' || value.trim() === '') refuse(400, 'name is required', 'name');
  if ([...value].length > 100) refuse(400, 'name should not be longer than 100 characters', 'name');
  return value;
}

function pageSize(value: string | null): number {
  if (value === null || value === '') return 100;
  const size = Number(value);
  if (!Number.isInteger(size) || size < 1 || size > 1_000) {
    refuse(400, 'page_size should be between 1 and 1000', 'page_size');
  }
  return size;
}
