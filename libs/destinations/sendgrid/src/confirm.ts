import { DestinationError, type Confirmation, type RateReport } from '@audience-relay/destinations/core';
import { call, countMember, member, textMember, unreadable } from './api';
import type { AccountContext } from './connection';
import { readErrorsFile } from './errors-file';

type Done = Extract<Confirmation, { status: 'done' }>;

/** What becomes of a batch: asks once for each job of the handle (a removal may have several, joined by commas). */
export async function confirmJobs(handle: string, ctx: AccountContext): Promise<Confirmation> {
  const verdicts: Confirmation[] = [];
  for (const id of handle.split(',')) verdicts.push(await confirmJob(id, ctx));
  const rates = verdicts.at(-1)?.rates ?? [];
  const done = verdicts.filter((verdict): verdict is Done => verdict.status === 'done');
  if (done.length < verdicts.length) return { status: 'pending', rates };
  const sum = (of: 'created' | 'updated' | 'failed') => done.reduce((total, each) => total + each[of], 0);
  const nothing = done.every(({ rejectedWhole }) => rejectedWhole) ? done[0]?.rejectedWhole : undefined;
  return {
    status: 'done',
    created: sum('created'),
    updated: sum('updated'),
    failed: sum('failed'),
    issues: done.flatMap(({ issues }) => issues),
    ...(nothing && { rejectedWhole: nothing }),
    rates,
  };
}

async function confirmJob(id: string, ctx: AccountContext): Promise<Confirmation> {
  const { status, body, rates } = await call(ctx, {
    method: 'GET',
    path: `/v3/marketing/contacts/imports/${encodeURIComponent(id)}`,
    bucket: 'jobs',
    right: 'read the outcome of uploads',
    expected: [404],
  });
  if (status === 404) {
    // It may not be visible yet; if it never becomes so, the attempts run out.
    const message = 'SendGrid does not know the job of this batch (HTTP 404).';
    throw new DestinationError({ kind: 'retryable', code: 'job-not-found', message, detail: { status } });
  }
  if (typeof body !== 'object' || body === null) throw unreadable('the state of the job');
  if (!hasEnded(body)) return { status: 'pending', rates };
  return verdictOf(body, rates, ctx);
}

/** Words that are not known yet count as pending, unless the job says when it ended. */
function hasEnded(job: unknown): boolean {
  const status = textMember(job, 'status')?.toLowerCase() ?? '';
  if (['completed', 'errored', 'failed'].includes(status)) return true;
  return status !== 'pending' && textMember(job, 'finished_at') !== undefined;
}

async function verdictOf(job: unknown, rates: readonly RateReport[], ctx: AccountContext): Promise<Done> {
  const results = member(job, 'results');
  const created = countMember(results, 'created_count') ?? 0;
  const updated = countMember(results, 'updated_count') ?? 0;
  const stored = created + updated + (countMember(results, 'deleted_count') ?? 0);
  const status = textMember(job, 'status')?.toLowerCase();
  const unaccounted = Math.max(0, (countMember(results, 'requested_count') ?? stored) - stored);
  const failed = countMember(results, 'errored_count') ?? (status === 'completed' ? 0 : unaccounted);

  const errorsUrl = textMember(results, 'errors_url');
  const issues = errorsUrl === undefined ? [] : await readErrorsFile(ctx, errorsUrl);
  const nothing = status === 'failed' && stored === 0;
  return {
    status: 'done',
    created,
    updated,
    failed,
    issues,
    ...(nothing && {
      rejectedWhole: {
        code: 'job-failed',
        message:
          'SendGrid took the batch and then stored nothing of it. Often the account has reached the contacts that its plan allows.',
      },
    }),
    rates,
  };
}
