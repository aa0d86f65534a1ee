// @ts-check
import { lastLines } from '../system/owned-process.mjs';
import { Problem } from '../system/problem.mjs';
import { until } from '../system/until.mjs';

const START_TIMEOUT_MS = 60_000;

/**
 * Waits until a server that was just started answers. One that does not is stopped.
 *
 * @param {import('../system/owned-process.mjs').OwnedProcess} server
 * @param {() => Promise<boolean>} answers
 * @returns {Promise<import('../system/kept-running.mjs').Running>}
 * @throws {Problem} where it ends before, or does not answer in time
 */
export async function untilItServes(server, answers) {
  let hasEnded = false;
  const ended = server.exited.then(({ code, signal }) => {
    hasEnded = true;
    return `${server.name} ended (${signal ?? `exit code ${code}`}).`;
  });
  await until(async () => hasEnded || (await answers()), START_TIMEOUT_MS);
  if (!hasEnded && (await answers())) return { ended, stop: () => server.stop() };

  const what = hasEnded ? await ended : `${server.name} does not answer after ${START_TIMEOUT_MS / 1000} s.`;
  await server.stop();
  const said = server.logFile ? `\n${lastLines(server.logFile, 8)}\n(${server.logFile})` : '';
  throw new Problem(`${what}${said}`);
}
