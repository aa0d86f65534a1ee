import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../../..');
const HEADERS = { authorization: 'Bearer SG.sandbox.full-access', 'content-type': 'application/json' };
const KILLS = 12;

/** The built sandbox as its own process, because `kill -9` cannot be tried on the process of the test. */
describe('the sandbox as a process', () => {
  let folder: string;
  let bundle: string;
  let child: ChildProcess | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sandbox-kill-'));
    // Inside the workspace, so that the bundle finds its packages.
    bundle = join(ROOT, 'dist', `.sandbox test ${process.pid}`);
    const config = ['-c', 'tools/build/node-app.config.cjs', '--env', 'app=sendgrid-sandbox', '-o', bundle];
    execFileSync(
      process.execPath,
      [join(ROOT, 'node_modules/@rspack/cli/bin/rspack.js'), 'build', ...config],
      {
        cwd: ROOT,
      },
    );
  });
  afterEach(() => end('SIGKILL'));
  afterAll(async () => {
    await rm(folder, { recursive: true });
    await rm(bundle, { recursive: true });
  });

  async function start(env: Record<string, string> = {}): Promise<string> {
    const started = spawn(process.execPath, [join(bundle, 'main.js')], {
      env: {
        PATH: process.env['PATH'],
        SANDBOX_PORT: '0',
        SANDBOX_STATE_FILE: join(folder, 'state'),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child = started;
    const [line] = (await once(started.stdout, 'data')) as [Buffer];
    return /http:\/\/\S+\d/.exec(line.toString())?.[0] ?? '';
  }

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    const ended = child;
    child = undefined;
    if (!ended || ended.exitCode !== null) return ended?.exitCode ?? null;
    const exit = once(ended, 'exit');
    ended.kill(signal);
    const [code] = (await exit) as [number | null];
    return code;
  }

  async function api<Body>(url: string, method: string, path: string, body?: unknown): Promise<Body> {
    const response = await fetch(url + path, {
      method,
      headers: HEADERS,
      body: body && JSON.stringify(body),
    } as RequestInit);
    if (!response.ok) throw new Error(`${method} ${path}: HTTP ${response.status}`);
    return (await response.json()) as Body;
  }

  it(`loses nothing that it accepted, killed ${KILLS} times in the middle of requests`, async () => {
    let url = await start();
    const { id: list } = await api<{ id: string }>(url, 'POST', '/v3/marketing/lists', { name: 'one' });
    const accepted: { job: string; emails: string[] }[] = [];
    for (let round = 0; round < KILLS; round += 1) {
      let open = true;
      const senders = [0, 1, 2].map(async (sender) => {
        for (let turn = 0; open; turn += 1) {
          const emails = Array.from(
            { length: 400 },
            (_, index) => `p${round}.${sender}.${turn}.${index}@b.no`,
          );
          const contacts = emails.map((email) => ({ email }));
          // A request cut off by the kill may or may not have been accepted: nothing is promised for it.
          const body = await api<{ job_id: string }>(url, 'PUT', '/v3/marketing/contacts', {
            list_ids: [list],
            contacts,
          }).catch(() => undefined);
          if (body) accepted.push({ job: body.job_id, emails });
        }
      });
      const wanted = accepted.length + 2 + (round % 5);
      while (accepted.length < wanted) await new Promise((again) => setTimeout(again, 1));
      await end('SIGKILL');
      open = false;
      await Promise.all(senders);
      url = await start();
    }
    for (const { job } of accepted) {
      for (;;) {
        const { status } = await api<{ status: string }>(url, 'GET', `/v3/marketing/contacts/imports/${job}`);
        if (status === 'completed') break;
        expect(status).toBe('pending');
        await new Promise((again) => setTimeout(again, 100));
      }
    }
    const stored = new Set<unknown>();
    for (let after: number | null = -1; after !== null;) {
      const page: { items: { email: string }[]; next: number | null } = await api(
        url,
        'GET',
        `/_control/contacts?list=${list}&limit=5000&after=${after}`,
      );
      for (const { email } of page.items) stored.add(email);
      after = page.next;
    }
    const promised = accepted.flatMap(({ emails }) => emails);
    expect(promised.length).toBeGreaterThanOrEqual(KILLS * 2 * 400);
    expect(promised.filter((email) => !stored.has(email))).toEqual([]);
  });

  it('serves its page from a folder whose name begins with a dot, and shows no stack', async () => {
    const url = await start();
    const page = await fetch(url);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<title>')]);
    const broken = await fetch(`${url}/_control/keys/%E0%A4%A`, { method: 'DELETE' });
    expect(broken.status).toBe(400);
    expect(await broken.text()).not.toMatch(/\n? +at |\.js/);
  });

  it('ends on SIGTERM, and says in one sentence what is wrong with its environment', async () => {
    await start();
    expect(await end('SIGTERM')).toBe(0);
    const failed = spawn(process.execPath, [join(bundle, 'main.js')], { env: { SANDBOX_PORT: 'x' } });
    let errors = '';
    failed.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const [code] = (await once(failed, 'close')) as [number];
    expect([code, errors]).toEqual([
      1,
      'SendGrid sandbox: SANDBOX_PORT must be a port number between 0 and 65535, not "x".\n',
    ]);
  });
});
