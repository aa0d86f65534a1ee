// @ts-check
/*
 * Fills a system with data of every kind, by its own REST API, and keeps what it stored as a fixture:
 *
 *   node tools/upgrade/make-fixture.mjs [version]
 *
 * writes tools/upgrade/fixtures/stored-<version>.json.gz: every collection as EJSON, the sandbox's journal, and the keys
 * that open its secrets, which serve nothing else. A test upgrades each of these files to the program of today.
 * Make one with the program of a release, right before its stored forms change; never make an old one anew.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import mongoose from 'mongoose';
import { startOwned } from '../services/system/owned-process.mjs';
import { ROOT } from '../start/settings.mjs';
import { makeExport, makeSegment, readRun, runEnded, startRun } from '../testbed/exports.mjs';
import { API_KEY, Testbed } from '../testbed/system.mjs';
import { fixtureFile, readCollections, writeFixture } from './stored-data.mjs';

const version = process.argv[2] ?? JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')).version;
const password = 'Fixture password 2026';
const many = 210;

/** @type {(line: string) => void} */
const log = (line) => console.log(line);

/** A destination that refuses every twentieth row. */
function startReceiver() {
  const server = createServer((request, response) => {
    /** @type {Buffer[]} */
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const rows = Buffer.concat(chunks).toString().split('\n').filter(Boolean);
      const rejected = rows
        .map((_, index) => ({ index, code: 'unwelcome', message: 'The receiver does not take this row.' }))
        .filter(({ index }) => index % 20 === 7);
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ rejected }));
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** @param {Testbed} testbed @param {string} sandboxUrl */
async function seedDemo(testbed, sandboxUrl) {
  const seed = await startOwned({
    name: 'seed',
    command: process.execPath,
    args: [fileURLToPath(new URL('../seed/seed.mjs', import.meta.url))],
    cwd: ROOT,
    env: {
      ...process.env,
      API_URL: `http://127.0.0.1:${testbed.apiPort}`,
      SANDBOX_URL: sandboxUrl,
      ADMIN_EMAIL: testbed.keys.adminEmail,
      ADMIN_PASSWORD: testbed.keys.adminPassword,
    },
    logFile: path.join(testbed.logDir, 'seed.log'),
  });
  await seed.exited;
}

/**
 * @param {Testbed} testbed
 * @param {string} format
 * @param {string} name
 * @param {string} text
 */
async function importText(testbed, format, name, text) {
  await testbed
    .call('POST', `/profiles/imports?format=${format}&idColumn=id&name=${name}`, {
      stream: Readable.from([text]),
      type: format === 'csv' ? 'text/csv' : 'application/x-ndjson',
    })
    // An import without one good row is refused, and kept.
    .catch((error) => log(`  ${error.message}`));
}

/** @param {Testbed} testbed */
async function makePeople(testbed) {
  const rows = Array.from({ length: 300 }, (_, n) => {
    const person = {
      id: `fixture-${String(n).padStart(4, '0')}`,
      // A few without an address, with a wrong one, and with one that another has.
      email:
        n % 50 === 3
          ? ''
          : n % 50 === 4
            ? `no address ${n}`
            : `person${n % 50 === 5 ? n - 1 - 4 : n}@example.org`,
      firstName: ['Åse', 'Ola', 'Zoë', 'Jürgen', 'Ngozi'][n % 5],
      city: ['Oslo', 'Bergen', 'Tromsø', 'Straße', ''][n % 5],
      age: n % 7 === 0 ? '' : 18 + (n % 60),
      birthDate: n % 11 === 0 ? '' : `${1950 + (n % 50)}-${String(1 + (n % 12)).padStart(2, '0')}-15`,
      lastPurchase: `2026-${String(1 + (n % 10)).padStart(2, '0')}-10T${String(n % 24).padStart(2, '0')}:30:00Z`,
      subscribed: n % 3 === 0,
    };
    return Object.values(person);
  });
  const header = 'id,email,firstName,city,age,birthDate,lastPurchase,subscribed';
  await importText(testbed, 'csv', 'people.csv', [header, ...rows.map((row) => row.join(','))].join('\n'));
  await importText(
    testbed,
    'csv',
    'broken.csv',
    'id,email,age\nbad-1,one@example.org\nbad-2,two@example.org,44\n',
  );
  await importText(testbed, 'ndjson', 'nothing.ndjson', '{"id":\n');
  for (let n = 0; n < many; n++) {
    await importText(
      testbed,
      'ndjson',
      `change-${n}.ndjson`,
      `${JSON.stringify({ id: `fixture-${String(n).padStart(4, '0')}`, score: n * 1.5 })}\n`,
    );
  }
  await testbed.call('DELETE', '/profiles/fixture-0299');
}

