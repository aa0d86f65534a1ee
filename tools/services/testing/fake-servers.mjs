// @ts-check
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A ping's answer, {ok: 1}, as an OP_MSG. */
const PONG = '260000000100000000000000dd0700000000000000' + '11000000016f6b00000000000000f03f00';

/**
 * Stand-ins for servers of this machine: they listen where they are told to, answer a ping, leave a note of their
 * arguments in their data folder, and end on SIGTERM. With `refuses` set they say why and end at once.
 *
 * @param {string} folder which is to be put on a PATH
 * @param {('mongod' | 'redis-server')[]} names
 * @param {{ refuses?: string }} [options]
 * @returns {string} the folder
 */
export function makeFakeServers(folder, names, { refuses } = {}) {
  mkdirSync(folder, { recursive: true });
  for (const name of names) {
    const answer = name === 'mongod' ? `Buffer.from('${PONG}', 'hex')` : `'+PONG\\r\\n'`;
    const program = `#!${process.execPath}
const refusal = ${JSON.stringify(refuses ?? '')};
if (process.argv.includes('--version')) process.exit(0);
if (refusal) { console.error(refusal); process.exit(1); }
const given = (option) => process.argv[process.argv.indexOf(option) + 1];
const folder = given('${name === 'mongod' ? '--dbpath' : '--dir'}');
require('node:fs').writeFileSync(folder + '/arguments.json', JSON.stringify(process.argv.slice(2)));
require('node:net')
  .createServer((socket) => socket.on('data', () => socket.write(${answer})).on('error', () => {}))
  .listen(${name === 'mongod' ? "given('--bind_ip')" : "Number(given('--port')), '127.0.0.1'"});
process.on('SIGTERM', () => process.exit(0));
`;
    const file = path.join(folder, name);
    writeFileSync(file, program);
    chmodSync(file, 0o755);
  }
  return folder;
}
