import { system } from './system';

type Json = Record<string, unknown>;

interface Request {
  json?: unknown;
  csv?: string;
}

/** The API as a script uses it: what a test needs to be there before somebody opens the console. */
export class Rest {
  private constructor(private readonly token: string) {}

  static async signIn(): Promise<Rest> {
    const response = await fetch(`${system.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(system.admin),
    });
    if (!response.ok) throw new Error(`Signing in: ${response.status} ${await response.text()}`);
    return new Rest(((await response.json()) as { accessToken: string }).accessToken);
  }

  async send<Result = Json>(method: string, path: string, { json, csv }: Request = {}): Promise<Result> {
    const response = await fetch(`${system.url}/api/v1${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${this.token}`,
        'Content-Type': csv === undefined ? 'application/json' : 'text/csv',
      },
      body: csv ?? (method === 'GET' ? undefined : JSON.stringify(json ?? {})),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    // Nothing comes back from a removal.
    const text = await response.text();
    return (text === '' ? undefined : JSON.parse(text)) as Result;
  }
}

/** Asks until the answer is there. */
export async function until<Result>(what: string, ask: () => Promise<Result | false>): Promise<Result> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const answer = await ask();
    if (answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`Waited too long for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
