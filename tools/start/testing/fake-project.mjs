// @ts-check
import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeFakeServers } from '../../services/testing/fake-servers.mjs';
import { environmentWithoutServers } from '../../services/testing/environment.mjs';
import { findFreePort } from '../../services/system/ports.mjs';
import { until } from '../../services/system/until.mjs';

const TOOLS = fileURLToPath(new URL('../..', import.meta.url));
const TIMEOUT_MS = 60_000;

/** An application that answers its health address; a file in the data folder makes it die at start. */
const APPLICATION = `
const path = require('node:path');
const name = path.basename(__dirname);
const { DATA_DIR, SANDBOX_STATE_FILE, PORT, WORKER_PORT, SANDBOX_PORT } = process.env;
const dataDir = DATA_DIR ?? path.dirname(SANDBOX_STATE_FILE);
if (require('node:fs').existsSync(path.join(dataDir, 'die-' + name))) {
  console.error(name + ' cannot find its ladder');
  process.exit(3);
}
console.log('variables: ' + Object.keys(process.env).sort().join(' '));
require('node:http')
  .createServer((request, response) => {
    const lost = request.url === '/' && require('node:fs').existsSync(path.join(dataDir, 'lose-page-' + name));
    response.writeHead(lost ? 404 : 200).end('<html>ok</html>');
  })
  .listen(Number(PORT ?? WORKER_PORT ?? SANDBOX_PORT), '127.0.0.1');
`;

/** What `npm ci` would bring: a builder that writes the applications, and notes that it has built. */
const BUILDER = `
const fs = require('node:fs');
fs.appendFileSync('builds.txt', 'built\\n');
if (fs.existsSync('break-the-build')) { console.error('apps/api: a comma is missing'); process.exit(1); }
const write = () => {
  for (const app of ['api', 'worker', 'sendgrid-sandbox']) {
    fs.mkdirSync('dist/apps/' + app, { recursive: true });
    fs.copyFileSync('application.cjs', 'dist/apps/' + app + '/main.js');
  }
};
if (fs.existsSync('build-for-ever')) setInterval(() => {}, 1000);
else write();
`;

const NPM = `#!${process.execPath}
const fs = require('node:fs');
fs.appendFileSync('installs.txt', 'installed\\n');
if (fs.existsSync('break-npm')) { console.error('npm error network the registry cannot be reached'); process.exit(1); }
fs.mkdirSync('node_modules/.bin', { recursive: true });
fs.copyFileSync('builder.cjs', 'node_modules/.bin/nx');
fs.writeFileSync('node_modules/.package-lock.json', '{}');
`;

const SEED = `
import { appendFileSync } from 'node:fs';
const answer = await fetch(process.env.API_URL);
appendFileSync('seeds.txt', 'seeded ' + answer.status + '\\n');
`;

/**
 * A checkout that is as real as `npm start` can tell, with these very tools, but whose packages, applications and
 * servers are small stand-ins, so that a whole start takes a second.
 *
 * @param {string} folder
 */
export async function makeFakeProject(folder) {
  for (const tool of ['services', 'start']) {
    cpSync(path.join(TOOLS, tool), path.join(folder, 'tools', tool), { recursive: true });
  }
  /** @type {Record<string, string>} */
  const files = {
    'package.json': '{"name": "fake", "private": true}',
    'package-lock.json': '{}',
    'application.cjs': APPLICATION,
    'builder.cjs': BUILDER,
    'apps/api/src/main.ts': '',
    'libs/contracts/src/index.ts': '',
    'tools/build/config.cjs': '',
    'tools/seed/seed.mjs': SEED,
    'bin/npm': NPM,
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  chmodSync(path.join(folder, 'bin/npm'), 0o755);
  const bin = makeFakeServers(path.join(folder, 'bin'), ['mongod', 'redis-server']);
  const bare = environmentWithoutServers();
  const ports = {
    PORT: String(await findFreePort()),
    WORKER_PORT: String(await findFreePort()),
    SANDBOX_PORT: String(await findFreePort()),
    REDIS_PORT: String(await findFreePort()),
  };
  const env = { ...bare, PATH: `${bin}${path.delimiter}${bare.PATH}`, DATA_DIR: '.data', ...ports };

  return {
    folder,
    ports,
    /**
     * @param {NodeJS.ProcessEnv} [extra]
     * @returns a start under way
     */
    start(extra = {}) {
      const args = [path.join(folder, 'tools/start/start.mjs')];
      const child = spawn(process.execPath, args, { cwd: folder, env: { ...env, ...extra } });
      let output = '';
      child.stdout.on('data', (chunk) => (output += chunk));
      child.stderr.on('data', (chunk) => (output += chunk));
      const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
      return {
        pid: /** @type {number} */ (child.pid),
        kill: (/** @type {NodeJS.Signals} */ signal) => child.kill(signal),
        output: () => output,
        /** @param {RegExp} pattern @returns {Promise<boolean>} false where it ended or was silent too long */
        async says(pattern) {
          await until(() => pattern.test(output) || hasEnded(), TIMEOUT_MS);
          return pattern.test(output);
        },
        /** @returns {Promise<number | null>} its exit code */
        async ended() {
          await until(hasEnded, TIMEOUT_MS);
          return child.exitCode;
        },
      };
    },
  };
}
