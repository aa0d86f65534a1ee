// @ts-check
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { rotateLogs, startOwned } from './owned-process.mjs';
import { until } from './until.mjs';

const LIMIT_BYTES = 2_000;

describe('the log of a running program', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'logs-spec-'));
  after(() => rmSync(folder, { recursive: true }));

  it('is rotated while the program writes, and only so much of it is kept', async () => {
    const logFile = path.join(folder, 'program.log');
    const write = 'let line = 0; setInterval(() => console.log(String(line++).padStart(99)), 1)';
    const program = await startOwned({
      name: 'a program',
      command: process.execPath,
      args: ['-e', write],
      logFile,
    });
    for (let round = 0; round < 6; round += 1) {
      assert.ok(
        await until(() => statSync(logFile).size > LIMIT_BYTES, 20_000),
        'it goes on in the emptied file',
      );
      rotateLogs(LIMIT_BYTES);
      assert.ok(statSync(logFile).size <= LIMIT_BYTES);
    }
    await program.stop();
    assert.deepEqual(
      readdirSync(folder).sort(),
      ['', '.1', '.2', '.3'].map((end) => `program.log${end}`),
    );
    for (const name of readdirSync(folder)) {
      assert.equal(statSync(path.join(folder, name)).mode & 0o777, 0o600);
    }
    const newest = Number(readFileSync(`${logFile}.1`, 'utf8').trim().split('\n').at(-1));
    const oldest = Number(readFileSync(`${logFile}.3`, 'utf8').trim().split('\n')[0]);
    assert.ok(newest > oldest);
  });
});
