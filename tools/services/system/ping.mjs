// @ts-check
import { connect } from 'node:net';

/*
 * The first packets of two protocols by hand, so that a server can be asked whether it answers before any
 * dependency is installed.
 */

const TIMEOUT_MS = 2_000;

// {ping: 1, $db: 'admin'} as BSON, in an OP_MSG of one body section.
const PING_DOCUMENT = Buffer.from('1e0000001070696e67000100000002246462000600000061646d696e0000', 'hex');
// The element `ok` of type double with the value 1, as any MongoDB server answers a ping.
const OK_ELEMENT = Buffer.from('016f6b00000000000000f03f', 'hex');

/**
 * @param {string} socket
 * @returns {Promise<boolean>} whether a server that speaks the MongoDB protocol answers there, and is well
 */
export async function pingMongodb(socket) {
  const header = Buffer.alloc(16 + 4 + 1);
  header.writeInt32LE(header.length + PING_DOCUMENT.length, 0);
  header.writeInt32LE(1, 4);
  header.writeInt32LE(2013, 12);
  const reply = await exchange({ path: socket }, Buffer.concat([header, PING_DOCUMENT]), (received) => {
    return received.length >= 4 && received.length >= received.readInt32LE(0);
  });
  return reply.includes(OK_ELEMENT);
}

/**
 * @param {number} port on 127.0.0.1
 * @param {string} password
 * @returns {Promise<boolean>} whether a Redis server with that password answers there, and has read its data
 */
export async function pingRedis(port, password) {
  const request = Buffer.from(`AUTH ${password}\r\nPING\r\n`);
  const reply = await exchange({ port, host: '127.0.0.1' }, request, (received) =>
    /^\+PONG|^-(?!ERR AUTH)/m.test(received.toString()),
  );
  return /^\+PONG/m.test(reply.toString());
}

/**
 * @param {import('node:net').NetConnectOpts} address
 * @param {Buffer} request
 * @param {(received: Buffer) => boolean} isComplete
 * @returns {Promise<Buffer>} what came back; empty where nobody listens
 */
function exchange(address, request, isComplete) {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const socket = connect(address);
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
    socket.on('connect', () => socket.write(request));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (isComplete(received)) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(received));
  });
}
