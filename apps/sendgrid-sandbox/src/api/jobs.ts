import { stringify } from 'csv-stringify/sync';
import type { Job } from '../state/job';
import type { Call, Endpoint } from './endpoint';
import { refuse } from './reply';

const getJob: Endpoint = {
  method: 'GET',
  path: '/v3/marketing/contacts/imports/{id}',
  scope: 'marketing.read',
  limit: 600,
  handle(call) {
    const id = call.params['id'] ?? '';
    const job = call.sandbox.account.jobs.get(id);
    if (job) return { status: 200, json: jobJson(call, job) };
    const waiting = call.sandbox.account.imports.has(id);
    if (!waiting) refuse(404, 'job not found', 'id');
    return { status: 200, json: { id, status: 'pending', job_type: 'upsert_contacts', results: {} } };
  },
};

export const jobEndpoints: readonly Endpoint[] = [getJob];

const ERRORS_PATH = '/_files/errors/';

/** A job as the API returns it. Counts appear once it is applied, even while it is still `pending`. */
export function jobJson({ baseUrl }: Pick<Call, 'baseUrl'>, job: Job): Record<string, unknown> {
  const { errors } = job;
  const upsert = job.type === 'upsert_contacts';
  const counts = upsert
    ? { created_count: job.created, updated_count: job.updated }
    : { deleted_count: job.deleted };
  return {
    id: job.id,
    status: job.status,
    job_type: job.type,
    results: {
      requested_count: job.requested,
      ...(job.applied && counts),
      ...(job.applied && { errored_count: errors.length }),
      ...(errors.length > 0 && { errors_url: `${baseUrl}${ERRORS_PATH}${job.id}.csv` }),
    },
    started_at: new Date(job.startedAt).toISOString(),
    ...(job.finishedAt !== undefined && { finished_at: new Date(job.finishedAt).toISOString() }),
  };
}

/** The file behind `errors_url`. */
export function errorsCsv(job: Job): string {
  return stringify(
    job.errors.map(({ identifier, reason }) => [identifier, reason]),
    { header: true, columns: ['email', 'error'] },
  );
}
