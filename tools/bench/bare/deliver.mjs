// @ts-check
/*
 * What a person would write by hand: one cursor over the members, and the same requests with the same concurrency. No
 * ledger, no validation, no record of what was done. Its own process, as the worker is.
 *
 *   node deliver.mjs '{"uri", "database", "segment", "url", "key", "list", "mapping", "send"}'
 *
 * Prints {"ms", "requests", "bytes", "members"} when the last request is accepted. The time begins after the first
 * members were read and written as JSON once, unsent: the worker too has run before.
 */
import { request as httpRequest, Agent } from 'node:http';
import mongoose from 'mongoose';

const { uri, database, segment, url, key, list, mapping, send } = JSON.parse(process.argv[2]);
const LIMITS = { records: 30_000, bytes: 6_000_000, concurrency: 4, page: 1_000 };
const WARM_UP = 20_000;
const before = `{"list_ids":[${JSON.stringify(list)}],"contacts":[`;
const agent = new Agent({ keepAlive: true });

const client = await new mongoose.mongo.MongoClient(uri).connect();
const findMembers = () =>
  client
    .db(database)
    .collection('profiles')
    .find(
      { segments: new mongoose.mongo.ObjectId(/** @type {string} */ (segment)) },
      { projection: Object.fromEntries(Object.values(mapping).map((field) => [`fields.${field}`, 1])) },
    )
    .sort({ _id: 1 })
    .batchSize(LIMITS.page);

let warm = 0;
for await (const { fields } of findMembers()) {
  encode(fields);
  if ((warm += 1) === WARM_UP) break;
}

const began = performance.now();

/** @type {Set<Promise<void>>} */
const underWay = new Set();
let [records, bytes, members, requests, sent] = [/** @type {string[]} */ ([]), 0, 0, 0, 0];

for await (const { fields } of findMembers()) {
  members += 1;
  if (!send) continue;
  const json = encode(fields);
  const size = Buffer.byteLength(json) + 1;
  if (records.length === LIMITS.records || bytes + size + before.length + 1 > LIMITS.bytes) await flush();
  records.push(json);
  bytes += size;
}
if (records.length > 0) await flush();
await Promise.all(underWay);
console.log(JSON.stringify({ ms: performance.now() - began, requests, bytes: sent, members }));
await client.close();
agent.destroy();

/** @param {Record<string, unknown>} fields */
function encode(fields) {
  /** @type {Record<string, unknown>} */
  const contact = {};
  for (const [name, field] of Object.entries(mapping)) contact[name] = fields[field];
  return JSON.stringify(contact);
}

async function flush() {
  const body = Buffer.from(`${before}${records.join(',')}]}`);
  [records, bytes] = [[], 0];
  while (underWay.size >= LIMITS.concurrency) await Promise.race(underWay);
  const put = upload(body).finally(() => underWay.delete(put));
  underWay.add(put);
}

/** @param {Buffer} body */
async function upload(body) {
  requests += 1;
  sent += body.byteLength;
  await new Promise((resolve, reject) => {
    const request = httpRequest(`${url}/v3/marketing/contacts`, {
      ...{ method: 'PUT', agent },
      headers: {
        Authorization: `Bearer ${key}`,
        'Content-Type': 'application/json',
        'Content-Length': body.byteLength,
      },
    });
    request.on('response', (response) => {
      response.resume();
      response.on('end', () =>
        response.statusCode === 202 ? resolve(undefined) : reject(new Error(`HTTP ${response.statusCode}`)),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}
