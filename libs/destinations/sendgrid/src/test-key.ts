import type { AccountUsage, TestResult } from '@audience-relay/destinations/core';
import { arrayMember, call, countMember, textMember, unreadable, type ApiRequest } from './api';
import type { AccountContext } from './connection';

const READ = 'Marketing: read lists, fields and the outcome of uploads (marketing.read)';
const UPDATE = 'Marketing: add and update contacts (marketing.update)';

/** Asks what the key may do, whose account it is, and how many contacts are stored. */
export async function testKey(ctx: AccountContext): Promise<TestResult> {
  const { body } = await call(ctx, {
    method: 'GET',
    path: '/v3/scopes',
    bucket: 'account',
    right: 'read its own scopes',
  });
  const scopes = new Set(arrayMember(body, 'scopes'));
  if (scopes.size === 0) throw unreadable('the scopes of the key');

  const missingScopes = missingOf(scopes);
  const account = scopes.has('user.username.read') ? await accountName(ctx) : undefined;
  const stored = missingScopes.includes(READ) ? undefined : await storedContacts(ctx);
  const warnings = missingScopes.length === 0 && !scopes.has('marketing.update') ? [UNSURE] : [];
  const storedLimit = ctx.connection.planContacts;
  return {
    ...(account !== undefined && { account }),
    missingScopes,
    ...(stored !== undefined && { stored }),
    ...(storedLimit !== undefined && { storedLimit }),
    warnings: [...warnings, ...nearLimit(stored, storedLimit)],
  };
}

/** SendGrid tells how many contacts there are, and not how many the plan allows: that is the administrator's to say. */
export async function accountUsage(ctx: AccountContext): Promise<AccountUsage | undefined> {
  const storedLimit = ctx.connection.planContacts;
  const stored = storedLimit === undefined ? undefined : await storedContacts(ctx);
  return stored === undefined || storedLimit === undefined ? undefined : { stored, storedLimit };
}

// SendGrid lists some keys with full access by `marketing.read` alone: its absence of finer scopes proves nothing.
const UNSURE =
  'SendGrid does not tell whether this key may change contacts. If a run fails for it, give the key full access to Marketing.';

function missingOf(scopes: ReadonlySet<unknown>): string[] {
  const finer = ['marketing.create', 'marketing.update', 'marketing.delete'].some((scope) =>
    scopes.has(scope),
  );
  const missing = scopes.has('marketing.read') ? [] : [READ];
  if (!scopes.has('marketing.update') && (finer || missing.length > 0)) missing.push(UPDATE);
  return missing;
}

function nearLimit(stored: number | undefined, limit: number | undefined): string[] {
  if (stored === undefined || limit === undefined || stored < limit) return [];
  return [
    `The account holds ${stored} contacts, and the plan allows ${limit}: SendGrid will refuse new ones.`,
  ];
}

/** The account's name is an extra: a key that may not read it is good all the same. */
async function accountName(ctx: AccountContext): Promise<string | undefined> {
  const { body } = await call(ctx, {
    ...lookUp('/v3/user/username', 'account', 'read the account name'),
    expected: [403, 404],
  });
  return textMember(body, 'username');
}

async function storedContacts(ctx: AccountContext): Promise<number | undefined> {
  const { body } = await call(ctx, lookUp('/v3/marketing/contacts/count', 'account', 'count contacts'));
  return countMember(body, 'contact_count');
}

function lookUp(path: string, bucket: ApiRequest['bucket'], right: string): ApiRequest {
  return { method: 'GET', path, bucket, right };
}
