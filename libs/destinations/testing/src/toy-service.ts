import type { ServerResponse } from 'node:http';
import { startServer, type ReceivedRequest, type TestServer } from './http-server';

/** The key that the toy service wants. */
export const TOY_KEY = 'toy-key-nobody-may-see';

interface Job {
  created: number;
  failed: string[];
}

/** A small service with asynchronous verdicts, for the tests of the conformance suite itself. */
export class ToyService {
  /** Everybody who was stored, in order; a person stored twice is here twice. */
  people: string[] = [];
  server!: TestServer;
  private readonly jobs: Job[] = [];

  async start(): Promise<void> {
    this.server = await startServer((request, response) => this.answer(request, response));
  }

  private answer({ method, url, headers, body }: ReceivedRequest, response: ServerResponse): void {
    const reply = (status: number, json: unknown) =>
      void response.writeHead(status, { 'x-remaining': '5' }).end(JSON.stringify(json));
    if (headers.authorization !== `Bearer ${TOY_KEY}`) return reply(401, {});
    if (method === 'GET') return reply(200, this.jobs[Number(url.split('/').at(-1))] ?? {});
    const rows = body.length > 0 ? (JSON.parse(body.toString()) as { id: string }[]) : [];
    if (method === 'DELETE') {
      this.people = this.people.filter((id) => !rows.some((row) => row.id === id));
      return reply(200, {});
    }
    const failed = rows.filter(({ id }) => id === 'spoilt').map(({ id }) => id);
    for (const { id } of rows) {
      // `/append` forgets that a person may be there already.
      if (id !== 'spoilt' && (url === '/append' || !this.people.includes(id))) this.people.push(id);
    }
    this.jobs.push({ created: rows.length - failed.length, failed });
    return reply(202, { job: this.jobs.length - 1 });
  }
}
