// @ts-check
import { spawn } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Problem } from './problem.mjs';
import { isRunning, startTimeOf } from './process-identity.mjs';

const LOG_LIMIT_BYTES = 10 * 1024 * 1024;
const OLD_LOGS = 3;
const ROTATE_EVERY_MS = 10_000;
const STOP_DEADLINE_MS = 10_000;

/**
 * @typedef {object} ProcessEnd
 * @property {number | null} code
 * @property {NodeJS.Signals | null} signal
 */

/**
 * @typedef {object} OwnedProcess
 * @property {string} name
 * @property {number} pid of the program itself, also where it runs inside a sandbox
 * @property {string | undefined} logFile
 * @property {Promise<ProcessEnd>} exited never rejects
 * @property {(signal: NodeJS.Signals) => void} kill
 * @property {(deadlineMs?: number) => Promise<void>} stop asks it to stop, forces it after the deadline
 */

/**
 * @typedef {object} OwnedProcessOptions
 * @property {string} name as shown to a person
 * @property {string} command
 * @property {string[]} args
 * @property {NodeJS.ProcessEnv} [env] the whole environment; default: this process's own
 * @property {string} [cwd]
 * @property {string} [logFile] gets standard output and error; without it they are dropped
 * @property {NodeJS.Signals} [stopSignal] default SIGTERM
 * @property {boolean} [sandbox] the command is bubblewrap with `--json-status-fd 3`
 */

/** @type {Map<number, OwnedProcess>} */
const owned = new Map();

/** Set at the end, so that nothing is started while everything is being stopped. */
let isEnding = false;

/** @type {import('node:child_process').ChildProcess | undefined} */
let guard;

/**
 * Starts a program that ends with this process, even when this process is killed with SIGKILL. The program leads
 * a process group of its own, so a Ctrl-C in the terminal reaches only the starter, which then stops its programs
 * in the right order.
 *
 * @param {OwnedProcessOptions} options
 * @returns {Promise<OwnedProcess>} once it runs
 * @throws {Problem} where the command cannot be run
 */
export async function startOwned(options) {
  if (isEnding) throw new Problem(`${options.name} is not started any more.`);
  const stopSignal = options.stopSignal ?? 'SIGTERM';
  const log = options.logFile ? openLog(options.logFile) : 'ignore';
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    detached: true,
    stdio: ['ignore', log, log, ...(options.sandbox ? [/** @type {const} */ ('pipe')] : [])],
  });
  if (typeof log === 'number') closeSync(log);

  /** @type {Promise<ProcessEnd>} */
  const exited = new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: null, signal: null }));
  });
  await new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(undefined));
    child.once('error', (error) => {
      reject(new Problem(`${options.name} cannot be started: ${error.message}.`));
    });
  });

  // Inside a sandbox the outer process only waits, and forwards no signal: the program is addressed by itself.
  const pid = options.sandbox ? await sandboxedPid(child, exited) : /** @type {number} */ (child.pid);
  const group = !options.sandbox;
  const startTime = startTimeOf(pid);
  if (startTime) tellGuard({ add: { pid, startTime, group, stopSignal } });

  /** @type {OwnedProcess['kill']} */
  const kill = (signal) => {
    if (!startTime || !isRunning({ pid, startTime })) return;
    try {
      process.kill(group ? -pid : pid, signal);
    } catch {
      // It ended in between.
    }
  };

  /** @type {OwnedProcess} */
  const handle = {
    name: options.name,
    pid,
    logFile: options.logFile,
    exited,
    kill,
    async stop(deadlineMs = STOP_DEADLINE_MS) {
      kill(stopSignal);
      const timer = setTimeout(() => kill('SIGKILL'), deadlineMs);
      await exited;
      clearTimeout(timer);
    },
  };
  owned.set(pid, handle);
  void exited.then(() => {
    owned.delete(pid);
    if (startTime) tellGuard({ remove: pid });
  });
  return handle;
}

/**
 * Runs a program to its end.
 *
 * @param {OwnedProcessOptions} options
 * @returns {Promise<void>}
 * @throws {Problem} where it cannot be run or ends with an error; names the last line it wrote
 */
