// @ts-check
/*
 * Ends the processes of a starter that could not do it itself, because it was killed with SIGKILL or crashed.
 *
 * The starter keeps a pipe to this program's standard input open and names the processes it starts on it, one
 * JSON object a line. The system closes the pipe when the starter ends, however that happens; then what is left
 * on the list is asked to stop, and after five seconds forced. On a good stop the list is empty by then.
 */
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, startTimeOf } from './process-identity.mjs';

const GRACE_MS = 5_000;
const POLL_MS = 50;

/**
 * @typedef {object} GuardedProcess
 * @property {number} pid
 * @property {string} startTime
 * @property {boolean} group whether it leads a process group that is ended as a whole
 * @property {NodeJS.Signals} stopSignal
 */

/** @type {Map<number, GuardedProcess>} */
const guarded = new Map();

// A terminal that is closed or a Ctrl-C must not end the guard before the starter has ended.
for (const signal of /** @type {const} */ (['SIGHUP', 'SIGINT', 'SIGTERM'])) process.on(signal, () => {});

for await (const line of createInterface({ input: process.stdin })) {
  /** @type {{ add?: GuardedProcess, remove?: number }} */
  const message = JSON.parse(line);
  if (message.add) guarded.set(message.add.pid, message.add);
  if (message.remove) guarded.delete(message.remove);
}

for (const child of guarded.values()) signalTo(child, child.stopSignal);
const deadline = Date.now() + GRACE_MS;
while ([...guarded.values()].some(isRunning) && Date.now() < deadline) await sleep(POLL_MS);
// A group may outlive its leader, so groups are swept even where the leader has gone.
for (const child of guarded.values()) signalTo(child, 'SIGKILL');

/**
 * @param {GuardedProcess} child
 * @param {NodeJS.Signals} signal
 */
function signalTo(child, signal) {
  const startTime = startTimeOf(child.pid);
  // Another process may have got the id. A group without its leader keeps the id taken, so that one is ours.
  if (startTime !== child.startTime && !(child.group && startTime === null)) return;
  try {
    process.kill(child.group ? -child.pid : child.pid, signal);
  } catch {
    // Already gone.
  }
}
