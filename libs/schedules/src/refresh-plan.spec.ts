import type { RefreshExportTask, RefreshTask, RefreshTaskStatus, RunReason } from '@audience-relay/contracts';
import { planRefresh, readiness, refreshOutcome, segmentOutcome, segmentReadiness } from './refresh-plan';

const a = 'a';
const b = 'b';
const elsewhere = 'elsewhere';
const now = new Date();

function segment(
  id: string,
  status: RefreshTaskStatus,
  reason: RunReason | null = null,
): RefreshTask<string> {
  return { id, name: id === a ? 'A' : 'B', status, reason, startedAt: null, finishedAt: null };
}

function task(status: RefreshTaskStatus, segmentIds = [a, b]): RefreshExportTask<string> {
  return {
    id: 'export',
    name: 'Export',
    status,
    reason: null,
    startedAt: null,
    finishedAt: null,
    segmentIds,
    runId: null,
  };
}

const ready = (segments: RefreshTask<string>[], segmentIds = [a, b]) =>
  readiness(task('waiting', segmentIds), new Map(segments.map((each) => [String(each.id), each])));

describe('readiness of a segment', () => {
  const on = (segments: RefreshTask<string>[]) =>
    segmentReadiness(
      { ...segment(a, 'waiting'), needs: [b] },
      new Map(segments.map((each) => [each.id, each])),
    );

  it('waits for the segments that its rule stands on, where they are part of the refresh', () => {
    expect(on([segment(b, 'waiting')])).toBe('wait');
    expect(on([segment(b, 'running')])).toBe('wait');
    expect(on([segment(b, 'succeeded')])).toBe('go');
    expect(on([])).toBe('go');
  });

  it('goes on with the last members of one that is inactive, and not without one that failed', () => {
    expect(on([segment(b, 'skipped')])).toBe('go');
    expect(on([segment(b, 'failed')])).toMatchObject({ code: 'segment-failed' });
  });

  it('is planned from the rule', () => {
    const rule = { match: 'all' as const, conditions: [{ segment: b, operator: 'memberOf' as const }] };
    const { segments } = planRefresh([{ _id: a, name: 'A', state: 'active', rule }], [], now);
    expect(segments[0]?.needs).toEqual([b]);
  });
});

describe('readiness of an export', () => {
  it('waits until all of its segments are done, and for no others', () => {
    expect(ready([segment(a, 'succeeded'), segment(b, 'running')])).toBe('wait');
    expect(ready([segment(a, 'succeeded'), segment(b, 'waiting')])).toBe('wait');
    expect(ready([segment(a, 'succeeded'), segment(b, 'running')], [a])).toBe('go');
    expect(ready([segment(a, 'succeeded'), segment(b, 'succeeded')])).toBe('go');
    expect(ready([], [elsewhere])).toBe('go');
  });

  it('is skipped with the true reason as soon as one segment is not refreshed', () => {
    const failed = segment(b, 'failed', { code: 'rule-invalid', message: 'The field age is gone.' });
    expect(ready([segment(a, 'running'), failed])).toEqual({
      code: 'segment-failed',
      message: 'The segment B could not be refreshed. The field age is gone.',
    });
    const inactive = { code: 'segment-inactive', message: 'The segment A is inactive.' };
    expect(ready([segment(a, 'skipped', inactive), segment(b, 'succeeded')])).toEqual(inactive);
    expect(ready([segment(a, 'cancelled'), segment(b, 'succeeded')])).toMatchObject({
      code: 'segment-cancelled',
    });
  });
});

describe('outcome of a segment', () => {
  const record = (changes: { status: string; again: boolean; reason?: RunReason }) => ({
    reason: null,
    ...changes,
  });
  const running = segment(a, 'running');

  it('waits while it is at work or must be done again', () => {
    expect(segmentOutcome(running, record({ status: 'queued', again: false }), now)).toBe(running);
    expect(segmentOutcome(running, record({ status: 'refreshing', again: false }), now)).toBe(running);
    expect(segmentOutcome(running, record({ status: 'succeeded', again: true }), now)).toBe(running);
  });

  it('takes over how it went', () => {
    expect(segmentOutcome(running, record({ status: 'succeeded', again: false }), now)).toMatchObject({
      status: 'succeeded',
      finishedAt: now,
    });
    const reason = { code: 'refresh-failed', message: 'No.' };
    expect(segmentOutcome(running, record({ status: 'failed', again: false, reason }), now)).toMatchObject({
      status: 'failed',
      reason,
    });
    expect(segmentOutcome(running, undefined, now)).toMatchObject({ reason: { code: 'segment-removed' } });
  });
});

describe('outcome of a refresh', () => {
  it.each([
    [[segment(a, 'succeeded')], [task('succeeded')], false, 'succeeded'],
    [[segment(a, 'skipped')], [task('succeeded')], false, 'succeeded'],
    [[], [], false, 'succeeded'],
    [[segment(a, 'succeeded')], [task('partial')], false, 'partial'],
    [[segment(a, 'succeeded')], [task('skipped')], false, 'partial'],
    [[segment(a, 'failed'), segment(b, 'succeeded')], [], false, 'partial'],
    [[segment(a, 'failed')], [task('skipped')], false, 'failed'],
    [[segment(a, 'succeeded')], [task('cancelled')], true, 'cancelled'],
  ])('case %#', (segments, exports, cancelled, status) => {
    expect(refreshOutcome(segments, exports, cancelled).status).toBe(status);
  });

  it('names what did not go well', () => {
    const { reason } = refreshOutcome([segment(a, 'failed')], [task('skipped')], false);
    expect(reason?.message).toBe('Not all went well: A, Export.');
  });
});
