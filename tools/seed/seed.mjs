// @ts-check
/*
 * Fills a new system with a demo, by its own REST API: 500 profiles from a file, two segments, a connection to the
 * SendGrid sandbox, an export, and one real run of it. Run again, it finds what is there and goes on.
 *
 *   API_URL, SANDBOX_URL, ADMIN_EMAIL, ADMIN_PASSWORD   from the environment
 */
import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { RestClient } from './rest-client.mjs';

const people = fileURLToPath(new URL('data/us-500.csv', import.meta.url));

const runDeadlineMs = 120_000;
const ended = ['succeeded', 'partial', 'failed', 'skipped', 'cancelled'];

async function seed() {
  const { API_URL, SANDBOX_URL, ADMIN_EMAIL, ADMIN_PASSWORD } = process.env;
  if (!API_URL || !SANDBOX_URL || !ADMIN_EMAIL || !ADMIN_PASSWORD) {
    throw new Error('API_URL, SANDBOX_URL, ADMIN_EMAIL and ADMIN_PASSWORD must be set.');
  }
  const api = await RestClient.signIn(API_URL, ADMIN_EMAIL, ADMIN_PASSWORD);

  const { counts } = await importProfiles(api);
  const everyone = await segment(api, 'Everyone', 'All profiles with an e-mail address', {
    match: 'all',
    conditions: [{ field: 'email', operator: 'isNotNull' }],
  });
  const coast = await segment(api, 'West coast', 'Customers in California, Oregon and Washington', {
    match: 'any',
    conditions: [{ field: 'state', operator: 'in', value: ['CA', 'OR', 'WA'] }],
  });
  const connection = await connect(api, SANDBOX_URL, ADMIN_PASSWORD);
  const newsletter = await target(api, connection.id, 'Newsletter');
  await target(api, connection.id, 'West coast offers');
  const delivered = await deliver(api, {
    name: 'Everyone to the newsletter',
    connectionId: connection.id,
    settings: { list: newsletter.id },
    settingsLabels: { list: newsletter.name },
    mapping: {
      fields: {
        email: 'email',
        first_name: 'firstName',
        last_name: 'lastName',
        city: 'city',
        state_province_region: 'state',
        postal_code: 'postalCode',
      },
      custom: [],
    },
    segmentIds: [everyone.id],
    mode: 'mirror',
    scope: 'changes',
  });
  console.log(
    `${counts.read} profiles read; segments: ${everyone.name} (${everyone.memberCount}), ` +
      `${coast.name} (${coast.memberCount}); delivered to the list ${newsletter.name}: ${delivered.counts.sent}`,
  );
}

/** @param {RestClient} api */
function importProfiles(api) {
  return api.send('POST', '/profiles/imports?format=csv&name=us-500.csv', {
    stream: createReadStream(people),
    type: 'text/csv',
  });
}

/**
 * @param {RestClient} api
 * @param {string} name
 * @param {string} description
 * @param {object} rule
 */
async function segment(api, name, description, rule) {
  const made =
    (await api.find('/segments', name)) ??
    (await api.send('POST', '/segments', { json: { name, description, rule } }));
  await api.send('POST', `/segments/${made.id}/refresh`, {});
  return until(`segment ${name} to be refreshed`, async () => {
    const now = await api.send('GET', `/segments/${made.id}`, {});
    if (now.status === 'failed') throw new Error(`Segment ${name}: ${now.reason?.message}`);
    return now.status === 'succeeded' && now;
  });
}

/**
 * @param {RestClient} api
 * @param {string} sandboxUrl
 * @param {string} password
 */
async function connect(api, sandboxUrl, password) {
  const name = 'SendGrid sandbox';
  const known = await api.find('/connections', name);
  if (known) return known;
  const consent = await api.send('GET', '/connections/consent-text', {});
  return api.send('POST', '/connections', {
    json: {
      name,
      destination: 'sendgrid',
      sharing: 'administrators-and-contributors',
      fields: { apiKey: 'SG.sandbox.full-access', region: 'global', baseUrl: sandboxUrl },
      consent: true,
      consentTextVersion: consent.version,
      exportUser: { password },
    },
  });
}

/**
 * @param {RestClient} api
 * @param {string} connectionId
 * @param {string} name
 */
async function target(api, connectionId, name) {
  const path = `/connections/${connectionId}/targets`;
  const { items } = await api.send('GET', `${path}?search=${encodeURIComponent(name)}`, {});
  return (
    items.find((/** @type {{ name: string }} */ item) => item.name === name) ??
    api.send('POST', path, { json: { name } })
  );
}

/**
 * @param {RestClient} api
 * @param {{ name: string, [setting: string]: unknown }} wanted
 */
async function deliver(api, wanted) {
  const made =
    (await api.find('/exports', wanted.name)) ?? (await api.send('POST', '/exports', { json: wanted }));
  const run = made.activeRunId
    ? { id: made.activeRunId }
    : await api.send('POST', `/exports/${made.id}/runs`, { json: {} });
  const last = await until('the export to be delivered', async () => {
    const now = await api.send('GET', `/runs/${run.id}`, {});
    return ended.includes(now.status) && now;
  });
  if (last.status !== 'succeeded') throw new Error(`The run ended ${last.status}: ${last.reason?.message}`);
  return last;
}

/**
 * @template Result
 * @param {string} what
 * @param {() => Promise<Result | false>} ask
 * @returns {Promise<Result>}
 */
async function until(what, ask) {
  const deadline = Date.now() + runDeadlineMs;
  while (Date.now() < deadline) {
    const answer = await ask();
    if (answer !== false) return answer;
    await sleep(250);
  }
  throw new Error(`Waited ${runDeadlineMs / 1000} s for ${what}, in vain.`);
}

seed().catch((/** @type {Error} */ error) => {
  console.error(error.message);
  process.exit(1);
});
