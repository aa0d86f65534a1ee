// @ts-check
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import { makeConnection, makeExport, makeList, readRun, runEnded, startRun } from '../testbed/exports.mjs';
import { MAPPING } from '../generate-people/people.mjs';

/** After its run ended, an export is free within so many milliseconds. */
const FREED_WITHIN_MS = 10_000;

/**
 * @typedef {import('./audience.mjs').Individual} Individual
 * @typedef {import('../testbed/exports.mjs').Run} Run
 *
 * @typedef {object} Expectation what a run must do, by what was delivered before it and who the members are
 * @property {Record<string, number>} counts
 * @property {Map<string, Individual>} list who is on the list afterwards, by address
 * @property {Map<string, Individual>} ledger who is in the ledger afterwards, by profile id
 */

/**
 * One export of the audience to one list of one sandbox, with a model of what must be there. The model is a few
 * maps; it shares nothing with the product.
 */
export class Lane {
  /** What was delivered of whom: profile id to address and revision. @type {Map<string, { email: string, revision: number }>} */
  delivered = new Map();
  /** Addresses that were ever delivered: the contacts of the account. @type {Set<string>} */
  contacts = new Set();
  /** Requests to add or update that its runs counted, and how many of them as failed. */
  counted = { requests: 0, failed: 0 };

  /**
   * @param {import('../testbed/system.mjs').Testbed} testbed
   * @param {import('./audience.mjs').Audience} audience
   * @param {import('../testbed/sandbox.mjs').Sandbox} sandbox
   * @param {{ exportId: string, list: string }} ids
   */
  constructor(testbed, audience, sandbox, { exportId, list }) {
    this.testbed = testbed;
    this.audience = audience;
    this.sandbox = sandbox;
    this.exportId = exportId;
    this.list = list;
  }

  /**
   * @param {import('../testbed/system.mjs').Testbed} testbed
   * @param {import('./audience.mjs').Audience} audience
   * @param {string} name
   */
  static async make(testbed, audience, name) {
    const sandbox = await testbed.startSandbox(name);
    await sandbox.change({
      timings: { applyMs: [50, 200], finishMs: [200, 600], fieldUsableMs: 200 },
      rates: { '*': { limit: 1_000_000 } },
    });
    const connectionId = await makeConnection(testbed, sandbox, name);
    const list = await makeList(testbed, connectionId, name);
    const exportId = await makeExport(testbed, {
      ...{ name, connectionId, settings: { list }, settingsLabels: { list: name } },
      mapping: {
        fields: { ...MAPPING, phone_number: 'phone' },
        custom: [
          { source: 'revision', name: 'revision', type: 'number' },
          { source: 'text', name: 'text', type: 'text' },
        ],
      },
      ...{ segmentIds: [String(audience.segmentId)], mode: 'mirror', scope: 'changes' },
      // What leaves between two rounds is the test's own doing.
      removalLimit: { percent: 100, count: 0 },
    });
    return new Lane(testbed, audience, sandbox, { exportId, list });
  }

  /** @param {'changes' | 'everyone'} [scope] */
  start(scope) {
    return startRun(this.testbed, this.exportId, scope);
  }

  /**
   * @param {'changes' | 'everyone'} [scope]
   * @returns {Expectation}
   */
  expect(scope = 'changes') {
    const counts = { members: 0, added: 0, changed: 0, unchanged: 0, removed: 0 };
    const more = { sent: 0, rejected: 0, skipped: 0 };
    /** @type {Map<string, Individual>} */
    const list = new Map();
    /** @type {Map<string, Individual>} */
    const ledger = new Map();
    const taken = new Set();
    for (const person of this.audience.members) {
      counts.members += 1;
      const email = person.email.trim().toLowerCase();
      if (person.kind === 'no-address' || taken.has(email)) {
        more.skipped += 1;
        continue;
      }
      taken.add(email);
      const before = this.delivered.get(person.id);
      const same = before?.email === email && before.revision === person.revision;
      counts[before === undefined ? 'added' : same ? 'unchanged' : 'changed'] += 1;
      if (!same || scope === 'everyone') more.sent += 1;
      if (person.kind === 'refused') more.rejected += 1;
      else {
        list.set(email, person);
        ledger.set(person.id, person);
      }
    }
    for (const { email } of this.delivered.values()) if (!taken.has(email)) counts.removed += 1;
    return { counts: { ...counts, ...more }, list, ledger };
  }

