import { noCounts, type RunStatus } from '@audience-relay/contracts';
import { judgeRun } from './judge-run';

function judge(
  status: RunStatus,
  before: 'fine' | 'failing' | 'rejecting' | 'held',
  { sent = 0, rejected = 0, limit = null as number | null, code = 'some-code' } = {},
) {
  const run = { status, reason: { code, message: 'Because.' }, counts: { ...noCounts, sent, rejected } };
  return judgeRun('Readers', run, before, limit);
}

describe('judgeRun', () => {
  it('tells once that an export fails, and once that it works again', () => {
    expect(judge('failed', 'fine')).toEqual({
      state: 'failing',
      alert: { kind: 'failing', message: 'The export "Readers" failed. Because.' },
    });
    expect(judge('failed', 'failing')).toEqual({ state: 'failing', alert: null });
    expect(judge('skipped', 'failing')).toEqual({ state: 'failing', alert: null });
    expect(judge('succeeded', 'failing', { sent: 10 }).alert).toEqual({
      kind: 'recovered',
      message: 'The export "Readers" works again: 10 rows sent, 0 rejected.',
    });
    expect(judge('succeeded', 'fine')).toEqual({ state: 'fine', alert: null });
  });

  it('tells when more is rejected than the limit, exactly at which nothing happens', () => {
    expect(judge('partial', 'fine', { sent: 100, rejected: 5, limit: 5 }).alert).toBeNull();
    expect(judge('partial', 'fine', { sent: 100, rejected: 6, limit: 5 }).alert).toEqual({
      kind: 'rejecting',
      message: 'The export "Readers": 6 of 100 rows were rejected (6.0 %), more than the limit of 5 %.',
    });
    expect(judge('partial', 'rejecting', { sent: 100, rejected: 7, limit: 5 }).alert).toBeNull();
    expect(judge('partial', 'rejecting', { sent: 100, rejected: 5, limit: 5 }).alert?.kind).toBe('recovered');
    expect(judge('partial', 'fine', { sent: 100, rejected: 99 }).alert).toBeNull();
    expect(judge('partial', 'fine', { sent: 1, rejected: 1, limit: 0 }).alert?.kind).toBe('rejecting');
    expect(judge('succeeded', 'fine', { limit: 0 }).alert).toBeNull();
  });

  it('tells once that removals wait for approval, and once that they do not any more', () => {
    expect(judge('held', 'fine')).toEqual({
      state: 'held',
      alert: { kind: 'held', message: 'The export "Readers" waits for approval. Because.' },
    });
    expect(judge('held', 'held').alert).toBeNull();
    expect(judge('succeeded', 'held').alert?.kind).toBe('recovered');
  });

  it('goes from one trouble to the other with a message', () => {
    expect(judge('failed', 'rejecting').alert?.kind).toBe('failing');
    expect(judge('partial', 'failing', { sent: 10, rejected: 10, limit: 1 }).alert?.kind).toBe('rejecting');
  });

  it('learns nothing from a cancelled run, nor from one skipped because another was under way', () => {
    expect(judge('cancelled', 'failing')).toEqual({ state: 'failing', alert: null });
    expect(judge('cancelled', 'fine')).toEqual({ state: 'fine', alert: null });
    expect(judge('skipped', 'fine', { code: 'run-active' })).toEqual({ state: 'fine', alert: null });
    expect(judge('skipped', 'fine', { code: 'hard-limit-exceeded' }).alert?.kind).toBe('failing');
  });
});
