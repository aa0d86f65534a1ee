// @ts-check
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, beforeEach, describe, it, mock } from 'node:test';
import { requireTools } from './debian-packages.mjs';

describe('tools of the distribution', () => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'packages-spec-'));
  after(() => rmSync(scratch, { recursive: true }));

  /** @type {string} */
  let bin;
  /** @type {string[]} */
  let lines;
  beforeEach(() => {
    bin = mkdtempSync(path.join(scratch, 'bin-'));
    lines = [];
    mock.restoreAll();
  });

  const tools = [
    { commands: ['ladder', 'steps'], debianPackage: 'ladder-utils' },
    { commands: ['rope'], debianPackage: 'rope' },
  ];
  const require = () =>
    requireTools(tools, {
      purpose: 'to climb',
      otherwise: 'Or take the lift.',
      logDir: scratch,
      log: (line) => lines.push(line),
      env: { PATH: bin },
    });

  /** @param {number} uid */
  function beUser(uid) {
    mock.method(/** @type {{ getuid(): number }} */ (process), 'getuid', () => uid);
  }

  /**
   * @param {string} name
   * @param {string} [script]
   */
  function addCommand(name, script = '') {
    writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(path.join(bin, name), 0o755);
  }

  it('are left alone where each is there under one of its names', async () => {
    addCommand('steps');
    addCommand('rope');
    await require();
    assert.deepEqual(lines, []);
  });

  it('are installed by root on a Debian-like system, which is said first', async () => {
    beUser(0);
    addCommand('rope');
    addCommand('apt-get', `echo "$@" >> ${bin}/calls`);
    await require();
    assert.deepEqual(lines, ['Installing ladder-utils with apt-get to climb (system packages, once)']);
    const calls = readFileSync(path.join(bin, 'calls'), 'utf8').trim().split('\n');
    assert.match(calls[0], /update$/);
    assert.match(calls[1], /-y --no-install-recommends .*install ladder-utils$/);
  });

  it('are tried again when a mirror fails once', async () => {
    beUser(0);
    addCommand('apt-get', `[ -e ${bin}/tried ] || { : > ${bin}/tried; echo "mirror is busy"; exit 100; }`);
    await require();
    assert.match(lines.join('\n'), /mirror is busy\. Trying again\./);
  });

  it('are named in one line to type by anybody else, and nothing is run', async () => {
    beUser(1000);
    addCommand('apt-get', `: > ${bin}/called`);
    await assert.rejects(require, {
      message:
        'Missing to climb; please type:  ' +
        'sudo apt-get update && sudo apt-get install -y --no-install-recommends ladder-utils rope',
    });
    assert.equal(existsSync(path.join(bin, 'called')), false);
  });

  it('are named without a command where there is no apt-get', async () => {
    await assert.rejects(require, { message: 'ladder, rope must be installed to climb. Or take the lift.' });
  });
});
