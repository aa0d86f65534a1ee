// @ts-check
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Problem } from './problem.mjs';

/**
 * @param {number} port 0 for any free one
 * @returns {Promise<number | null>} the port where it could be listened on, null where it is in use
 */
async function tryListen(port) {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EADDRINUSE') return null;
    throw error;
  }
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return address.port;
}

/**
 * @returns {Promise<number>} a port on 127.0.0.1 that nobody listened on a moment ago
 */
export async function findFreePort() {
  return /** @type {number} */ (await tryListen(0));
}

/**
 * @param {number} port
 * @param {string} what the server that is to have it, for the message
 * @param {string} variable the setting that chooses another port
 * @returns {Promise<void>}
 * @throws {Problem} where another program listens there
 */
export async function requireFreePort(port, what, variable) {
  if ((await tryListen(port)) !== null) return;
  throw new Problem(
    `Port ${port}, meant for ${what}, is in use by another program: end that program, or choose another port ` +
      `with ${variable}=<port>.`,
  );
}