/** @param {Testbed} testbed */
async function makeAccounts(testbed) {
  const contributor = {
    email: 'contributor@example.com',
    name: 'Kari Contributor',
    role: 'contributor',
    password,
  };
  await testbed.call('POST', '/users', { json: contributor });
  for (let n = 0; n < many; n++) {
    const user = { email: `viewer${n}@example.com`, name: `Viewer ${n}`, role: 'viewer', password };
    await testbed.call('POST', '/users', { json: user });
  }
  for (let n = 0; n < many; n++) {
    const key = await testbed.call('POST', '/api-keys', {
      json: { name: `Script ${n}`, role: 'viewer', expiresAt: n % 3 === 0 ? '2099-01-01T00:00:00Z' : null },
    });
    if (n % 4 === 0) await testbed.call('DELETE', `/api-keys/${key.id}`);
    if (n === 1) await fetchAs(testbed, 'GET', '/segments', key.key);
  }
  for (let n = 0; n < 5; n++) {
    const body = { email: `viewer${n}@example.com`, password: 'wrong' };
    await fetchAs(testbed, 'POST', '/auth/login', null, body);
  }
}

/**
 * @param {Testbed} testbed
 * @param {string} method
 * @param {string} route
 * @param {string | null} token
 * @param {object} [body]
 * @param {Record<string, string>} [headers]
 */
