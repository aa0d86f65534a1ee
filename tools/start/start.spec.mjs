// @ts-check
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { until } from '../services/system/until.mjs';
import { makeFakeProject } from './testing/fake-project.mjs';

const TIMEOUT_MS = 30_000;

describe('npm start', () => {
  /** @type {Awaited<ReturnType<typeof makeFakeProject>>} */
  let project;

  before(async () => {
    project = await makeFakeProject(mkdtempSync(path.join(tmpdir(), '.start spec ')));
  });

  after(() => rmSync(project.folder, { recursive: true, force: true }));

  beforeEach(() => assert.deepEqual(leftRunning(), [], 'nothing runs before'));

  const file = (/** @type {string} */ name) => path.join(project.folder, name);
  const lineCount = (/** @type {string} */ name) =>
    existsSync(file(name)) ? readFileSync(file(name), 'utf8').trim().split('\n').length : 0;
  const keys = () => JSON.parse(readFileSync(file('.data/keys.json'), 'utf8'));

  /** @returns {string[]} every process that names the project in its command line, guards aside */
  function leftRunning() {
    const table = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' });
    return table.split('\n').filter((line) => line.includes(project.folder) && !line.includes('guard.mjs'));
  }

  /** @param {string} name in the command line */
  function pidOf(name) {
    return Number(
      leftRunning()
        .find((line) => line.includes(name))
        ?.trim()
        .split(' ')[0],
    );
  }

  it('brings a fresh clone to Ready, each step with its time', async () => {
    const run = project.start();
    assert.ok(await run.says(/^Ready/m), run.output());
    const lines = run.output().trimEnd().split('\n');
    assert.match(
      lines.at(-1) ?? '',
      new RegExp(`^Ready after [\\d.]+ s: http://localhost:${project.ports.PORT}$`),
    );
    for (const step of [
      'npm ci',
      'applications built',
      'database and Redis',
      'api',
      'worker',
      'sandbox',
      'demo',
    ]) {
      assert.match(run.output(), new RegExp(`^  done  .*${step}.* \\([\\d.]+ s\\)$`, 'm'));
    }
    assert.equal(readFileSync(file('seeds.txt'), 'utf8'), 'seeded 200\n');

    assert.equal(statSync(file('.data/keys.json')).mode & 0o777, 0o600);
    assert.match(run.output(), new RegExp(`${keys().adminEmail}  ${keys().adminPassword}`));
    run.kill('SIGTERM');
    assert.equal(await run.ended(), 0);
  });

  it('keeps its keys out of what it prints and out of every log, and gives the sandbox none', async () => {
    const run = project.start({ ADMIN_PASSWORD: 'a-chosen-password' });
    assert.ok(await run.says(/^Ready/m), run.output());
    run.kill('SIGTERM');
    await run.ended();
    const logDir = file('.data/logs');
    const logs = readdirSync(logDir).map((name) => readFileSync(path.join(logDir, name), 'utf8'));
    for (const secret of [keys().jwtSecret, keys().secretKeys, keys().adminPassword, 'a-chosen-password']) {
      assert.ok(![run.output(), ...logs].some((text) => text.includes(secret)));
    }
    assert.match(readFileSync(path.join(logDir, 'api.log'), 'utf8'), /JWT_SECRET .*SECRET_KEYS/);
    assert.doesNotMatch(
      readFileSync(path.join(logDir, 'sandbox.log'), 'utf8'),
      /JWT_SECRET|SECRET_KEYS|PASSWORD/,
    );
  });

  it('goes on with its data later, without installing or filling in anything again', async () => {
    const before = { keys: keys(), installs: lineCount('installs.txt') };
    const run = project.start();
    assert.ok(await run.says(/^Ready/m), run.output());
    run.kill('SIGINT');
    assert.equal(await run.ended(), 0);
    assert.deepEqual(keys(), before.keys);
    assert.equal(lineCount('installs.txt'), before.installs);
    assert.equal(lineCount('seeds.txt'), 1);
  });

  it('lets Nx build what has changed, and installs again when the lock file has', async () => {
    writeFileSync(file('package-lock.json'), '{ }');
    const [installs, builds] = [lineCount('installs.txt'), lineCount('builds.txt')];
    const run = project.start();
    assert.ok(await run.says(/^Ready/m), run.output());
    run.kill('SIGTERM');
    await run.ended();
    assert.equal(lineCount('installs.txt'), installs + 1);
    assert.equal(lineCount('builds.txt'), builds + 1);
  });

  it('started twice, says where it already runs', async () => {
    const first = project.start();
    assert.ok(await first.says(/^Ready/m), first.output());
    const second = project.start();
    assert.equal(await second.ended(), 1);
    assert.match(second.output(), new RegExp(`already runs .* at http://localhost:${project.ports.PORT}:`));
    assert.equal((await fetch(`http://127.0.0.1:${project.ports.PORT}`)).status, 200);
    first.kill('SIGTERM');
    assert.equal(await first.ended(), 0);
  });

  it('ends every process it started, and only those', async (test) => {
    const other = createServer().listen(0, '127.0.0.1');
    test.after(() => other.close());
    await once(other, 'listening');
    const run = project.start();
    assert.ok(await run.says(/^Ready/m), run.output());
    assert.equal(leftRunning().length, 6, leftRunning().join('\n'));
    run.kill('SIGTERM');
    assert.equal(await run.ended(), 0);
    assert.deepEqual(leftRunning(), []);
    assert.ok(other.listening);
  });

  it('killed with SIGKILL, leaves nothing that blocks the next start', async () => {
    const run = project.start();
    assert.ok(await run.says(/^Ready/m), run.output());
    run.kill('SIGKILL');
    await run.ended();
    const next = project.start();
    assert.ok(await next.says(/^Ready/m), next.output());
    next.kill('SIGTERM');
    assert.equal(await next.ended(), 0);
  });

  it('interrupted while it builds, ends the build too', async () => {
    writeFileSync(file('build-for-ever'), '');
    writeFileSync(file('libs/contracts/src/index.ts'), 'export const changed = "again";\n');
    const builds = lineCount('builds.txt');
    const run = project.start();
    assert.ok(await until(() => lineCount('builds.txt') > builds, TIMEOUT_MS), run.output());
    run.kill('SIGINT');
    assert.equal(await run.ended(), 0);
    assert.deepEqual(leftRunning(), []);
    rmSync(file('build-for-ever'));
  });

  it('starts an application again that was killed, and says so', async () => {
    const run = project.start();
    assert.ok(await run.says(/^Ready/m), run.output());
    const worker = pidOf('dist/apps/worker/main.js');
    process.kill(worker, 'SIGKILL');
    assert.ok(
      await run.says(/worker ended \(SIGKILL\)[^]*It is started again[^]*worker runs again/),
      run.output(),
    );
    assert.notEqual(pidOf('dist/apps/worker/main.js'), worker);
    run.kill('SIGTERM');
    assert.equal(await run.ended(), 0);
  });

  const failures = /** @type {const} */ ([
    {
      name: 'an application that dies at start: shows the end of its log',
      prepare: () => writeFileSync(file('.data/die-worker'), ''),
      repair: () => rmSync(file('.data/die-worker')),
      message: /worker ended \(exit code 3\)[^]*worker cannot find its ladder/,
    },
    {
      name: 'a console whose page is not served: says where, and what to do',
      prepare: () => writeFileSync(file('.data/lose-page-api'), ''),
      repair: () => rmSync(file('.data/lose-page-api')),
      message: /The console at http:\/\/localhost:\d+ does not answer with its page \(status 404\): remove/,
    },
    {
      name: 'a sandbox whose page is not served',
      prepare: () => writeFileSync(file('.data/lose-page-sendgrid-sandbox'), ''),
      repair: () => rmSync(file('.data/lose-page-sendgrid-sandbox')),
      message: /The sandbox at http:\/\/localhost:\d+ does not answer with its page \(status 404\)/,
    },
    {
      name: 'a build that fails: shows the end of its log',
      prepare() {
        writeFileSync(file('break-the-build'), '');
        writeFileSync(file('libs/contracts/src/index.ts'), 'export const broken = true;\n');
      },
      repair: () => rmSync(file('break-the-build')),
      message: /The build failed\.[^]*a comma is missing/,
    },
    {
      name: 'a registry that cannot be reached: says what to do',
      prepare() {
        writeFileSync(file('break-npm'), '');
        rmSync(file('node_modules'), { recursive: true });
      },
      repair: () => rmSync(file('break-npm')),
      message: /npm ci failed: see that the npm registry is reachable[^]*cannot be reached/,
    },
    {
      name: 'a value that is no port: names the variable',
      env: { WORKER_PORT: 'high' },
      message: /WORKER_PORT is "high": it must be a port/,
    },
    {
      name: 'one port for two servers: names them',
      env: { PORT: '4444', SANDBOX_PORT: '4444' },
      message: /Two servers cannot share a port: .*apiPort 4444.*sandboxPort 4444/,
    },
    {
      name: 'damaged keys: says what helps, and not what is in the file',
      prepare() {
        const whole = readFileSync(file('.data/keys.json'), 'utf8');
        writeFileSync(file('keys.copy'), whole);
        writeFileSync(file('.data/keys.json'), whole.slice(0, -20));
      },
      repair: () => writeFileSync(file('.data/keys.json'), readFileSync(file('keys.copy'))),
      message: /keys\.json is damaged: put a copy of it back\. [^{]*$/,
    },
  ]);
  for (const failure of failures) {
    it(`ends with exit code 1 and leaves nothing running on ${failure.name}`, async () => {
      if ('prepare' in failure) failure.prepare();
      const run = project.start('env' in failure ? failure.env : {});
      assert.equal(await run.ended(), 1);
      if ('repair' in failure) failure.repair();
      assert.match(run.output(), failure.message);
      assert.doesNotMatch(run.output(), /^Ready|\n +at /m);
      assert.deepEqual(leftRunning(), []);
    });
  }

  for (const [variable, what] of Object.entries({
    PORT: 'the console and its API',
    WORKER_PORT: "the worker's health address",
    SANDBOX_PORT: 'the SendGrid sandbox',
    REDIS_PORT: 'Redis',
  })) {
    it(`names the port of ${what} when it is in use`, async (test) => {
      const port = project.ports[/** @type {keyof typeof project.ports} */ (variable)];
      const other = createServer().listen(Number(port), '127.0.0.1');
      test.after(() => other.close());
      await once(other, 'listening');
      const run = project.start();
      assert.equal(await run.ended(), 1);
      assert.match(
        run.output(),
        new RegExp(`Port ${port}, meant for ${what}, .* choose another port with ${variable}=`),
      );
      assert.deepEqual(leftRunning(), []);
    });
  }
});
