// @ts-check
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { leastRequests, median, medianRatio, peakMemory, percentile, sendingMs } from './measure.mjs';

describe('what the benchmark reckons with', () => {
  it('takes the middle, or between the two in the middle', () => {
    assert.equal(median([9, 1, 5]), 5);
    assert.equal(median([10, 1, 9, 2]), 5.5);
    assert.equal(median([7]), 7);
  });

  it('compares each with its own neighbour, so that a slow moment counts for both', () => {
    assert.equal(medianRatio([12, 120, 11], [10, 100, 11]), 1.2);
  });

  it('names the time in which so many of a hundred were answered', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    assert.equal(percentile(hundred, 0.95), 95);
    assert.equal(percentile([3, 1, 2], 0.95), 3);
    assert.equal(percentile([5], 0.5), 5);
  });

  it('does not sort what it was given', () => {
    const values = [3, 1, 2];
    median(values);
    percentile(values, 0.5);
    assert.deepEqual(values, [3, 1, 2]);
  });

  it('allows a request for each 30,000 contacts or 6 MB, whichever are more', () => {
    assert.equal(leastRequests(30_000, 5_999_999), 1);
    assert.equal(leastRequests(30_001, 0), 2);
    assert.equal(leastRequests(1, 6_000_000), 1);
    assert.equal(leastRequests(1, 6_000_001), 2);
    assert.equal(leastRequests(0, 0), 0);
  });

  it('counts the time of sending from the claim to the last accepted contact', () => {
    const run = { startedAt: '2026-01-01T00:00:01.000Z', sentAt: '2026-01-01T00:00:03.500Z' };
    assert.equal(sendingMs(/** @type {any} */ ({ ...run, finishedAt: '2026-01-01T00:00:09.000Z' })), 2_500);
  });

  it('tells the most memory that a process had, where the system does', () => {
    const before = peakMemory(process.pid);
    if (process.platform !== 'linux') return assert.ok(Number.isNaN(before));
    assert.ok(before > 10 && before < 10_000, `${before} MB`);
    const much = Buffer.alloc(100 * 2 ** 20, 1);
    return assert.ok(peakMemory(process.pid) >= before + 50 && much.length > 0);
  });

  it('says so where there is no such process', () => {
    assert.ok(Number.isNaN(peakMemory(2 ** 30)));
  });
});
