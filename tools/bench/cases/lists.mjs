// @ts-check
import { Agent, get } from 'node:http';
import path from 'node:path';
import { startOwned } from '../../services/system/owned-process.mjs';
import { findFreePort } from '../../services/system/ports.mjs';
import { until } from '../../services/system/until.mjs';
import { answersOk } from '../../start/apps.mjs';
import { median, medianRatio, percentile } from '../measure.mjs';

const CLIENTS = 100;
const BAR = 2;
const ROUNDS = 3;
const LISTS = ['/exports', '/connections', '/segments', '/runs', '/profiles'];

/**
 * (h): the API's lists under 100 clients, over a bare Nest route that reads one document, under the same.
 *
 * @param {import('../context.mjs').BenchContext} context
 */
export async function measureLists(context) {
  const { testbed, quick } = context;
  const requests = quick ? 1_500 : 3_000;
  const port = await findFreePort();
  const { mongodbUri: uri } = testbed.services;
  const input = { uri, database: testbed.db.databaseName, collection: 'exports', port };
  const bare = await startOwned({
    name: 'the bare route',
    command: process.execPath,
    args: [path.join(import.meta.dirname, '../bare/route.mjs'), JSON.stringify(input)],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  /** @type {Record<string, { same: number[], apart: number[], bare: number[] }>} */
  const results = {};
  try {
    const bareUrl = `http://127.0.0.1:${port}/bare`;
    await until(() => answersOk(bareUrl), 20_000);
    await load(() => bareUrl, {}, requests);
    await testbed.call('GET', '/auth/me');
    const headers = testbed.client?.headers(undefined) ?? {};
    for (const list of LISTS) {
      const url = `http://127.0.0.1:${testbed.apiPort}/api/v1${list}?limit=`;
      const same = () => `${url}50`;
      // The same page by as many addresses as clients, so that no read can answer two of them.
      const apart = (/** @type {number} */ client) => `${url}${'0'.repeat(client)}50`;
      /** @type {{ same: number[], apart: number[], bare: number[] }} */
      const times = { same: [], apart: [], bare: [] };
      await load(same, headers, requests / 4);
      for (let round = 0; round < ROUNDS; round += 1) {
        times.bare.push(await load(() => bareUrl, {}, requests));
        times.same.push(await load(same, headers, requests));
        times.apart.push(await load(apart, headers, requests / 2));
      }
      results[list] = times;
      const ratio = medianRatio(times.same, times.bare);
      const p95 = median(times.bare).toFixed(0);
      context.add({
        letter: 'h',
        what: `p95 of GET ${list} under ${CLIENTS} clients over a bare Nest route`,
        value: `${median(times.same).toFixed(0)} / ${p95} ms = ${ratio.toFixed(2)}`,
        bar: `<= ${BAR}`,
        met: ratio <= BAR,
      });
      context.add({
        letter: 'h',
        what: `the same where no two clients share a read`,
        value: `${median(times.apart).toFixed(0)} / ${p95} ms = ${medianRatio(times.apart, times.bare).toFixed(2)}`,
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
 * @param {(client: number) => string} urlOf
 * @param {Record<string, string>} headers
 * @param {number} requests in all
 * @returns {Promise<number>} milliseconds in which 95 of 100 were answered
 */
async function load(urlOf, headers, requests) {
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  /** @type {number[]} */
  const times = [];
  let left = requests;
  const client = async (/** @type {number} */ number) => {
    const url = urlOf(number);
    while (left > 0) {
      left -= 1;
      const began = performance.now();
      // A server may close an idle connection just as it is used again; a browser asks again too.
      await ask(url, headers, agent).catch(() => ask(url, headers, agent));
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)));
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
