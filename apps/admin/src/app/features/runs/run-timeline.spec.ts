import { TestBed } from '@angular/core/testing';
import { RunDto } from '@audience-relay/api-client';
import { provideTexts } from '../../core/i18n/provide-texts';
import { Texts } from '../../core/i18n/texts';
import { RunNumbers } from './run-numbers';
import { RunTimeline } from './run-timeline';

const run: RunDto = {
  ...{
    id: 'r',
    exportId: 'e',
    exportName: 'Everyone',
    destination: 'sendgrid',
    scope: 'changes',
    mode: 'upsert',
  },
  ...{
    status: 'confirming',
    reason: null,
    requests: 1,
    total: 500,
    attempts: 0,
    nextAttemptAt: null,
    retryOf: null,
  },
  ...{ cancelRequested: false, queuedAt: '2026-05-17T10:00:00Z', startedAt: '2026-05-17T10:00:02Z' },
  ...{ sentAt: '2026-05-17T10:01:05Z', finishedAt: null, updatedAt: '2026-05-17T10:01:06Z' },
  trigger: { kind: 'on-demand', by: null, scheduledFor: null, late: false, refreshId: null },
  counts: {
    ...{ members: 500, added: 500, changed: 0, unchanged: 0, removed: 0, sent: 498, created: 0, updated: 0 },
    ...{ rejected: 2, skipped: 0 },
  },
};

async function steps(shown: RunDto): Promise<string[]> {
  const fixture = TestBed.createComponent(RunTimeline);
  fixture.componentRef.setInput('run', shown);
  await fixture.whenStable();
  const items = (fixture.nativeElement as HTMLElement).querySelectorAll('li');
  return [...items].map((item) =>
    [...item.children]
      .filter(({ tagName }) => tagName !== 'TIME')
      .map((part) => part.textContent?.trim())
      .join(' | '),
  );
}

describe('the course of a run', () => {
  beforeEach(async () => {
    TestBed.configureTestingModule({ providers: [provideTexts()] });
    await TestBed.inject(Texts).use('en');
  });

  it('should tell the states it has been in, and how long each took', async () => {
    expect(await steps(run)).toEqual([
      'Queued',
      'Started | after 2 secs',
      'All sent | after 1 min 3 secs',
      'Confirming | after 1 sec',
    ]);
  });

  it('should end with how it ended, and why', async () => {
    const ended = await steps({
      ...run,
      ...{ status: 'failed', sentAt: null, finishedAt: '2026-05-17T10:00:05Z' },
      reason: { code: 'api-key-refused', message: 'SendGrid refused the key.' },
    });
    expect(ended).toEqual([
      'Queued',
      'Started | after 2 secs',
      'Failed | after 3 secs | SendGrid refused the key.',
    ]);
  });

  it('should say the reason in Norwegian by its code, and in English when the code is unknown', async () => {
    await TestBed.inject(Texts).use('nb');
    const ended = (code: string) =>
      steps({
        ...run,
        status: 'cancelled',
        finishedAt: '2026-05-17T10:02:00Z',
        reason: { code, message: 'Because.' },
      });
    expect((await ended('cancelled')).at(-1)).toContain('Kjøringen ble avbrutt.');
    expect((await ended('never-heard-of')).at(-1)).toContain('Because.');
  });

  it('should keep the numbers of a reason in Norwegian, and do without where an earlier version stored none', async () => {
    await TestBed.inject(Texts).use('nb');
    const reason = { code: 'some-rejected', message: 'The destination rejected 1200 of 5000 rows.' };
    const last = (of: RunDto['reason']) =>
      steps({ ...run, status: 'partial', finishedAt: run.queuedAt, reason: of });
    const numbered = await last({ ...reason, numbers: { sent: 5_000, rejected: 1_200 } });
    expect(numbered.at(-1)).toMatch(/avviste 1\s200 av 5\s000 rader/);
    const stored = (await last(reason)).at(-1);
    expect(stored).toContain('avviste');
    expect(stored).not.toMatch(/[{}]/);
  });

  it('should say that all are up to date when there was nothing to send', () => {
    const numbers = TestBed.inject(RunNumbers);
    const counts = {
      ...run.counts,
      members: 10_559,
      unchanged: 10_559,
      added: 0,
      changed: 0,
      sent: 0,
      rejected: 0,
    };
    const nothing = { ...run, total: 10_559, counts: { ...counts, removed: 0, skipped: 0 } };
    expect(numbers.results({ ...nothing, status: 'succeeded' })).toBe('All 10,559 members up to date');
    // Not while it runs, nor when it did not succeed.
    expect(numbers.results({ ...nothing, status: 'running' })).toBe('0 of 10,559 sent, 0 rejected');
    expect(numbers.results({ ...nothing, status: 'failed' })).toBe('0 of 10,559 sent, 0 rejected');
  });

  it('should put the numbers into words', () => {
    expect(TestBed.inject(RunNumbers).results(run)).toBe('498 of 500 sent, 2 rejected');
    expect(
      TestBed.inject(RunNumbers).results({ ...run, total: null, counts: { ...run.counts, members: 0 } }),
    ).toBe('498 sent, 2 rejected');
  });
});
