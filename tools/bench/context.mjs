// @ts-check
import { makeConnection, makeExport, makeList, runEnded, startRun } from '../testbed/exports.mjs';
import { MAPPING, personId } from '../generate-people/people.mjs';
import { API_KEY } from '../testbed/system.mjs';
import { bare } from './measure.mjs';

/**
 * @typedef {object} Figure one line of the table
 * @property {string} letter of the question
 * @property {string} what
 * @property {string} value
 * @property {string} [bar]
 * @property {boolean} [met]
 *
 * @typedef {object} Bare what the bare script did
 * @property {number} ms
 * @property {number} requests
 * @property {number} bytes
 * @property {number} members
 *
 * @typedef {object} Audience
 * @property {string} name
 * @property {import('mongoose').mongo.ObjectId} segmentId
 * @property {number} first the number of its first person
 * @property {number} count
 */

/** How often it is asked whether a run has ended, in milliseconds: seldom, since asking takes the machine's time. */
export const ASK_EVERY_MS = 500;

const RUN_DEADLINE_MS = 3_600_000;

/** What the questions share: a system with people in it, and exports made in a moment. */
export class BenchContext {
  /** @type {Figure[]} */
  figures = [];
  /** @type {Record<string, unknown>} */
  raw = {};
  made = 0;

  /**
   * @param {import('../testbed/system.mjs').Testbed} testbed
   * @param {import('../testbed/sandbox.mjs').Sandbox} sandbox
   * @param {string} connectionId
   * @param {{ seed: string, quick: boolean, few: Audience, small: Audience, large: Audience,
   *   log: (line: string) => void }} options
   */
  constructor(testbed, sandbox, connectionId, options) {
    this.testbed = testbed;
    this.sandbox = sandbox;
    this.connectionId = connectionId;
    this.seed = options.seed;
    this.quick = options.quick;
    this.few = options.few;
    this.small = options.small;
    this.large = options.large;
    this.log = options.log;
  }

  /**
   * @param {import('../testbed/system.mjs').Testbed} testbed
   * @param {import('../testbed/sandbox.mjs').Sandbox} sandbox
   * @param {ConstructorParameters<typeof BenchContext>[3]} options
   */
  static async make(testbed, sandbox, options) {
    const connectionId = await makeConnection(testbed, sandbox, 'Bench');
    return new BenchContext(testbed, sandbox, connectionId, options);
  }

  /** @param {Figure} figure */
  add(figure) {
    this.figures.push(figure);
    this.log(`(${figure.letter}) ${figure.what}: ${figure.value}`);
  }

  /**
   * A new export to a list of its own.
   *
   * @param {Audience} audience
   * @returns {Promise<{ exportId: string, list: string }>}
   */
  async makeExport({ segmentId }) {
    const name = `Bench ${(this.made += 1)}`;
    const list = await makeList(this.testbed, this.connectionId, name);
    const exportId = await makeExport(this.testbed, {
      ...{ name, connectionId: this.connectionId, settings: { list }, settingsLabels: { list: name } },
      mapping: { fields: MAPPING, custom: [] },
      ...{ segmentIds: [String(segmentId)], mode: 'mirror', scope: 'changes' },
    });
    return { exportId, list };
  }

  /** @param {string} exportId */
  async run(exportId) {
    const runId = await startRun(this.testbed, exportId);
    const run = await runEnded(this.testbed, runId, RUN_DEADLINE_MS, ASK_EVERY_MS);
    if (run.status !== 'succeeded') throw new Error(`The run ended ${run.status}: ${run.reason?.message}`);
    // Nothing of it may be in the way of what is measured next.
    await this.sandbox.idle();
    return run;
  }

  /**
   * The same delivery by a bare script, to a list of its own.
   *
   * @param {Audience} audience
   * @param {{ send?: boolean }} [options]
   * @returns {Promise<Bare>}
   */
  async bareDelivery({ segmentId }, { send = true } = {}) {
    const list = send ? await makeList(this.testbed, this.connectionId, `Bare ${(this.made += 1)}`) : '';
    /** @type {Bare} */
    const done = await bare('deliver.mjs', {
      ...{ uri: this.testbed.services.mongodbUri, database: this.testbed.db.databaseName },
      ...{ segment: String(segmentId), url: this.sandbox.url, key: API_KEY, list, mapping: MAPPING, send },
    });
    await this.sandbox.idle();
    return done;
  }

  /**
   * Gives every hundredth of an audience another city.
   *
   * @param {Audience} audience
   * @param {string} city
   * @returns {Promise<number>} how many
   */
  async changeSome({ first, count }, city) {
    const ids = [];
    for (let number = first; number < first + count; number += 100) ids.push(personId(number));
    /** @type {import('mongoose').mongo.Collection<any>} */
    const profiles = this.testbed.db.collection('profiles');
    await profiles.updateMany({ _id: { $in: ids } }, { $set: { 'fields.city': city } });
    return ids.length;
  }
}
