import type { ContactJson } from '../api/contact-json';
import type { RunningSandbox } from '../server';

export const FULL_ACCESS = 'SG.sandbox.full-access';
export const MAIL_ONLY = 'SG.sandbox.mail-only';

export interface TestReply<Body> {
  status: number;
  headers: Headers;
  text: string;
  body: Body;
}

export interface ErrorBody {
  errors: { field?: string | null; message: string }[];
}

export interface JobBody {
  id: string;
  status: string;
  job_type: string;
  results: {
    requested_count?: number;
    created_count?: number;
    updated_count?: number;
    deleted_count?: number;
    errored_count?: number;
    errors_url?: string;
  };
  finished_at?: string;
}

/** The few requests that the tests of the sandbox make, over real HTTP. */
export class TestClient {
  constructor(
    readonly sandbox: RunningSandbox,
    private readonly key: string | null = FULL_ACCESS,
  ) {}

  async call<Body = unknown>(method: string, path: string, body?: unknown): Promise<TestReply<Body>> {
    const response = await fetch(path.startsWith('http') ? path : `${this.sandbox.url}${path}`, {
      method,
      headers: {
        ...(this.key !== null && { authorization: `Bearer ${this.key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      body: typeof body === 'string' || body === undefined ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.startsWith('application/json')
      ? (JSON.parse(text) as unknown)
      : undefined;
    return { status: response.status, headers: response.headers, text, body: json as Body };
  }

  async createList(name: string): Promise<string> {
    return (await this.call<{ id: string }>('POST', '/v3/marketing/lists', { name })).body.id;
  }

  /** Creates a field and waits until it may be used. */
  async createField(name: string, type: string): Promise<string> {
    const { body } = await this.call<{ id: string }>('POST', '/v3/marketing/field_definitions', {
      name,
      field_type: type,
    });
    const probe = { contacts: [{ email: 'probe@example.com', custom_fields: { [body.id]: '' } }] };
    // A request with a bad address tells whether the id is known without storing anything.
    const refused = { contacts: [...probe.contacts, { email: 'bad' }] };
    await until(async () => {
      const { text } = await this.call('PUT', '/v3/marketing/contacts', refused);
      return !text.includes('invalid custom field ids');
    });
    return body.id;
  }

  upsert(contacts: unknown, listIds?: string[]): Promise<TestReply<{ job_id: string } & ErrorBody>> {
    return this.call('PUT', '/v3/marketing/contacts', { list_ids: listIds, contacts });
  }

  /** Upserts and waits for the job's end. */
  async deliver(contacts: unknown, listIds?: string[]): Promise<JobBody> {
    const { status, body, text } = await this.upsert(contacts, listIds);
    if (status !== 202) throw new Error(`HTTP ${status}: ${text}`);
    return this.finished(body.job_id);
  }

  async job(id: string): Promise<JobBody> {
    return (await this.call<JobBody>('GET', `/v3/marketing/contacts/imports/${id}`)).body;
  }

  async finished(id: string): Promise<JobBody> {
    return until(async () => {
      const job = await this.job(id);
      return job.status !== 'pending' && job;
    });
  }

  async find(email: string): Promise<ContactJson | undefined> {
    const { body, status } = await this.call<{ result: Record<string, { contact?: ContactJson }> }>(
      'POST',
      '/v3/marketing/contacts/search/emails',
      { emails: [email] },
    );
    return status === 200 ? body.result[email.toLowerCase()]?.contact : undefined;
  }
}

/** Asks again until there is an answer that is not falsy, for at most five seconds. */
export async function until<Value>(ask: () => Promise<Value | false | undefined>): Promise<Value> {
  const deadline = Date.now() + 5_000;
  for (;;) {
    const value = await ask();
    if (value !== false && value !== undefined) return value;
    if (Date.now() > deadline) throw new Error('waited five seconds in vain');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** As short as asynchronous can be. */
export const QUICK = { applyMs: 0, finishMs: 1, fieldUsableMs: 0, exportReadyMs: 0 } as const;
