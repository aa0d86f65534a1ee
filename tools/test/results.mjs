// @ts-check
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

/**
 * @typedef {object} Counts of test cases
 * @property {number} passed
 * @property {number} failed
 */

/**
 * @param {string} file what `jest --json --outputFile` wrote
 * @returns {Counts} a suite that could not even be loaded counts as one failure
 */
export function readJestResults(file) {
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  const results = JSON.parse(readFileSync(file, 'utf8'));
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
  };
}

/**
 * @param {string} file what the `tap` reporter of `node --test` wrote
 * @returns {Counts}
 */
export function readTapResults(file) {
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  const text = readFileSync(file, 'utf8');
  const count = (/** @type {string} */ name) =>
    Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  return { passed: count('pass'), failed: count('fail') + count('cancelled') };
}

/**
 * @param {string} file what the `json` reporter of Playwright wrote
 * @returns {Counts}
 */
export function readPlaywrightResults(file) {
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  const { stats, errors } = JSON.parse(readFileSync(file, 'utf8'));
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + stats.skipped + errors.length };
}

/**
 * @param {string} folder with the counts that the targets of one kind have written
 * @returns {Counts}
 */
export function readResults(folder) {
  if (!existsSync(folder)) return { passed: 0, failed: 0 };
  return addCounts(
    readdirSync(folder).map((file) => JSON.parse(readFileSync(path.join(folder, file), 'utf8'))),
  );
}

/**
 * @param {Counts[]} all
 * @returns {Counts}
 */
export function addCounts(all) {
  return {
    passed: all.reduce((sum, counts) => sum + counts.passed, 0),
    failed: all.reduce((sum, counts) => sum + counts.failed, 0),
  };
}
