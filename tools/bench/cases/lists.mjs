// @ts-check
import { Agent, get } from 'node:http';
import path from 'node:path';
import { startOwned } from '../../services/system/owned-process.mjs';
import { findFreePort } from '../../services/system/ports.mjs';
import { until } from '../../services/system/until.mjs';
import { answersOk } from '../../start/apps.mjs';
import { percentile } from '../measure.mjs';

const CLIENTS = 100;
const BAR = 2;
const LISTS = ['/exports', '/connections', '/segments', '/runs', '/profiles'];

/**
 * (h): the API's lists under 100 clients, over a bare Nest route that reads one document, under the same.
 *
 * @param {import('../context.mjs').BenchContext} context
 */
export async function measureLists(context) {
  const { testbed, quick } = context;
  const requests = quick ? 2_000 : 6_000;
  const port = await findFreePort();
  const { mongodbUri: uri } = testbed.services;
  const input = { uri, database: testbed.db.databaseName, collection: 'exports', port };
  const bare = await startOwned({
    name: 'the bare route',
    command: process.execPath,
    args: [path.join(import.meta.dirname, '../bare/route.mjs'), JSON.stringify(input)],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  /** @type {Record<string, number>} */
  const results = {};
  try {
    const bareUrl = `http://127.0.0.1:${port}/bare`;
    await until(() => answersOk(bareUrl), 20_000);
    await load(bareUrl, {}, requests);
    results.bare = await load(bareUrl, {}, requests);
    await testbed.call('GET', '/auth/me');
    const headers = testbed.client?.headers(undefined) ?? {};
    for (const list of LISTS) {
      const url = `http://127.0.0.1:${testbed.apiPort}/api/v1${list}?limit=50`;
      await load(url, headers, requests / 4);
      results[list] = await load(url, headers, requests);
      const ratio = results[list] / results.bare;
      context.add({
        letter: 'h',
        what: `p95 of GET ${list} under ${CLIENTS} clients over a bare Nest route`,
        value: `${results[list].toFixed(0)} / ${results.bare.toFixed(0)} ms = ${ratio.toFixed(2)}`,
        bar: `<= ${BAR}`,
        met: ratio <= BAR,
      });
    }
  } finally {
    await bare.stop();
  }
  context.raw.lists = results;
}

/**
 * Each client asks again as soon as it is answered.
 *
 * @param {string} url
 * @param {Record<string, string>} headers
 * @param {number} requests in all
 * @returns {Promise<number>} milliseconds in which 95 of 100 were answered
 */
async function load(url, headers, requests) {
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  /** @type {number[]} */
  const times = [];
  let left = requests;
  const client = async () => {
    while (left > 0) {
      left -= 1;
      const began = performance.now();
      // A server may close an idle connection just as it is used again; a browser asks again too.
      await ask(url, headers, agent).catch(() => ask(url, headers, agent));
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  agent.destroy();
  return percentile(times, 0.95);
}

/**
 * @param {string} url
 * @param {Record<string, string>} headers
 * @param {Agent} agent
 * @returns {Promise<void>}
 */
function ask(url, headers, agent) {
  return new Promise((resolve, reject) => {
    get(url, { headers, agent }, (response) => {
      response.resume();
      response.on('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`GET ${url}: ${response.statusCode}`)),
      );
    }).on('error', reject);
  });
}
