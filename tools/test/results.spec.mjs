// @ts-check
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { addCounts, readJestResults, readTapResults } from './results.mjs';

describe('results', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'results-spec-'));
  after(() => rmSync(folder, { recursive: true }));
  /** @param {string} text */
  const fileWith = (text) => {
    const file = path.join(folder, 'results');
    writeFileSync(file, text);
    return file;
  };

  it('count a Jest suite that could not be loaded as a failure', () => {
    const file = fileWith('{"numPassedTests": 7, "numFailedTests": 2, "numRuntimeErrorTestSuites": 1}');
    assert.deepEqual(readJestResults(file), { passed: 7, failed: 3 });
  });

  it('count a cancelled node test as a failure', () => {
    const file = fileWith(
      'TAP version 13\n1..9\n# tests 9\n# pass 6\n# fail 2\n# cancelled 1\n# skipped 0\n',
    );
    assert.deepEqual(readTapResults(file), { passed: 6, failed: 3 });
  });

  it('are a failure where a program wrote none', () => {
    const absent = path.join(folder, 'absent');
    assert.deepEqual(readJestResults(absent), { passed: 0, failed: 1 });
    assert.deepEqual(readTapResults(absent), { passed: 0, failed: 1 });
  });

  it('add up', () => {
    const sum = addCounts([
      { passed: 2, failed: 0 },
      { passed: 3, failed: 1 },
    ]);
    assert.deepEqual(sum, { passed: 5, failed: 1 });
  });
});
