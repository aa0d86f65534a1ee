// @ts-check

/**
 * @typedef {object} Body
 * @property {unknown} [json]
 * @property {import('node:stream').Readable} [stream]
 * @property {string} [type] media type of the stream
 */

/** The REST API as tools use it: signed in once, answers as JSON, a problem as an error that says what is wrong. */
export class RestClient {
  /**
   * @param {string} baseUrl without a path
   * @param {string} token
   */
  constructor(baseUrl, token) {
    this.baseUrl = baseUrl;
    this.token = token;
  }

  /**
   * @param {string} baseUrl
   * @param {string} email
   * @param {string} password
   */
  static async signIn(baseUrl, email, password) {
    const guest = new RestClient(baseUrl, '');
    const { accessToken } = await guest.send('POST', '/auth/login', { json: { email, password } });
    return new RestClient(baseUrl, accessToken);
  }

  /**
   * @param {string} method
   * @param {string} path below /api/v1
   * @param {Body} body
   * @returns {Promise<any>} the answer; null when it has no body
   */
  async send(method, path, { json, stream, type }) {
    /** @type {RequestInit & { duplex?: 'half' }} */
    const request = { method, headers: this.headers(json === undefined ? type : 'application/json') };
    if (json !== undefined) request.body = JSON.stringify(json);
    if (stream !== undefined) {
      request.body = /** @type {any} */ (stream);
      request.duplex = 'half';
    }
    const response = await fetch(`${this.baseUrl}/api/v1${path}`, request);
    const text = await response.text();
    const answer = text === '' ? null : JSON.parse(text);
    if (response.ok) return answer;
    const fields = (answer?.errors ?? []).map(
      (/** @type {{ path: string, message: string }} */ field) => `${field.path}: ${field.message}`,
    );
    throw new Error(
      [`${method} ${path}: ${response.status} ${answer?.detail ?? text}`, ...fields].join('; '),
    );
  }

  /**
   * @param {string} path of a list
   * @param {string} name
   * @returns {Promise<any>} the item of that name, or undefined
   */
  async find(path, name) {
    const { items } = await this.send('GET', `${path}?search=${encodeURIComponent(name)}&limit=200`, {});
    return items.find((/** @type {{ name: string }} */ item) => item.name === name);
  }

  /** @param {string | undefined} type */
  headers(type) {
    return {
      Accept: 'application/json',
      ...(this.token === '' ? {} : { Authorization: `Bearer ${this.token}` }),
      ...(type === undefined ? {} : { 'Content-Type': type }),
    };
  }
}