  /**
   * Everything that must hold after a run that no row was lost in.
   *
   * @param {string} runId
   * @param {Expectation} expected
   */
  async verify(runId, expected) {
    const run = await this.ended(runId);
    const { created, updated, ...counts } = run.counts;
    assert.deepEqual(counts, expected.counts, 'the counts of the run');
    assert.equal(
      created + updated,
      run.counts.sent - run.counts.rejected,
      'what the sandbox stored, as it says',
    );
    assert.equal(run.status, run.counts.rejected > 0 ? 'partial' : 'succeeded', run.reason?.message);
    await this.verifyTruth(expected);
  }

  /**
   * The list and the ledger are as they must be.
   *
   * @param {Expectation} expected
   */
  async verifyTruth({ list, ledger }) {
    const found = await this.sandbox.contacts(this.list);
    assert.deepEqual(
      difference(new Set(found.map(({ email }) => email)), new Set(list.keys())),
      {},
      'the list',
    );
    for (const contact of found) {
      const person = /** @type {Individual} */ (list.get(contact.email));
      assert.equal(contact.custom_fields.revision ?? 0, person.revision, `the revision of ${person.id}`);
      assert.ok(contact.custom_fields.text === this.audience.text, `the text of ${person.id} is another`);
    }
    assert.equal(found.length, list.size, 'each person is on the list once');
    for (const email of list.keys()) this.contacts.add(email);
    const { contacts } = await this.sandbox.stats();
    assert.equal(contacts, this.contacts.size, 'nobody became a second contact');

    const rows = await this.readLedger();
    const inLedger = new Set(rows.map(({ key }) => key));
    const wanted = new Set(
      [...ledger.values()].map(({ id, email }) => `${id} ${email.trim().toLowerCase()}`),
    );
    assert.deepEqual(difference(inLedger, wanted), {}, 'the ledger');
    assert.equal(rows.length, wanted.size, 'each person is in the ledger once');
    assert.deepEqual(
      rows.filter(({ hash }) => hash === ''),
      [],
      'no delivery is in doubt',
    );
    this.delivered = new Map(
      [...ledger].map(([id, { email, revision }]) => [id, { email: email.trim().toLowerCase(), revision }]),
    );
  }

  /**
   * After a run in which rows were rejected for no fault of theirs: each member is at the destination as the profile
   * is, or listed with a reason, and the counts say how many of each.
   *
   * @param {Run} run
   * @param {Expectation} expected
   */
  async verifyEveryoneAccounted({ id, counts }, { list }) {
    const issues = await this.testbed.db
      .collection('runissues')
      .find({ runId: new mongoose.mongo.ObjectId(id) })
      .toArray();
    assert.ok(
      issues.every(({ message }) => message !== ''),
      'every issue has a reason',
    );
    const rejected = issues.filter(({ kind }) => kind === 'rejected');
    assert.equal(rejected.length, counts.rejected, 'each rejected person is listed');
    const listed = new Set(rejected.map(({ profileId }) => profileId));
    const found = new Map(
      (await this.sandbox.contacts(this.list)).map((contact) => [contact.email, contact]),
    );
    let stored = 0;
    for (const [email, person] of list) {
      const revision = found.get(email)?.custom_fields.revision ?? 0;
      if (listed.has(person.id)) continue;
      assert.ok(found.has(email), `${person.id} is neither delivered nor listed`);
      assert.equal(revision, person.revision, `the revision of ${person.id}, who is not listed`);
      stored += 1;
    }
    assert.equal(counts.created + counts.updated, stored, 'what the sandbox stored, as it says');
    // Whatever failed in between: these were contacts of the account for a moment or for good.
    for (const { email } of await this.sandbox.contacts()) this.contacts.add(email);
  }

