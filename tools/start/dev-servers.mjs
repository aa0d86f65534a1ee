// @ts-check
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { untilItServes } from '../services/servers/until-it-serves.mjs';
import { startOwned } from '../services/system/owned-process.mjs';
import { answersOk } from './apps.mjs';
import { ROOT } from './settings.mjs';

const BUNDLES = ['api', 'worker', 'sendgrid-sandbox'];

/**
 * For work on the code: a builder for each application, which writes dist at every change (Node's own `--watch`
 * then starts the application again), and the console's development server with the API behind it.
 *
 * @param {object} options
 * @param {string} options.logDir
 * @param {number} options.apiPort
 * @param {number} options.consolePort
 * @returns {Promise<{ consoleUrl: string, stop(): Promise<void> }>} once the console is served
 */
export async function startDevServers({ logDir, apiPort, consolePort }) {
  const builders = await Promise.all(
    BUNDLES.map((bundle) =>
      startOwned({
        name: `builder of ${bundle}`,
        command: process.execPath,
        args: [
          path.join(ROOT, 'node_modules/.bin/rspack'),
          ...['build', '--watch', '-c', 'tools/build/node-app.config.cjs', '--env', `app=${bundle}`],
        ],
        cwd: ROOT,
        logFile: path.join(logDir, `build-${bundle}.log`),
      }),
    ),
  );

  const proxy = path.join(logDir, '../console-proxy.json');
  writeFileSync(proxy, JSON.stringify({ '/api': { target: `http://127.0.0.1:${apiPort}` } }));
  const consoleUrl = `http://localhost:${consolePort}`;
  const server = await startOwned({
    name: "the console's development server",
    command: process.execPath,
    args: [
      path.join(ROOT, 'node_modules/.bin/nx'),
      ...['serve', 'admin', '--port', String(consolePort), '--proxy-config', proxy],
    ],
    cwd: ROOT,
    env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', NG_CLI_ANALYTICS: 'false' },
    logFile: path.join(logDir, 'console.log'),
  });
  const stop = async () => {
    await Promise.all([...builders, server].map((program) => program.stop()));
  };
  try {
    await untilItServes(server, () => answersOk(consoleUrl));
  } catch (error) {
    await stop();
    throw error;
  }
  return { consoleUrl, stop };
}
