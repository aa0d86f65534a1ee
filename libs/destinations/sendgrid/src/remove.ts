import {
  DestinationError,
  type DestinationFailure,
  isDestinationFailure,
  type RateReport,
  type RemoveBatch,
  type RemoveReceipt,
} from '@audience-relay/destinations/core';
import { call, jsonBody, member, textMember, unreadable, type ApiAnswer, type ApiRequest } from './api';
import type { ListContext } from './connection';
import { checkList } from './lists';

/** SendGrid looks up at most this many people at once. */
const LOOKUP_SIZE = 100;
/** Longer addresses are refused by the usual look-up; a second one takes them. */
const LOOKUP_LENGTH = 100;
/** A longer list of ids in the request's address is refused by the proxy in front of SendGrid. */
const MAX_IDS_LENGTH = 8_150;

/**
 * Takes people off the list. Contacts stay in the account: only their membership ends.
 * @throws DestinationError
 */
export async function removeFromList(batch: RemoveBatch, ctx: ListContext): Promise<RemoveReceipt> {
  const calls = new Calls(ctx);
  try {
    return await takeOff(batch.removals, calls);
  } catch (error) {
    throw isDestinationFailure(error) ? afterRequests(error, calls.count) : error;
  }
}

/** The failure, with how many requests there were before it. */
function afterRequests(
  { kind, code, message, detail }: DestinationFailure,
  requests: number,
): DestinationError {
  return new DestinationError({ kind, code, message, detail: { ...detail, requests } });
}

async function takeOff(people: RemoveBatch['removals'], calls: Calls): Promise<RemoveReceipt> {
  const strangers = people.filter(({ remoteId }) => remoteId === undefined);
  const looked = await calls.lookUp(strangers.map(({ identity }) => identity));
  let ids = people.map(({ identity, remoteId }) => remoteId ?? looked.get(identity));
  let jobs = await calls.removeIds(ids);
  if (!jobs) {
    // An id is out of date, and then nothing of its request was done: look everybody up and begin again.
    const known = await calls.lookUp(people.map(({ identity }) => identity));
    ids = people.map(({ identity }) => known.get(identity));
    jobs = await calls.removeIds(ids);
  }
  if (!jobs) {
    const message = 'Contacts changed in SendGrid while they were being taken off the list.';
    throw new DestinationError({ kind: 'retryable', code: 'contacts-changed', message });
  }
  const unknown = people.map((_, index) => index).filter((index) => ids[index] === undefined);
  return {
    removed: people.length - unknown.length,
    unknown,
    rejected: [],
    ...(jobs.length > 0 && { handle: jobs.join(',') }),
    requests: calls.count,
    rates: [...calls.rates.values()],
  };
}

/** The requests of one removal: what they have in common, and how many there were. */
class Calls {
  count = 0;
  /** The latest report of each allowance. */
  readonly rates = new Map<string, RateReport>();

  constructor(private readonly ctx: ListContext) {}

  /** The contact ids of those people whom SendGrid knows. */
  async lookUp(emails: readonly string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    const usual = emails.filter((email) => email.length <= LOOKUP_LENGTH);
    const long = emails.filter((email) => email.length > LOOKUP_LENGTH);
    for (const chunk of chunksOf(usual)) await this.lookUpChunk('emails', chunk, found);
    for (const chunk of chunksOf(long)) await this.lookUpChunk('identifiers', chunk, found);
    return found;
  }

  /** One address that is not valid refuses all of a look-up: halves find it, and it is nobody's. */
  private async lookUpChunk(
    by: 'emails' | 'identifiers',
    emails: readonly string[],
    found: Map<string, string>,
  ): Promise<void> {
    const { status, body } = await this.call({
      method: 'POST',
      path: `/v3/marketing/contacts/search/${by === 'emails' ? 'emails' : 'identifiers/email'}`,
      body: jsonBody({ [by]: emails }),
      bucket: 'search',
      right: 'look contacts up',
      expected: [400, 404],
    });
    if (status === 404) return;
    if (status === 400) {
      if (emails.length === 1) return;
      const middle = Math.ceil(emails.length / 2);
      await this.lookUpChunk(by, emails.slice(0, middle), found);
      await this.lookUpChunk(by, emails.slice(middle), found);
      return;
    }
    const result = member(body, 'result');
    if (typeof result !== 'object' || result === null) throw unreadable('the contacts looked up');
    for (const email of emails) {
      const contact = member(member(result, email), 'contact');
      const id = textMember(contact, 'id');
      // An alternate address finds its contact too, and that is somebody else.
      if (id !== undefined && textMember(contact, 'email')?.toLowerCase() === email) found.set(email, id);
    }
  }

  /** The numbers of the removal jobs; undefined when SendGrid does not know one of the ids. */
  async removeIds(ids: readonly (string | undefined)[]): Promise<string[] | undefined> {
    const jobs: string[] = [];
    const list = encodeURIComponent(this.ctx.settings.list);
    for (const chunk of idListsOf(ids.filter((id) => id !== undefined))) {
      const { status, body } = await this.call({
        method: 'DELETE',
        path: `/v3/marketing/lists/${list}/contacts?contact_ids=${chunk}`,
        bucket: 'removal',
        right: 'take contacts off lists',
        expected: [404],
      });
      if (status === 404) {
        this.count += 1;
        await checkList(this.ctx);
        return undefined;
      }
      const job = textMember(body, 'job_id');
      if (job === undefined) throw unreadable('the number of the job');
      jobs.push(job);
    }
    return jobs;
  }

  private async call(request: ApiRequest): Promise<ApiAnswer> {
    this.count += 1;
    const answer = await call(this.ctx, request);
    for (const rate of answer.rates) this.rates.set(rate.bucket, rate);
    return answer;
  }
}

function chunksOf(emails: readonly string[]): string[][] {
  const chunks: string[][] = [];
  for (let from = 0; from < emails.length; from += LOOKUP_SIZE) {
    chunks.push(emails.slice(from, from + LOOKUP_SIZE));
  }
  return chunks;
}

/** Ids joined by commas, each list as long as a request's address may hold. */
export function idListsOf(ids: readonly string[]): string[] {
  const lists: string[] = [];
  let list = '';
  for (const id of ids.map(encodeURIComponent)) {
    if (list !== '' && list.length + 1 + id.length > MAX_IDS_LENGTH) {
      lists.push(list);
      list = '';
    }
    list += list === '' ? id : `,${id}`;
  }
  return list === '' ? lists : [...lists, list];
}
