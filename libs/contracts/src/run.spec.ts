import { activeRunStatuses, isActive, runStatuses, runTransitions, statusesBefore } from './run';

describe('run states', () => {
  it('end exactly where no state can follow', () => {
    const ended = runStatuses.filter((status) => runTransitions[status].length === 0);
    expect(ended).toEqual(runStatuses.filter((status) => !isActive(status)));
  });

  it('can all be reached from queued', () => {
    const reached = new Set<string>(['queued']);
    for (const from of runStatuses)
      if (reached.has(from)) for (const to of runTransitions[from]) reached.add(to);
    expect([...reached].sort()).toEqual([...runStatuses].sort());
  });

  it('never leave an ended state', () => {
    expect(statusesBefore('running')).toEqual(['queued', 'running', 'waiting']);
    expect(statusesBefore('cancelled')).toEqual(activeRunStatuses);
  });
});
