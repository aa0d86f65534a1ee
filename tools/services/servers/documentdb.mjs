// @ts-check
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sandboxArguments } from '../cache/debian-root.mjs';
import { runOwned, startOwned } from '../system/owned-process.mjs';
import { pingMongodb } from '../system/ping.mjs';
import { untilItServes } from './until-it-serves.mjs';

/*
 * PostgreSQL with the DocumentDB extension, and FerretDB in front that gives it the MongoDB protocol. The pair is
 * one server: FerretDB without its PostgreSQL stays up and answers errors that drivers do not retry, so when one
 * of them ends the other is ended too.
 *
 * Both listen on a socket in a private folder only, so they need no port and no other user can reach them.
 */

const BIN = '/usr/lib/postgresql/18/bin';
const SOCKET = '/run/postgresql';

/** For a laptop: a few hundred megabytes of memory, rare checkpoints, and every commit on disk before its answer. */
const SETTINGS = `
listen_addresses = ''
unix_socket_directories = '${SOCKET}'
shared_preload_libraries = 'pg_cron,pg_documentdb_core,pg_documentdb'
cron.database_name = 'postgres'
# DocumentDB calls itself back for some work, and its jobs (expiry, building of indexes) come through pg_cron.
documentdb.localhost_connection_string = 'host=${SOCKET}'
cron.use_background_workers = on
cron.max_running_jobs = 8
max_worker_processes = 24
# Two of these jobs run every other second; a row and a log line for each would only grow.
cron.log_run = off
cron.log_statement = off
# Every open cursor holds one; those of a process that was killed stay open for a good while.
max_connections = 500
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 16MB
maintenance_work_mem = 128MB
jit = off
random_page_cost = 1.1
synchronous_commit = on
wal_level = minimal
max_wal_senders = 0
wal_compression = lz4
max_wal_size = 2GB
checkpoint_timeout = 15min
# Statements and their details hold personal data, which no log may.
log_min_error_statement = panic
log_error_verbosity = terse
log_min_messages = warning
`;

/**
 * @param {import('../cache/debian-root.mjs').ServiceContext} context
 * @param {{ root: string, ferretdb: string }} programs
 * @param {string} socket that FerretDB is to listen on
 * @returns {Promise<import('../system/kept-running.mjs').Running>} once it answers
 */
export async function startDocumentdb(context, programs, socket) {
  const folder = path.join(context.dataDir, 'documentdb');
  // Outside the data folder, because the path of a socket may not be longer than 107 characters.
  const socketDir = mkdtempSync(path.join(tmpdir(), 'audience-relay-'));
  /** @type {(() => Promise<void>)[]} */
  const undo = [async () => rmSync(socketDir, { recursive: true, force: true })];
  /** @type {Promise<void> | undefined} */
  let stopped;
  const undoAll = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  // Whoever asks second waits as long as who asked first: a cluster that is shutting down must not be started again.
  const stop = () => (stopped ??= undoAll());

  try {
    await createCluster(context, programs.root, folder);
    const postgresql = await startPostgresql(context, programs.root, folder, socketDir);
    undo.push(postgresql.stop);
    // A FerretDB that was killed leaves it behind.
    rmSync(socket, { force: true });
    const server = await startOwned({
      name: 'FerretDB',
      command: programs.ferretdb,
      args: [
        ...['-postgresql-url', `postgres://postgres@/postgres?host=${encodeURIComponent(socketDir)}`],
        ...['-socket', socket, '-state-dir', folder],
      ],
      logFile: path.join(context.logDir, 'ferretdb.log'),
    });
    undo.push(() => server.stop());
    const ferretdb = await untilItServes(server, () => pingMongodb(socket));

    const ended = Promise.race([postgresql.ended, ferretdb.ended]).then(async (how) => {
      await stop();
      return how;
    });
    return { ended, stop: async () => void (await Promise.all([stop(), ended])) };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Makes the cluster under another name and renames it, so that a start that was interrupted leaves no half one.
 *
 * @param {import('../cache/debian-root.mjs').ServiceContext} context
 * @param {string} root
 * @param {string} folder
 */
async function createCluster(context, root, folder) {
  const cluster = path.join(folder, 'cluster');
  if (!existsSync(cluster)) {
    const draft = path.join(folder, 'draft');
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    await runOwned({
      name: 'initdb',
      command: 'bwrap',
      args: [
        ...sandboxArguments(root, { user: 'postgres', folders: { '/data': folder } }),
        ...[`${BIN}/initdb`, '-D', '/data/draft', '-U', 'postgres', '-A', 'trust', '--encoding=UTF8'],
        ...['--locale=C.UTF-8'],
      ],
      sandbox: true,
      logFile: path.join(context.logDir, 'postgresql.log'),
    });
    renameSync(draft, cluster);
  }
  // Read after postgresql.conf, and written at each start: a later version of this file reaches old data too.
  writeFileSync(path.join(cluster, 'postgresql.auto.conf'), SETTINGS, { mode: 0o600 });
}

/**
 * @param {import('../cache/debian-root.mjs').ServiceContext} context
 * @param {string} root
 * @param {string} folder
 * @param {string} socketDir
 * @returns {Promise<import('../system/kept-running.mjs').Running>} once it has its extension
 */
async function startPostgresql(context, root, folder, socketDir) {
  const logFile = path.join(context.logDir, 'postgresql.log');
  // What an earlier server left there says nothing about this one. (The lock of the data folder, which this
  // process holds, sees to it that there is no other.)
  const statusFile = path.join(folder, 'cluster', 'postmaster.pid');
  rmSync(statusFile, { force: true });
  const sandbox = sandboxArguments(root, {
    user: 'postgres',
    folders: { '/data': folder, [SOCKET]: socketDir },
  });
  const server = await startOwned({
    name: 'PostgreSQL',
    command: 'bwrap',
    args: [...sandbox, `${BIN}/postgres`, '-D', '/data/cluster'],
    sandbox: true,
    // Its "fast" shutdown: connections are closed, data is written out.
    stopSignal: 'SIGINT',
    logFile,
  });
  const postgresql = await untilItServes(server, async () => readStatus(statusFile) === 'ready');
  try {
    // Also brings the extension of older data to the version of these programs.
    const statements =
      'CREATE EXTENSION IF NOT EXISTS documentdb CASCADE; ' +
      'ALTER EXTENSION documentdb_core UPDATE; ALTER EXTENSION documentdb UPDATE;';
    await runOwned({
      name: 'psql',
      command: 'bwrap',
      args: [
        ...sandboxArguments(root, { user: 'postgres', folders: { [SOCKET]: socketDir } }),
        ...[`${BIN}/psql`, '-h', SOCKET, '-U', 'postgres', '-q', '-v', 'ON_ERROR_STOP=1', '-c', statements],
      ],
      sandbox: true,
      logFile,
    });
    return postgresql;
  } catch (error) {
    await postgresql.stop();
    throw error;
  }
}

/**
 * @param {string} file PostgreSQL's own status file, whose eighth line says how far it is
 */
function readStatus(file) {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n')[7]?.trim() : undefined;
}
