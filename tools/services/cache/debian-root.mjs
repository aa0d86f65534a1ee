// @ts-check
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runOwned } from '../system/owned-process.mjs';
import { requireTools } from '../system/debian-packages.mjs';
import { Problem } from '../system/problem.mjs';
import { cachedFolder } from './cache-folder.mjs';

/*
 * A private Debian in a folder of the cache, for programs that this machine's own distribution does not have.
 * The machine itself is not touched: nothing is installed, and the programs run in it through bubblewrap.
 * Debian sid, because only there PostgreSQL has DocumentDB as a package. apt checks every signature.
 */

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const DEFAULT_MIRROR = 'http://deb.debian.org/debian';

/** What no server needs at run time: documentation, translations, LLVM bitcode. */
const EXCLUDED = [
  '/usr/share/man/*',
  '/usr/share/doc/*',
  '/usr/share/locale/*',
  '/usr/lib/postgresql/*/lib/bitcode/*',
];

/**
 * @typedef {object} ServiceContext what every part of tools/services is given
 * @property {string} dataDir
 * @property {string} cacheDir
 * @property {string} logDir
 * @property {NodeJS.ProcessEnv} env
 * @property {(line: string) => void} log
 * @property {Promise<unknown>} dependenciesReady settles when `npm ci` has finished
 */

/**
 * @param {ServiceContext} context
 * @param {object} options
 * @param {string} options.name
 * @param {string[]} options.packages
 * @returns {Promise<string>} the root folder, from the cache or newly made
 * @throws {Problem}
 */
export async function debianRoot(context, { name, packages }) {
  await requireTools(
    [
      { commands: ['bwrap'], debianPackage: 'bubblewrap' },
      { commands: ['mmdebstrap'], debianPackage: 'mmdebstrap' },
      // Without root's rights mmdebstrap works in a user namespace, which needs these.
      ...(process.getuid?.() === 0 ? [] : [{ commands: ['newuidmap'], debianPackage: 'uidmap' }]),
    ],
    {
      purpose: 'to run the embedded database and Redis',
      otherwise: 'Or install mongod and redis-server, or set MONGODB_URI and REDIS_URL.',
      logDir: context.logDir,
      log: context.log,
      env: context.env,
    },
  );
  const mirror = context.env.DEBIAN_MIRROR || DEFAULT_MIRROR;
  const hash = createHash('sha256')
    .update(JSON.stringify([packages, EXCLUDED]))
    .digest('hex')
    .slice(0, 8);
  const folder = await cachedFolder({
    cacheDir: context.cacheDir,
    name: `debian-${name}-${process.arch}-${hash}`,
    log: context.log,
    async build(draft) {
      context.log(`Fetching ${packages.join(', ')} from ${mirror} into ${context.cacheDir} (once)`);
      const archive = path.join(draft, 'root.tar');
      const logFile = path.join(context.logDir, `debian-${name}.log`);
      try {
        await runOwned({
          name: 'mmdebstrap',
          command: 'mmdebstrap',
          args: [
            '--variant=apt',
            '--format=tar',
            `--include=${packages.join(',')}`,
            `--keyring=${KEYRING}`,
            '--aptopt=APT::Install-Recommends "false"',
            // A mirror may be a frozen snapshot, whose signed index has passed its date.
            '--aptopt=Acquire::Check-Valid-Until "false"',
            '--aptopt=Acquire::Retries "3"',
            ...EXCLUDED.map((pattern) => `--dpkgopt=path-exclude=${pattern}`),
            'sid',
            archive,
            mirror,
          ],
          env: context.env,
          logFile,
        });
      } catch {
        throw new Problem(
          `Debian packages for the embedded database could not be fetched from ${mirror} (see ${logFile}). ` +
            'Make that host reachable or set DEBIAN_MIRROR, or install mongod and redis-server, ' +
            'or set MONGODB_URI and REDIS_URL.',
        );
      }
      const root = path.join(draft, 'root');
      mkdirSync(root);
      const args = ['-x', '--no-same-owner', '--exclude=./dev', '-f', archive, '-C', root];
      await runOwned({ name: 'tar', command: 'tar', args, logFile });
      rmSync(archive);
    },
  });
  return path.join(folder, 'root');
}

/**
 * The beginning of a bubblewrap command line: a program of such a root, unprivileged, without sight of this
 * machine's files, that dies with its starter.
 *
 * @param {string} root
 * @param {object} options
 * @param {string} options.user as the root's /etc/passwd names it
 * @param {Record<string, string>} options.folders path inside -> folder of this machine, writable
 * @returns {string[]}
 */
export function sandboxArguments(root, { user, folders }) {
  const [uid, gid] = userIds(root, user);
  return [
    ...['--unshare-user', '--uid', uid, '--gid', gid],
    // With ids of its own, a lock file that names a process id of an earlier start can never meet a stranger.
    ...['--unshare-pid', '--as-pid-1', '--unshare-ipc', '--die-with-parent', '--json-status-fd', '3'],
    ...['--ro-bind', path.join(root, 'usr'), '/usr', '--ro-bind', path.join(root, 'etc'), '/etc'],
    ...['--symlink', 'usr/lib', '/lib', '--symlink', 'usr/lib64', '/lib64', '--symlink', 'usr/bin', '/bin'],
    ...['--dev', '/dev', '--proc', '/proc', '--tmpfs', '/tmp'],
    ...Object.entries(folders).flatMap(([inside, outside]) => ['--bind', outside, inside]),
    ...['--clearenv', '--setenv', 'PATH', '/usr/bin:/bin', '--setenv', 'LANG', 'C.UTF-8'],
  ];
}

/**
 * @param {string} root
 * @param {string} user
 */
function userIds(root, user) {
  const passwd = readFileSync(path.join(root, 'etc/passwd'), 'utf8');
  const line = passwd.split('\n').find((entry) => entry.startsWith(`${user}:`));
  if (!line)
    throw new Problem(`${root} is damaged: it has no user ${user}. Remove that folder and start again.`);
  return line.split(':').slice(2, 4);
}
