import {
  DestinationError,
  joinRecords,
  secretMask,
  type RequestPreview,
  type RowIssue,
  type SendBatch,
  type SendReceipt,
} from '@audience-relay/destinations/core';
import { arrayMember, call, textMember, unreadable, type ApiAnswer } from './api';
import type { Connection, ListContext } from './connection';
import { listNotFound } from './lists';
import { fields } from './mapping';
import type { Session } from './session';

const PATH = '/v3/marketing/contacts';

export async function sendContacts(
  batch: SendBatch,
  ctx: ListContext,
  session: Session,
): Promise<SendReceipt> {
  const answer = await call(ctx, {
    method: 'PUT',
    path: PATH,
    body: joinRecords(batch.records, session.envelope),
    bucket: 'upsert',
    right: 'add or update contacts',
    expected: [400, 404],
  });
  if (answer.status === 404) throw listNotFound(404);
  if (answer.status === 400) return refusal(answer, batch.records.length);
  const handle = textMember(answer.body, 'job_id');
  if (handle === undefined) throw unreadable('the number of the job');
  return { status: 'accepted', rejected: [], handle, rates: answer.rates };
}

export function previewContacts(batch: SendBatch, ctx: ListContext, session: Session): RequestPreview {
  return {
    method: 'PUT',
    url: new URL(PATH, addressOf(ctx.connection)).href,
    headers: { Authorization: `Bearer ${secretMask}`, 'Content-Type': 'application/json' },
    body: joinRecords(batch.records, session.envelope).toString(),
  };
}

function addressOf({ baseUrl, region }: Connection): string {
  return baseUrl ?? (region === 'eu' ? 'https://api.eu.sendgrid.com' : 'https://api.sendgrid.com');
}

interface RemoteError {
  field: string;
  message: string;
}

/**
 * What a 400 means. SendGrid refuses a whole request for one bad row and mostly names it (`contacts[7].email`).
 * Its sentences repeat the row's values, so that ours are made from the field's name alone.
 */
function refusal({ body, rates }: ApiAnswer, size: number): SendReceipt {
  const errors: RemoteError[] = (Array.isArray(body) ? body : arrayMember(body, 'errors')).map((each) => ({
    field: textMember(each, 'field') ?? '',
    message: textMember(each, 'message') ?? '',
  }));
  if (errors.some(({ message }) => /invalid custom field ids?/i.test(message))) throw fieldsChanged();
  if (errors.some(({ field, message }) => field === 'list_ids' || /list ids?\b/i.test(message))) {
    throw listNotFound(400);
  }

  const rejected = new Map<number, RowIssue>();
  for (const { field, message } of errors) {
    const [, index, name = ''] = /contacts\[(\d+)\](?:\.([a-z0-9_]+))?/i.exec(`${field} ${message}`) ?? [];
    if (index === undefined || Number(index) >= size || rejected.has(Number(index))) continue;
    rejected.set(Number(index), { index: Number(index), ...rowIssue(name, message) });
  }
  const aboutRows = errors.some(({ field, message }) =>
    /contact|e-?mail|identifier/i.test(`${field} ${message}`),
  );
  if (rejected.size === 0 && !aboutRows) {
    const message = 'SendGrid refused the request as not well formed (HTTP 400).';
    throw new DestinationError({
      kind: 'permanent',
      code: 'request-refused',
      message,
      detail: { status: 400 },
    });
  }
  return {
    status: 'refused',
    rejected: [...rejected.values()],
    code: 'rows-refused',
    message: 'SendGrid refused the request because of some contacts in it.',
    rates,
  };
}

function rowIssue(field: string, message: string): Omit<RowIssue, 'index'> {
  if (field === 'email' || field === 'identifier') {
    return { code: 'invalid-email', message: 'SendGrid does not accept this e-mail address.' };
  }
  if (field === 'alternate_emails') {
    return {
      code: 'invalid-alternate-email',
      message: 'SendGrid does not accept an alternate e-mail address.',
    };
  }
  if (Object.hasOwn(fields, field)) {
    const { label } = fields[field as keyof typeof fields];
    return /longer/i.test(message)
      ? { code: 'too-long', message: `${label} is too long for SendGrid.` }
      : { code: 'invalid-value', message: `SendGrid does not accept the value of ${label}.` };
  }
  return { code: 'invalid-contact', message: 'SendGrid does not accept this contact.' };
}

/** Ids were resolved at the start of the run; a field was deleted or made again since, or is not usable yet. */
function fieldsChanged(): DestinationError {
  return new DestinationError({
    kind: 'retryable',
    code: 'custom-fields-changed',
    message: 'Custom fields changed in SendGrid during the run, or new ones are not usable yet.',
    detail: { status: 400, retryAfterMs: 5_000 },
  });
}
