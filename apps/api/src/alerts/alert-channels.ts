import type { AlertChannel, AlertSettings, OpenedAlertSettings } from '@audience-relay/data';
import {
  changeValues,
  type FieldSpecs,
  type StoredValues,
  type ValuesOf,
} from '@audience-relay/destinations/registry';
import { createHmac } from 'node:crypto';
import { invalid } from '../problems/problem.exception';
import type { SetAlertSettingsDto } from './alert.dto';

/** The content of a message. */
export interface AlertMessage {
  id: string;
  kind: string;
  message: string;
  at: Date;
  export: { id: string; name: string };
  run: { id: string };
}

/** What each way has of addresses and secrets; as for destinations, secrets are asked for again when an address changes. */
const channelFields = {
  webhook: {
    url: { type: 'text', address: true, label: 'Address', required: true },
    signingSecret: { type: 'secret', label: 'Signing secret' },
  },
  email: {
    baseUrl: { type: 'text', address: true, label: "SendGrid's address", required: true },
    apiKey: { type: 'secret', label: 'SendGrid key', required: true },
  },
} as const satisfies Record<string, FieldSpecs>;

/**
 * The settings as they are to be stored.
 * @throws ProblemException `validation-failed` where a secret is missing or must be entered again.
 */
export function changedAlertSettings(
  stored: OpenedAlertSettings,
  { webhook, email }: Pick<SetAlertSettingsDto, 'webhook' | 'email'>,
): AlertSettings {
  const hook = webhook && changeValues(channelFields.webhook, storedWebhook(stored), { ...webhook });
  const { from = '', to = [], ...account } = email ?? {};
  const mail = email && changeValues(channelFields.email, storedEmail(stored), account);
  const problems = Object.entries({ webhook: hook, email: mail }).flatMap(([channel, changed]) =>
    (changed?.problems ?? []).map(({ path, message }) => ({ path: `${channel}.${path}`, message })),
  );
  if (problems.length > 0) throw invalid(...problems);

  const hookValues = hook?.values as ValuesOf<typeof channelFields.webhook> | undefined;
  const mailValues = mail?.values as ValuesOf<typeof channelFields.email> | undefined;
  return {
    webhook: hookValues ? { url: hookValues.url, signingSecret: hookValues.signingSecret ?? null } : null,
    email: mailValues ? { ...mailValues, from, to } : null,
  };
}

function storedWebhook({ webhook, unreadable }: OpenedAlertSettings): StoredValues {
  const { url, signingSecret } = webhook ?? {};
  return {
    values: { ...(url && { url }), ...(signingSecret && { signingSecret }) },
    unreadable: unreadable.webhook === undefined ? [] : ['signingSecret'],
  };
}

function storedEmail({ email, unreadable }: OpenedAlertSettings): StoredValues {
  const { baseUrl, apiKey } = email ?? {};
  return {
    values: { ...(baseUrl && { baseUrl }), ...(apiKey && { apiKey }) },
    unreadable: unreadable.email === undefined ? [] : ['apiKey'],
  };
}

const timeoutMs = 10_000;

/** Told to whoever reads the alert's error: what the other side said, without what we sent. */
export class AlertChannelError extends Error {
  override readonly name = 'AlertChannelError';
}

/**
 * Sends a message by every way that is set up; null for one that is not.
 * Each promise is rejected with an AlertChannelError when the message did not get through.
 */
export function sendAlert(
  { webhook, email, unreadable }: OpenedAlertSettings,
  alert: AlertMessage,
): Record<AlertChannel, (() => Promise<void>) | null> {
  const readable =
    (channel: AlertChannel, send: () => Promise<void>): (() => Promise<void>) =>
    async () => {
      const lost = unreadable[channel];
      // Unsigned, or with no key, it would be refused for a reason that leads nowhere.
      if (lost !== undefined) throw new AlertChannelError(lost);
      await send();
    };
  return {
    webhook: webhook && readable('webhook', () => sendByWebhook(webhook, alert)),
    email: email && readable('email', () => sendByEmail(email, alert)),
  };
}

/** Posts the alert as JSON, signed like the webhook destination's requests when a secret is set. */
async function sendByWebhook(
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
async function sendByEmail(
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
  held: 'Removals wait for approval',
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
