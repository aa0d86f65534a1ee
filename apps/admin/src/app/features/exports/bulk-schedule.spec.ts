import { newRecurrence } from '../../shared/schedule/recurrence-editor';
import { BulkChoice, bulkRequests, unchanged } from './bulk-schedule';

describe('schedules of several exports', () => {
  const recurrence = newRecurrence();
  const choice = (part: Partial<BulkChoice>): BulkChoice => ({
    ...{ how: 'keep', active: true, kind: 'follow', recurrence },
    ...part,
  });

  it('should send nothing but the switch when individual schedules are kept', () => {
    expect(bulkRequests(['a', 'b'], choice({ active: false, kind: 'own' }))).toEqual([
      { exportIds: ['a', 'b'], active: false },
    ]);
  });

  it('should send the recurrence only when it is the schedule', () => {
    expect(bulkRequests(['a'], choice({ how: 'define' }))).toEqual([
      { exportIds: ['a'], schedule: { kind: 'follow' } },
    ]);
    expect(bulkRequests(['a'], choice({ how: 'define', kind: 'own' }))).toEqual([
      { exportIds: ['a'], schedule: { kind: 'own', recurrence } },
    ]);
  });

  it('should ask for no more at once than the API takes, and for each export once', () => {
    const ids = Array.from({ length: 1001 }, (_, n) => String(n));
    const requests = bulkRequests(ids, choice({}));
    expect(requests.map(({ exportIds }) => exportIds.length)).toEqual([500, 500, 1]);
    expect(requests.flatMap(({ exportIds }) => exportIds)).toEqual(ids);
  });

  it('should name what stayed as it was, also when it is gone', () => {
    const skipped = [
      { exportId: 'a', name: 'Renamed', code: 'forbidden', message: 'Not shared.' },
      { exportId: 'b', name: '', code: 'not-found', message: 'Gone.' },
    ];
    const asked = [
      { id: 'a', name: 'First' },
      { id: 'b', name: 'Second' },
    ];
    expect(unchanged(skipped, asked)).toEqual([
      { id: 'a', name: 'Renamed', code: 'forbidden', detail: 'Not shared.' },
      { id: 'b', name: 'Second', code: 'not-found', detail: 'Gone.' },
    ]);
  });
});
