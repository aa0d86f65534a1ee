// @ts-check
import { lastLines } from '../system/owned-process.mjs';
import { Problem } from '../system/problem.mjs';
import { until } from '../system/until.mjs';

const START_TIMEOUT_MS = 60_000;
const LINES_SHOWN = 25;

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
    return `${server.name} ended (${signal ?? `exit code ${code}`}). ${endOfLog(server)}`;
  });
  const serves = await until(async () => hasEnded || (await answers()), START_TIMEOUT_MS);
  if (serves && !hasEnded) return { ended, stop: () => server.stop() };

  const problem = hasEnded
    ? await ended
    : `${server.name} does not answer after ${START_TIMEOUT_MS / 1000} s. ${endOfLog(server)}`;
  await server.stop();
  throw new Problem(problem);
}

/** @param {import('../system/owned-process.mjs').OwnedProcess} server */
function endOfLog({ logFile }) {
  return logFile ? `The end of ${logFile}:\n${lastLines(logFile, LINES_SHOWN)}\n` : '';
}
