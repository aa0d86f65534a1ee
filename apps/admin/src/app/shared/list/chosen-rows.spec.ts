import { ChosenRows } from './chosen-rows';

interface Row {
  id: string;
  canEdit: boolean;
}

describe('the chosen rows of a list', () => {
  const row = (id: string, canEdit = true): Row => ({ id, canEdit });
  const [a, b, locked] = [row('a'), row('b'), row('locked', false)];
  let chosen: ChosenRows<Row>;

  beforeEach(() => (chosen = new ChosenRows<Row>(({ canEdit }) => canEdit)));

  it('should keep what was chosen when other rows are shown', () => {
    chosen.choose([a], true);
    chosen.choose([b], true);
    chosen.choose([a], false);
    expect(chosen.items()).toEqual([b]);
    expect(chosen.of([a])).toBe('none');
  });

  it('should not choose what may not be chosen, and not wait for it to call the others all', () => {
    chosen.choose([a, locked], true);
    expect(chosen.items()).toEqual([a]);
    expect(chosen.of([a, locked])).toBe('all');
    expect(chosen.of([a, b, locked])).toBe('some');
    expect(chosen.of([locked])).toBe('none');
  });

  it('should let go of a row that may no longer be chosen', () => {
    chosen.choose([a, b], true);
    chosen.choose([{ ...a, canEdit: false }], true);
    expect(chosen.items()).toEqual([b]);
  });

  it('should forget them all', () => {
    chosen.choose([a, b], true);
    chosen.clear();
    expect(chosen.count()).toBe(0);
  });
});
