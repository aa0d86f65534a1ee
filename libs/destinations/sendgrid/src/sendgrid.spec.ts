import { destinationConformance } from '@audience-relay/destinations/testing';
import { startSandbox, type RunningSandbox } from '@audience-relay/sendgrid-sandbox';
import { sendgrid } from './sendgrid';

const API_KEY = 'SG.sandbox.full-access';

destinationConformance({
  destination: sendgrid,
  connectionTo: (baseUrl, timeoutSeconds) => ({ apiKey: API_KEY, baseUrl, timeoutSeconds }),
  spoil: (row) => ({
    ...row,
    identity: 'not-an-address',
    fields: { ...row.fields, email: 'not-an-address' },
  }),
  async start() {
    const sandbox = await startSandbox({
      port: 0,
      timings: { applyMs: 20, finishMs: 60, fieldUsableMs: 100 },
    });
    const connection = { apiKey: API_KEY, baseUrl: sandbox.url };
    const list = await makeList(sandbox, 'Conformance list');
    return {
      connection,
      settings: { list },
      stored: async () => membersOf(sandbox, list),
      stop: () => sandbox.stop(),
    };
  },
});

async function makeList(sandbox: RunningSandbox, name: string): Promise<string> {
  const response = await fetch(`${sandbox.url}/v3/marketing/lists`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  });
  return ((await response.json()) as { id: string }).id;
}

function membersOf(sandbox: RunningSandbox, listId: string): string[] {
  const emails: string[] = [];
  let after: number | null = -1;
  while (after !== null) {
    const page = sandbox.control.contacts({ listId, after, limit: 50_000 });
    emails.push(...page.items.map((contact) => String(contact['email'])));
    after = page.next;
  }
  return emails;
}
