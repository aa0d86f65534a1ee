import { noCounts } from '@audience-relay/contracts';
import { endingOf } from './run-ending';

const after = (counts: Partial<typeof noCounts>, unconfirmed = 0) =>
  endingOf({ counts: { ...noCounts, ...counts }, removals: null, plan: {} }, unconfirmed);

describe('how a run ends', () => {
  it('succeeds when everything arrived', () => {
    expect(after({ members: 5, added: 5, sent: 5, created: 5 })).toEqual({
      status: 'succeeded',
      reason: null,
    });
    expect(after({ members: 5, unchanged: 5 })).toEqual({ status: 'succeeded', reason: null });
  });

  it('succeeds, and says so, when members could not be sent', () => {
    expect(after({ members: 5, sent: 4, skipped: 1 })).toMatchObject({
      status: 'succeeded',
      reason: { code: 'some-skipped', message: expect.stringContaining('1 member was not sent') },
    });
  });

  it('is held, with the numbers, when it would take too many people off, whatever else happened', () => {
    const counted = { people: 500, unmanaged: 0, formerIdentities: 0, delivered: 500, remaining: 0 };
    const removals = { ...counted, digest: 'd', firstSeq: 2, held: true };
    const counts = { ...noCounts, sent: 5, rejected: 5 };
    expect(endingOf({ counts, removals, plan: {} }, 1)).toMatchObject({
      status: 'held',
      reason: {
        code: 'removals-held',
        message: expect.stringContaining('500 of the 500 people'),
        numbers: { leaving: 500, delivered: 500, remaining: 0, removed: 0 },
      },
    });
    const plan = { approval: { digest: 'other' } } as never;
    expect(endingOf({ counts, removals, plan }, 0).reason?.code).toBe('approval-void');
    expect(endingOf({ counts, removals: { ...removals, held: false }, plan }, 0).status).toBe('failed');
  });

  it('is partial when some were rejected, failed when all were', () => {
    expect(after({ sent: 5, rejected: 2 })).toMatchObject({
      status: 'partial',
      reason: { code: 'some-rejected', numbers: { sent: 5, rejected: 2 } },
    });
    expect(after({ sent: 5, rejected: 5 })).toMatchObject({
      status: 'failed',
      reason: { code: 'all-rejected', numbers: { sent: 5, rejected: 5 } },
    });
    expect(after({ sent: 1, rejected: 1, removed: 4 }).status).toBe('partial');
  });

  it('says so when only removals were refused', () => {
    expect(after({ unchanged: 9, rejected: 2 })).toMatchObject({
      status: 'failed',
      reason: { code: 'removals-refused' },
    });
    expect(after({ unchanged: 9, rejected: 2, removed: 3 }).status).toBe('partial');
  });

  it('is partial when the destination never said what became of a batch', () => {
    expect(after({ sent: 5, created: 5 }, 1)).toMatchObject({
      status: 'partial',
      reason: { code: 'unconfirmed' },
    });
  });
});
