import fc from 'fast-check';
import { draftRule } from './draft-rule';

describe('draftRule', () => {
  it('keeps what a person has filled in so far', () => {
    const rule = {
      match: 'any',
      conditions: [
        { field: 'city', operator: '', value: null },
        { match: 'none', conditions: [{ field: 'age', operator: 'between', value: [1, null] }] },
      ],
    };
    expect(draftRule(rule)).toEqual(rule);
  });

  it('lets nothing else through', () => {
    const rule = {
      match: '$or',
      $where: '1',
      conditions: [{ field: { $gt: '' }, operator: 3, value: { $ne: 1 } }, 7],
    };
    expect(draftRule(rule)).toEqual({ match: 'all', conditions: [{ field: '', operator: '', value: null }] });
  });

  it('never throws and is done after one pass', () => {
    fc.assert(
      fc.property(fc.anything({ maxDepth: 5 }), (anything) => {
        const draft = draftRule(anything);
        expect(draftRule(draft)).toEqual(draft);
      }),
    );
  });
});
