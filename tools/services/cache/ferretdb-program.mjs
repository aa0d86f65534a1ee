// @ts-check
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findCommand } from '../system/commands.mjs';
import { lastLines, runOwned } from '../system/owned-process.mjs';
import { Problem } from '../system/problem.mjs';
import { cachedFolder } from './cache-folder.mjs';
import { debianRoot, sandboxArguments } from './debian-root.mjs';

const SOURCE_DIR = fileURLToPath(new URL('../ferretdb', import.meta.url));
const SOURCES = ['main.go', 'go.mod', 'go.sum', 'build.sh'];
const NEEDED_GO = [1, 25];

/**
 * Builds FerretDB from its Go module, through Go's module proxy and checksum database, or takes it from the cache.
 *
 * @param {import('./debian-root.mjs').ServiceContext} context
 * @returns {Promise<string>} the program
 * @throws {Problem}
 */
export async function ferretdbProgram(context) {
  const hash = createHash('sha256');
  for (const file of SOURCES) hash.update(readFileSync(path.join(SOURCE_DIR, file)));
  const folder = await cachedFolder({
    cacheDir: context.cacheDir,
    name: `ferretdb-${process.platform}-${process.arch}-${hash.digest('hex').slice(0, 8)}`,
    log: context.log,
    build: (draft) => build(context, draft),
  });
  return path.join(folder, 'ferretdb');
}

/**
 * @param {import('./debian-root.mjs').ServiceContext} context
 * @param {string} draft
 */
async function build(context, draft) {
  const logFile = path.join(context.logDir, 'ferretdb-build.log');
  const go = findGo(context.env);
  const work = path.join(draft, 'work');
  mkdirSync(work);
  try {
    if (go) {
      context.log(`Building FerretDB with ${go} (once)`);
      await runOwned({
        name: 'go build',
        command: 'sh',
        args: [path.join(SOURCE_DIR, 'build.sh'), go, SOURCE_DIR, work, path.join(draft, 'ferretdb')],
        env: { ...context.env, HOME: homedir(), CGO_ENABLED: '0', GOFLAGS: '' },
        logFile,
      });
    } else {
      await buildInDebian(context, draft, work, logFile);
    }
    // Go makes its module folder read-only, which only root may remove as it is.
    await runOwned({ name: 'chmod', command: 'chmod', args: ['-R', 'u+w', work], logFile });
    rmSync(work, { recursive: true });
  } catch (error) {
    if (error instanceof Problem && !error.message.startsWith('go build')) throw error;
    throw new Problem(
      `FerretDB could not be built: ${lastLines(logFile, 1).trim() || describe(error)} (see ${logFile}). Make ` +
        'proxy.golang.org reachable or set GOPROXY, or install mongod, or set MONGODB_URI.',
    );
  }
}

/**
 * Without a Go that is new enough, Debian's own is used from a root that is thrown away afterwards.
 *
 * @param {import('./debian-root.mjs').ServiceContext} context
 * @param {string} draft
 * @param {string} work
 * @param {string} logFile
 */
async function buildInDebian(context, draft, work, logFile) {
  context.log(`Go ${NEEDED_GO.join('.')} or newer is not installed: Debian's is fetched to build FerretDB`);
  const root = await debianRoot(context, { name: 'golang', packages: ['golang-go', 'ca-certificates'] });
  context.log('Building FerretDB (once)');
  // How this machine reaches the network, and whom it trusts there.
  for (const file of ['/etc/resolv.conf', '/etc/hosts', '/etc/ssl/certs/ca-certificates.crt']) {
    if (existsSync(file)) cpSync(file, path.join(root, file), { dereference: true });
  }
  const settings = {
    ...{
      CGO_ENABLED: '0',
      GOFLAGS: '-buildvcs=false',
      HOME: '/work',
      GOPATH: '/work/go',
      GOCACHE: '/work/cache',
    },
    ...inherited(context.env, ['GOPROXY', 'GOSUMDB', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']),
  };
  await runOwned({
    name: 'go build',
    command: 'bwrap',
    args: [
      ...sandboxArguments(root, { user: 'nobody', folders: { '/work': work, '/out': draft } }),
      ...['--ro-bind', SOURCE_DIR, '/src', '--chdir', '/src'],
      ...Object.entries(settings).flatMap(([name, value]) => ['--setenv', name, value]),
      ...['/bin/sh', '/src/build.sh', '/usr/bin/go', '/src', '/work', '/out/ferretdb'],
    ],
    sandbox: true,
    logFile,
  });
  rmSync(path.dirname(root), { recursive: true });
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | null} a Go that is new enough
 */
function findGo(env) {
  // Where Go's own installer puts it, which is not on the PATH of every shell.
  const go = findCommand(['go'], { PATH: `${env.PATH ?? ''}:/usr/local/go/bin` });
  if (!go) return null;
  const version = /go(\d+)\.(\d+)/.exec(execFileSync(go, ['version'], { encoding: 'utf8' }));
  if (!version) return null;
  const [major, minor] = [Number(version[1]), Number(version[2])];
  return major > NEEDED_GO[0] || (major === NEEDED_GO[0] && minor >= NEEDED_GO[1]) ? go : null;
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string[]} names
 * @returns {Record<string, string>}
 */
function inherited(env, names) {
  return Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}

/** @param {unknown} error */
function describe(error) {
  return error instanceof Error ? error.message : String(error);
}
