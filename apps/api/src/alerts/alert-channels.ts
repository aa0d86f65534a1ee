import type { OpenedAlertSettings } from '@audience-relay/data';
import { createHmac } from 'node:crypto';

/** What is told. */
export interface AlertMessage {
  id: string;
  kind: string;
  message: string;
  at: Date;
  export: { id: string; name: string };
  run: { id: string };
}

const timeoutMs = 10_000;

/** Told to whoever reads the alert's error: what the other side said, without what we sent. */
export class AlertChannelError extends Error {
  override readonly name = 'AlertChannelError';
}

/** Posts the alert as JSON, signed like the webhook destination's requests when a secret is set. */
export async function sendByWebhook(
  { url, signingSecret }: NonNullable<OpenedAlertSettings['webhook']>,
  alert: AlertMessage,
): Promise<void> {
  const body = JSON.stringify({ ...alert, at: alert.at.toISOString() });
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature =
    signingSecret === null
      ? null
      : createHmac('sha256', signingSecret).update(`${timestamp}.`).update(body).digest('hex');
  await post('The webhook', url, body, {
    'Content-Type': 'application/json',
    'User-Agent': 'audience-relay',
    // The receiver can tell a repeat by it.
    'Idempotency-Key': alert.id,
    ...(signature !== null && {
      'X-Audience-Relay-Timestamp': timestamp,
      'X-Audience-Relay-Signature': `v1=${signature}`,
    }),
  });
}

/** Sends the alert through SendGrid's mail API. */
export async function sendByEmail(
  { baseUrl, apiKey, from, to }: NonNullable<OpenedAlertSettings['email']>,
  alert: AlertMessage,
): Promise<void> {
  const mail = {
    // One mail each: nobody sees the others' addresses.
    personalizations: to.map((email) => ({ to: [{ email }] })),
    from: { email: from, name: 'Audience Relay' },
    subject: `${subjects[alert.kind] ?? 'Alert'}: ${alert.export.name}`,
    content: [{ type: 'text/plain', value: `${alert.message}\n\n${alert.at.toISOString()}\n` }],
  };
  await post('SendGrid', `${baseUrl}/v3/mail/send`, JSON.stringify(mail), {
    'Content-Type': 'application/json',
    Authorization: `Bearer ${apiKey}`,
  });
}

const subjects: Readonly<Record<string, string>> = {
  failing: 'Export fails',
  rejecting: 'Export rejects many rows',
  recovered: 'Export works again',
  test: 'Test',
};

async function post(
  service: string,
  url: string,
  body: string,
  headers: Record<string, string>,
): Promise<void> {
  let response: Response;
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
  } catch (error) {
    const slow = (error as Error).name === 'TimeoutError';
    throw new AlertChannelError(
      slow ? `${service} did not answer within ${timeoutMs / 1000} s.` : `${service} could not be reached.`,
    );
  }
  await response.body?.cancel();
  if (!response.ok) throw new AlertChannelError(`${service} answered HTTP ${response.status}.`);
}