  /**
   * What must hold after any run, however it ended.
   *
   * @param {string} runId
   * @returns {Promise<Run>}
   */
  async ended(runId) {
    const run = await runEnded(this.testbed, runId);
    const { members, added, changed, unchanged, skipped, sent, created, updated, rejected } = run.counts;
    assert.equal(members, added + changed + unchanged + skipped, 'every member is counted once');
    assert.ok(created + updated + rejected >= sent, 'every row that was sent has an outcome');
    const document = await readRun(this.testbed, runId);
    const { inFlight, awaiting, lease } = document;
    assert.deepEqual(
      { inFlight, awaiting, lease },
      { inFlight: [], awaiting: [], lease: null },
      'nothing is open',
    );
    await this.#untilFree();
    await this.#verifyHistory(document);
    return run;
  }

  /** @returns {Promise<{ key: string, hash: string }[]>} */
  async readLedger() {
    const { ledger } = await this.#export();
    const rows = await this.testbed.db
      .collection('deliveries')
      .find({ _id: /** @type {any} */ ({ $gt: `${ledger}/`, $lt: `${ledger}0` }) })
      .toArray();
    return rows.map(({ _id, i, h }) => ({
      key: `${
        String(_id)
          .slice(ledger.length + 1)
          .split('\u0001')[0]
      } ${i}`,
      hash: h,
    }));
  }

  /** The export is freed by the update after the one that ends the run. */
  async #untilFree() {
    const deadline = Date.now() + FREED_WITHIN_MS;
    while ((await this.#export()).activeRunId !== null) {
      assert.ok(Date.now() < deadline, 'the export is free');
      await sleep(20);
    }
  }

  /** @returns {Promise<any>} */
  #export() {
    return this.testbed.db.collection('exports').findOne({ _id: new mongoose.mongo.ObjectId(this.exportId) });
  }

  /**
   * The batches of the history are those that were counted, no more and no fewer.
   *
   * @param {any} run
   */
  async #verifyHistory({ _id, counts, requests, failedRequests }) {
    const batches = await this.testbed.db.collection('runbatches').find({ runId: _id }).toArray();
    const sum = (/** @type {string} */ of, /** @type {string} */ only = of) =>
      batches
        .filter(({ phase }) => only !== 'send' || phase === 'send')
        .reduce((total, batch) => total + batch[of], 0);
    assert.deepEqual(
      [sum('records', 'send'), sum('requests'), sum('failedRequests')],
      [counts.sent, requests, failedRequests],
      'rows and requests of the history',
    );

    this.counted.requests += sum('requests', 'send');
    this.counted.failed += sum('failedRequests', 'send');
    const { puts } = await this.sandbox.stats();
    const { requests: all, failed } = this.counted;
    assert.ok(
      puts <= all && puts >= all - failed,
      `${puts} requests arrived, ${all} were counted, ${failed} of them as failed`,
    );
  }
}

/**
 * @template T
 * @param {Set<T>} actual
 * @param {Set<T>} expected
 * @returns {object} empty where they are the same; else some examples and how many there are
 */
function difference(actual, expected) {
  const missing = [...expected].filter((item) => !actual.has(item));
  const tooMany = [...actual].filter((item) => !expected.has(item));
  return {
    ...(missing.length > 0 && { missing: missing.slice(0, 5), missingInAll: missing.length }),
    ...(tooMany.length > 0 && { tooMany: tooMany.slice(0, 5), tooManyInAll: tooMany.length }),
  };
}
