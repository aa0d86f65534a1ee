// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import { API_KEY } from './system.mjs';

/** Ends of a run. */
const ENDED = ['succeeded', 'partial', 'failed', 'skipped', 'cancelled'];
const RUN_DEADLINE_MS = 600_000;
const REFRESH_DEADLINE_MS = 300_000;

/**
 * @typedef {import('./system.mjs').Testbed} Testbed
 *
 * @typedef {object} Run as the API shows it
 * @property {string} id
 * @property {string} status
 * @property {{ code: string, message: string } | null} reason
 * @property {Record<string, number>} counts
 * @property {number} requests
 * @property {string} startedAt
 * @property {string} sentAt
 * @property {string} finishedAt
 */

/**
 * Makes the fields of profiles known, as an import does.
 *
 * @param {Testbed} testbed
 * @param {import('../generate-people/people.mjs').Person} person
 */
export async function importOne(testbed, { id, fields }) {
  const { Readable } = await import('node:stream');
  const line = `${JSON.stringify({ id, ...fields })}\n`;
  await testbed.call('POST', '/profiles/imports?format=ndjson&idColumn=id&name=one.ndjson', {
    stream: Readable.from([line]),
    type: 'application/x-ndjson',
  });
}

/**
 * @param {Testbed} testbed
 * @param {import('./sandbox.mjs').Sandbox} sandbox
 * @param {string} name
 * @returns {Promise<string>} its id
 */
export async function makeConnection(testbed, sandbox, name) {
  const consent = await testbed.call('GET', '/connections/consent-text');
  const made = await testbed.call('POST', '/connections', {
    json: {
      ...{ name, destination: 'sendgrid', sharing: 'administrators' },
      fields: { apiKey: API_KEY, region: 'global', baseUrl: sandbox.url },
      ...{ consent: true, consentTextVersion: consent.version },
      exportUser: { password: testbed.keys.adminPassword },
    },
  });
  return made.id;
}

/**
 * @param {Testbed} testbed
 * @param {string} connectionId
 * @param {string} name
 * @returns {Promise<string>} its id at the destination
 */
export async function makeList(testbed, connectionId, name) {
  return (await testbed.call('POST', `/connections/${connectionId}/targets`, { json: { name } })).id;
}

/**
 * @param {Testbed} testbed
 * @param {string} name
 * @param {object} rule
 * @returns {Promise<mongoose.mongo.ObjectId>}
 */
export async function makeSegment(testbed, name, rule) {
  const { id } = await testbed.call('POST', '/segments', { json: { name, description: '', rule } });
  await refreshSegment(testbed, id);
  return new mongoose.mongo.ObjectId(/** @type {string} */ (id));
}

/**
 * @param {Testbed} testbed
 * @param {string} id
 * @returns {Promise<any>} the segment after its refresh
 */
export async function refreshSegment(testbed, id) {
  await testbed.call('POST', `/segments/${id}/refresh`);
  const deadline = Date.now() + REFRESH_DEADLINE_MS;
  for (;;) {
    const segment = await testbed.call('GET', `/segments/${id}`);
    if (segment.status === 'succeeded') return segment;
    if (segment.status === 'failed') throw new Error(`The refresh failed: ${segment.reason?.message}`);
    if (Date.now() > deadline) throw new Error('The segment is not refreshed.');
    await sleep(50);
  }
}

/**
 * @param {Testbed} testbed
 * @param {object} wanted
 * @returns {Promise<string>} its id
 */
export async function makeExport(testbed, wanted) {
  return (await testbed.call('POST', '/exports', { json: wanted })).id;
}

/**
 * @param {Testbed} testbed
 * @param {string} exportId
 * @param {'changes' | 'everyone'} [scope]
 * @returns {Promise<string>} the run's id
 */
export async function startRun(testbed, exportId, scope = 'changes') {
  return (await testbed.call('POST', `/exports/${exportId}/runs`, { json: { scope } })).id;
}

/**
 * @param {Testbed} testbed
 * @param {string} runId
 * @param {number} [deadlineMs]
 * @param {number} [everyMs] how often the API is asked
 * @returns {Promise<Run>}
 */
export async function runEnded(testbed, runId, deadlineMs = RUN_DEADLINE_MS, everyMs = 100) {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const run = await testbed.call('GET', `/runs/${runId}`);
    if (ENDED.includes(run.status)) return run;
    if (Date.now() > deadline) {
      const why = run.reason ? `: ${run.reason.message}` : '';
      throw new Error(`The run is still ${run.status} after ${deadlineMs / 1000} s${why}`);
    }
    await sleep(everyMs);
  }
}

/**
 * The run's own document: what the worker knows.
 *
 * @param {Testbed} testbed
 * @param {string} runId
 * @returns {Promise<any>}
 */
export function readRun(testbed, runId) {
  return testbed.db.collection('runs').findOne({ _id: new mongoose.mongo.ObjectId(runId) });
}
