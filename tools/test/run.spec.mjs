// @ts-check
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const TOOLS = fileURLToPath(new URL('..', import.meta.url));

describe('npm test', () => {
  const project = mkdtempSync(path.join(tmpdir(), 'run-spec-'));
  after(() => rmSync(project, { recursive: true, force: true }));

  /** @param {Record<string, string>} files */
  function write(files) {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(project, name)), { recursive: true });
      writeFileSync(path.join(project, name), text);
    }
  }

  /** @param {string[]} args */
  function run(...args) {
    const program = path.join(project, 'tools/test/run.mjs');
    const env = { ...process.env };
    // Node runs no tests inside of tests unless it does not know.
    delete env.NODE_TEST_CONTEXT;
    const result = spawnSync(process.execPath, [program, ...args], { cwd: project, encoding: 'utf8', env });
    const output = result.stdout + result.stderr;
    return { code: result.status, output, lastLine: output.trimEnd().split('\n').at(-1) };
  }

  beforeEach(() => {
    for (const tool of ['services', 'start', 'test']) {
      cpSync(path.join(TOOLS, tool), path.join(project, 'tools', tool), {
        recursive: true,
        filter: (file) => !file.endsWith('.spec.mjs'),
      });
    }
    write({
      'package-lock.json': '{}',
      'node_modules/.package-lock.json': '{}',
      // Nx, as far as the runner sees of it: files of results, an exit code, and what it was asked.
      'node_modules/.bin/nx': `
        const fs = require('node:fs');
        const target = process.argv[process.argv.indexOf('-t') + 1];
        console.log(process.argv.slice(2).join(' '));
        if (fs.existsSync('crash-' + target)) throw new Error(target + ' broke');
        const failed = Number(fs.existsSync('fail-' + target));
        if (failed) console.error('expected 2, received 3');
        if (target === 'test') {
          fs.mkdirSync('dist/results/test', { recursive: true });
          fs.writeFileSync('dist/results/test/api.json', JSON.stringify({ passed: 3, failed: 0 }));
          fs.writeFileSync('dist/results/test/data.json', JSON.stringify({ passed: 1, failed }));
        }
        process.exit(failed);`,
    });
    for (const name of ['fail-test', 'fail-format', 'crash-test'])
      rmSync(path.join(project, name), { force: true });
  });

  it('adds up the test cases of every step, and ends with a plain line', () => {
    const { code, output, lastLine } = run('unit', 'lint', 'format');
    assert.equal(lastLine, '4 passed, 0 failed', output);
    assert.equal(code, 0);
    assert.match(output, /^ {2}ok {4}unit tests \([\d.]+ s, 4 passed, 0 failed\)$/m);
    assert.match(output, /^ {2}ok {4}format \([\d.]+ s\)$/m);
  });

  it('says which step failed, shows its output, and how to run it alone', () => {
    write({ 'fail-test': '' });
    const { code, output, lastLine } = run('unit', 'format');
    assert.equal(code, 1);
    assert.equal(lastLine, '4 passed, 1 failed');
    assert.match(output, /^ {2}FAIL {2}unit tests/m);
    assert.match(output, /expected 2, received 3/);
    assert.match(output, /^ {2}alone: npm test -- unit$/m);
  });

  it('counts a check that does not hold as one failure, and goes on', () => {
    write({ 'fail-format': '' });
    const { code, output, lastLine } = run('unit', 'format');
    assert.equal(code, 1);
    assert.equal(lastLine, '4 passed, 1 failed');
    assert.match(output, /^ {2}FAIL {2}format /m);
  });

  it('counts a test program that crashes as a failure, and no results of an earlier run', () => {
    run('unit');
    write({ 'crash-test': '' });
    const { code, output, lastLine } = run('unit');
    assert.equal(code, 1);
    assert.equal(lastLine, '0 passed, 1 failed');
    assert.match(output, /test broke/);
  });

  it('passes arguments after a second -- on to the test program', () => {
    write({ 'fail-test': '' });
    assert.match(run('unit', '--', 'libs/queue').output, /run-many -t test .*libs\/queue/);
  });

  it('refuses a step that does not exist, and names those that do', () => {
    const { code, output } = run('units');
    assert.equal(code, 1);
    assert.match(output, /There is no step "units"\. The steps are lint, format, types, .*browser, faults\./);
  });
});
