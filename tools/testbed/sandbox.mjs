// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * @typedef {object} Contact as the sandbox's API shows it
 * @property {string} id
 * @property {string} email
 * @property {Record<string, string | number>} custom_fields
 *
 * @typedef {object} Stats
 * @property {number} requests
 * @property {number} puts
 * @property {number} contacts
 * @property {Record<string, { requests: number, bytesIn: number }>} endpoints
 */

/** More jobs than one run has. */
const MANY_JOBS = 200;

/** A running SendGrid sandbox, by its control endpoint. */
export class Sandbox {
  /**
   * @param {string} url
   * @param {{ stop: () => Promise<void> }} running
   */
  constructor(url, running) {
    this.url = url;
    this.running = running;
  }

  /** @param {object} settings */
  async change(settings) {
    await this.#ask('PATCH', '/settings', settings);
  }

  /** @param {object} fault */
  async break(fault) {
    await this.#ask('POST', '/faults', fault);
  }

  async heal() {
    await this.#ask('DELETE', '/faults');
  }

  async clearStats() {
    await this.#ask('DELETE', '/stats');
  }

  /** @returns {Promise<Stats>} since the last `clearStats` */
  stats() {
    return this.#ask('GET', '/stats');
  }

  /** Waits until everything that was accepted is done. */
  async idle() {
    for (;;) {
      /** @type {{ status: string }[]} */
      const jobs = await this.#ask('GET', `/jobs?limit=${MANY_JOBS}`);
      if (!jobs.some(({ status }) => status === 'pending')) return;
      await sleep(100);
    }
  }

  /** @returns {Promise<{ contacts: number, emails: string, values: string }>} */
  digest(/** @type {string} */ list) {
    return this.#ask('GET', `/digest?list=${list}`);
  }

  /**
   * @param {string} [list] default: the whole account
   * @returns {Promise<Contact[]>}
   */
  async contacts(list = '') {
    /** @type {Contact[]} */
    const all = [];
    let after = '';
    for (;;) {
      const { items, next } = await this.#ask('GET', `/contacts?list=${list}&limit=5000${after}`);
      all.push(...items);
      if (next === null) return all;
      after = `&after=${next}`;
    }
  }

  async stop() {
    await this.running.stop();
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   */
  async #ask(method, path, body) {
    const response = await fetch(`${this.url}/_control${path}`, {
      method,
      // Between two questions lie seconds in which the machine is busy: a kept socket may just be closing.
      headers: { Connection: 'close', ...(body && { 'Content-Type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} of the sandbox: ${response.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }
}