export async function runOwned(options) {
  const program = await startOwned(options);
  const { code, signal } = await program.exited;
  if (code === 0) return;
  const said = options.logFile ? lastLines(options.logFile, 1).trim() : '';
  const how = signal ? `was ended by ${signal}` : `failed (exit code ${code})`;
  throw new Problem(`${options.name} ${how}${said ? `: ${said}` : ''}.`);
}

/**
 * Ends every program that this process has started and that still runs, and lets no further one start: the last
 * act before a process ends, also on the ways out on which nobody holds the programs' handles any more.
 *
 * @param {number} [deadlineMs]
 * @returns {Promise<void>}
 */
export async function endAllOwned(deadlineMs) {
  isEnding = true;
  await stopOwned(() => true, deadlineMs);
}

/**
 * Stops some of the programs that this process has started, also those that nobody holds yet because they are
 * still starting.
 *
 * @param {(name: string) => boolean} isMeant
 * @param {number} [deadlineMs]
 * @returns {Promise<void>}
 */
export async function stopOwned(isMeant, deadlineMs) {
  const programs = [...owned.values()].filter((program) => isMeant(program.name));
  await Promise.all(programs.map((program) => program.stop(deadlineMs)));
}

/**
 * @param {string} file
 * @param {number} count
 * @returns {string} the last lines of a log file; empty where there is none
 */
export function lastLines(file, count) {
  if (!existsSync(file)) return '';
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
}

/**
 * The process that ends what this one leaves behind. A starter's lock names it, so that the next starter can
 * wait until it has finished.
 *
 * @returns {number} its process id
 */
export function guardPid() {
  guard ??= startGuard();
  return /** @type {number} */ (guard.pid);
}

function startGuard() {
  const program = fileURLToPath(new URL('./guard.mjs', import.meta.url));
  const child = spawn(process.execPath, [program], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: process.env.PATH },
  });
  child.unref();
  const pipe = /** @type {import('node:net').Socket} */ (/** @type {unknown} */ (child.stdin));
  pipe.unref();
  pipe.on('error', () => {});
  return child;
}

/** @param {object} message */
function tellGuard(message) {
  guard ??= startGuard();
  guard.stdin?.write(`${JSON.stringify(message)}\n`);
}

/** Log files that running programs write to. @type {Set<string>} */
const openLogs = new Set();
/** @type {NodeJS.Timeout | undefined} */
let rotating;

/** @param {string} file */
function openLog(file) {
  mkdirSync(path.dirname(file), { recursive: true });
  openLogs.add(file);
  rotating ??= setInterval(() => rotateLogs(), ROTATE_EVERY_MS).unref();
  return openSync(file, 'a', 0o600);
}

/**
 * Keeps the logs of running programs small: what has grown over the limit is copied to `<file>.1`, with two older ones
 * before it, and the file is emptied. The programs write at its end, so they need not know.
 *
 * @param {number} [limitBytes]
 */
export function rotateLogs(limitBytes = LOG_LIMIT_BYTES) {
  for (const file of openLogs) {
    if (!existsSync(file) || statSync(file).size <= limitBytes) continue;
    for (let age = OLD_LOGS - 1; age > 0; age -= 1) {
      if (existsSync(`${file}.${age}`)) renameSync(`${file}.${age}`, `${file}.${age + 1}`);
    }
    copyFileSync(file, `${file}.1`);
    truncateSync(file);
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {Promise<ProcessEnd>} exited
 * @returns {Promise<number>}
 */
async function sandboxedPid(child, exited) {
  const status = /** @type {import('node:stream').Readable} */ (child.stdio[3]);
  /** @type {Promise<number>} */
  const reported = new Promise((resolve) => {
    let text = '';
    status.setEncoding('utf8');
    status.on('data', (/** @type {string} */ chunk) => {
      text += chunk;
      const found = /"child-pid": (\d+)/.exec(text);
      if (found) resolve(Number(found[1]));
    });
  });
  return Promise.race([reported, exited.then(() => /** @type {number} */ (child.pid))]);
}