function fetchAs(testbed, method, route, token, body, headers) {
  return fetch(`http://127.0.0.1:${testbed.apiPort}/api/v1${route}`, {
    method,
    headers: {
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(body && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
}

/** @param {Testbed} testbed */
async function makeSegments(testbed) {
  const rules = {
    'With an address': { match: 'all', conditions: [{ field: 'email', operator: 'isNotNull' }] },
    'From the fixture': { match: 'all', conditions: [{ field: 'subscribed', operator: 'isNotNull' }] },
    'Every text operator': {
      match: 'any',
      conditions: [
        { field: 'city', operator: 'equals', value: 'oslo', ignoreCase: true },
        { field: 'city', operator: 'notEquals', value: 'Bergen' },
        { field: 'city', operator: 'in', value: ['Oslo', 'Tromsø'] },
        { field: 'firstName', operator: 'contains', value: 'ø', ignoreCase: true },
        { field: 'firstName', operator: 'startsWith', value: 'Å' },
        { field: 'firstName', operator: 'endsWith', value: 'n' },
        { field: 'city', operator: 'isNull' },
      ],
    },
    'Every number and date operator': {
      match: 'any',
      conditions: [
        { match: 'all', conditions: [{ field: 'age', operator: 'between', value: [20, 40] }] },
        { match: 'none', conditions: [{ field: 'age', operator: 'notBetween', value: [10, 90] }] },
        { field: 'age', operator: 'greaterThan', value: 60 },
        { field: 'age', operator: 'lessThanOrEqualTo', value: 19 },
        { field: 'birthDate', operator: 'lessThan', value: '1960-01-01' },
        { field: 'birthDate', operator: 'greaterThanOrEqualTo', value: '1999-01-01' },
        { field: 'birthDate', operator: 'equals', value: '1980-06-15' },
        { field: 'lastPurchase', operator: 'withinLast', value: 30, unit: 'day' },
        { field: 'lastPurchase', operator: 'between', value: ['2026-05-01', '2026-05-31'] },
        { field: 'subscribed', operator: 'equals', value: true },
      ],
    },
  };
  /** @type {Record<string, string>} */
  const ids = {};
  for (const [name, rule] of Object.entries(rules))
    ids[name] = String(await makeSegment(testbed, name, rule));
  const young = { match: 'all', conditions: [{ field: 'age', operator: 'lessThan', value: 30 }] };
  for (let n = 0; n < many; n++) {
    const state = n % 3 === 0 ? 'draft' : n % 3 === 1 ? 'inactive' : 'active';
    await testbed.call('POST', '/segments', {
      json: { name: `Segment ${n}`, description: `Number ${n}`, rule: young, state },
    });
  }
  for (let n = 0; n < many; n++) {
    await testbed.call('POST', `/segments/${ids['With an address']}/refresh`);
    await sleep(25);
  }
  return ids;
}

/**
 * @param {Testbed} testbed
 * @param {string} destination
 * @param {string} name
 * @param {object} fields
 */
async function connect(testbed, destination, name, fields) {
  const consent = await testbed.call('GET', '/connections/consent-text');
  return testbed.call('POST', '/connections', {
    json: {
      ...{ name, destination, fields, sharing: 'administrators' },
      ...{ consent: true, consentTextVersion: consent.version },
      exportUser: { password: testbed.keys.adminPassword },
    },
  });
}

async function make() {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'audience-relay-fixture-'));
  const keys = {
    jwtSecret: randomBytes(48).toString('base64url'),
    secretKeys: `fixture:${randomBytes(32).toString('base64')}`,
    adminEmail: 'admin@example.com',
    adminPassword: password,
  };
  writeFileSync(path.join(dataDir, 'keys.json'), JSON.stringify(keys), { mode: 0o600 });
  const receiver = await startReceiver();
  const testbed = await Testbed.start({ log, dataDir });
  try {
    const worker = await testbed.startWorker();
    const sandbox = await testbed.startSandbox();
    log('demo');
    await seedDemo(testbed, sandbox.url);
    log('people');
    await makePeople(testbed);
    log('accounts');
    await makeAccounts(testbed);
    log('segments');
    const segments = await makeSegments(testbed);

    log('connections and exports');
    const folder = path.join(dataDir, 'files');
    mkdirSync(path.join(folder, 'out'), { recursive: true });
    const webhook = await connect(testbed, 'webhook', 'Webhook', {
      url: `http://127.0.0.1:${receiver.address().port}`,
      signingSecret: 'a-signing-secret-of-the-fixture',
    });
    const files = await connect(testbed, 'file', 'Files', { directory: folder });
    const { id: wrong } = await connect(testbed, 'sendgrid', 'Wrong key', {
      ...{ apiKey: 'SG.sandbox.unknown-key', region: 'global', baseUrl: sandbox.url },
    });
    const sendgrid = (await testbed.call('GET', '/connections')).items.find(
      (/** @type {{ name: string }} */ { name }) => name === 'SendGrid sandbox',
    );
    const list = await testbed.call('POST', `/connections/${sendgrid.id}/targets`, {
      json: { name: 'Fixture' },
    });
    const onList = { settings: { list: list.id }, settingsLabels: { list: list.name } };
    const segmentIds = [segments['From the fixture']];
    const wanted = {
      sendgrid: {
        ...{ name: 'SendGrid, mirror, custom fields', connectionId: sendgrid.id, ...onList },
        mapping: {
          fields: { email: 'email', first_name: 'firstName', city: 'city' },
          custom: [
            { source: 'age', name: 'age', type: 'number' },
            { source: 'birthDate', name: 'birth_date', type: 'date' },
          ],
        },
        ...{ segmentIds, mode: 'mirror', removeStrangers: true, rejectedLimit: 5 },
      },
      webhook: {
        ...{ name: 'Webhook with rejected rows', connectionId: webhook.id, settings: { format: 'ndjson' } },
        mapping: { fields: { id: 'email' }, custom: [{ source: 'age', name: 'age', type: 'number' }] },
        ...{ segmentIds, mode: 'mirror', rejectedLimit: 1 },
        schedule: { kind: 'off' },
      },
      files: {
        ...{ name: 'Files', connectionId: files.id, settings: { folder: 'out', format: 'csv', gzip: true } },
        mapping: {
          fields: { id: 'email' },
          custom: [{ source: 'subscribed', name: 'subscribed', type: 'boolean' }],
        },
        segmentIds: [segments['With an address'], segments['Every number and date operator']],
      },
      limited: {
        ...{ name: 'Over its limit', connectionId: sendgrid.id, ...onList },
        mapping: { fields: { email: 'email' }, custom: [] },
        ...{ segmentIds, hardLimit: 1 },
      },
      wrong: {
        ...{ name: 'Wrong key', connectionId: wrong, ...onList },
        mapping: { fields: { email: 'email' }, custom: [] },
        segmentIds,
      },
      scheduled: {
        ...{ name: 'Every night', connectionId: sendgrid.id, ...onList },
        mapping: { fields: { email: 'email' }, custom: [] },
        segmentIds,
        schedule: {
          kind: 'own',
          recurrence: { every: 'daily', time: '02:30', timeZone: 'Europe/Oslo' },
        },
      },
    };
    /** @type {Record<string, string>} */
    const exports = {};
    for (const [name, each] of Object.entries(wanted)) exports[name] = await makeExport(testbed, each);
    await testbed.call('PUT', '/settings/alerts', {
      json: {
        webhook: {
          url: `http://127.0.0.1:${receiver.address().port}/alerts`,
          signingSecret: 'a-signing-secret-of-the-fixture',
        },
        email: {
          baseUrl: sandbox.url,
          apiKey: API_KEY,
          from: 'alerts@example.com',
          to: ['admin@example.com'],
        },
        version: (await testbed.call('GET', '/settings/alerts')).version,
      },
    });

    log('runs');
    /** @param {string} exportId */
    const run = async (exportId) => {
      const ended = await runEnded(testbed, await startRun(testbed, exportId));
      // The run ends first, and frees its export then.
      await sleep(60);
      return ended;
    };
    for (const exportId of Object.values(exports)) {
      const { status, counts } = await run(exportId);
      log(`  ${status} ${JSON.stringify(counts)}`);
    }
    // Two who leave, so that removals are stored too.
    await importText(
      testbed,
      'ndjson',
      'left.ndjson',
      '{"id":"fixture-0010","subscribed":null}\n{"id":"fixture-0011","subscribed":null}\n',
    );
    await testbed.call('POST', `/segments/${segments['From the fixture']}/refresh`);
    await sleep(1500);
    await run(exports.sendgrid);
    for (let n = 0; n < 40; n++) {
      await run(exports.webhook);
      await run(exports.wrong);
      await run(exports.limited);
      await run(exports.files);
      await run(exports.sendgrid);
    }
    for (let n = 0; n < many; n++) {
      const { id } = await testbed.call('POST', `/exports/${exports.files}/duplicate`, {
        json: { name: `Copy ${n}` },
      });
      if (n % 5 === 0) {
        const { version: at } = await testbed.call('GET', `/exports/${id}`);
        await testbed.call('POST', `/exports/${id}/detach`, { json: { version: at } });
      }
    }

    log('refreshes, keys of repeated requests');
    const schedule = await testbed.call('GET', '/settings/schedule');
    await testbed.call('PUT', '/settings/schedule', {
      json: {
        every: 'daily',
        timeZone: 'Europe/Oslo',
        times: ['06:00'],
        weekdays: [],
        version: schedule.version,
      },
    });
    const refresh = await testbed.call('POST', '/refreshes', { json: {} });
    for (let at = refresh; !at.finishedAt; at = await testbed.call('GET', `/refreshes/${refresh.id}`))
      await sleep(500);
    for (let n = 0; n < many; n++) {
      const headers = { 'Idempotency-Key': `fixture-${n}` };
      await fetchAs(
        testbed,
        'POST',
        `/segments/${segments['With an address']}/refresh`,
        testbed.client?.token ?? null,
        {},
        headers,
      );
    }
    await sleep(3000);

    log('a run whose worker is killed, a removal whose API is killed');
    await sandbox.break({ kind: 'latency', ms: 20_000, endpoint: 'PUT /v3/marketing/contacts' });
    await importText(testbed, 'ndjson', 'late.ndjson', '{"id":"fixture-0020","firstName":"Late"}\n');
    const cut = await startRun(testbed, exports.sendgrid);
    for (;;) {
      const { lease, inFlight, status } = await readRun(testbed, cut);
      if (lease && inFlight.length > 0) break;
      if (!['queued', 'running', 'waiting'].includes(status))
        throw new Error(`The run is ${status} already.`);
      await sleep(20);
    }
    await testbed.killWorker(worker);
    const gone = await makeExport(testbed, { ...wanted.limited, name: 'Removed' });
    await testbed.killApi();
    const removed = new mongoose.mongo.ObjectId(gone);
    await testbed.db.collection('exports').deleteOne({ _id: removed });
    await testbed.db.collection('exportremovals').insertOne({ _id: removed, ledger: null, at: new Date() });

    await sandbox.stop();
    testbed.sandboxes = [];
    await keep(testbed, keys);
  } finally {
    receiver.close();
    await testbed.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/**
 * @param {Testbed} testbed
 * @param {import('../start/keys.mjs').Keys} keys
 */
async function keep(testbed, keys) {
  const collections = await readCollections(testbed.db);
  for (const [name, documents] of Object.entries(collections)) log(`  ${name}: ${documents.length}`);
  const sandbox = readFileSync(path.join(testbed.dataDir, 'sandbox.journal'), 'utf8');
  writeFixture({ version, keys, collections, sandbox });
  log(
    `${path.relative(ROOT, fixtureFile(version))}: ${Math.round(statSync(fixtureFile(version)).size / 1024)} kB`,
  );
}

await make();
