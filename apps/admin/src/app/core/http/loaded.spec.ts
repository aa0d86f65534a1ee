import { HttpErrorResponse } from '@angular/common/http';
import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Loaded } from './loaded';

describe('an answer of the API', () => {
  const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

  function load() {
    const id = signal<string | undefined>('a');
    const asked: { id: string; give: (value: string) => void; refuse: (error: unknown) => void }[] = [];
    const loaded = TestBed.runInInjectionContext(
      () =>
        new Loaded<string, string>({
          params: id,
          loader: (wanted) => new Promise((give, refuse) => asked.push({ id: wanted, give, refuse })),
        }),
    );
    const shown = () => ({ value: loaded.value(), problem: loaded.problem()?.code ?? null });
    return { id, asked, loaded, shown };
  }

  it('should be that of the newest question, whatever order answers come in', async () => {
    const { id, asked, shown } = load();
    await settled();
    id.set('b');
    await settled();
    expect(asked.map((question) => question.id)).toEqual(['a', 'b']);
    asked[1]!.give('of b');
    await settled();
    asked[0]!.give('of a');
    await settled();
    expect(shown()).toEqual({ value: 'of b', problem: null });
  });

  it('should be asked for again while it is awaited, and only the later answer shown', async () => {
    const { asked, loaded, shown } = load();
    await settled();
    loaded.reload();
    await settled();
    asked[1]!.give('new');
    asked[0]!.give('old');
    await settled();
    expect(shown().value).toBe('new');
  });

  it('should stay when asking again fails, and the failure be said until it is answered', async () => {
    const { asked, loaded, shown } = load();
    await settled();
    asked[0]!.give('first');
    await settled();
    expect(shown()).toEqual({ value: 'first', problem: null });
    loaded.reload();
    await settled();
    asked[1]!.refuse(new HttpErrorResponse({ status: 0 }));
    await settled();
    expect(shown()).toEqual({ value: 'first', problem: 'unreachable' });
    loaded.reload();
    await settled();
    asked[2]!.give('second');
    await settled();
    expect(shown()).toEqual({ value: 'second', problem: null });
  });

  it('should not be shown for another question, nor asked for without one', async () => {
    const { id, asked, shown } = load();
    await settled();
    asked[0]!.give('of a');
    await settled();
    expect(shown().value).toBe('of a');
    id.set(undefined);
    await settled();
    expect(shown().value).toBeUndefined();
    expect(asked).toHaveLength(1);
  });

  it('should take a change of what is shown, until the next answer', async () => {
    const { asked, loaded, shown } = load();
    await settled();
    asked[0]!.give('a');
    await settled();
    loaded.update((value) => `${value}!`);
    expect(shown().value).toBe('a!');
    loaded.reload();
    await settled();
    expect(shown().value).toBe('a!');
    asked[1]!.give('b');
    await settled();
    expect(shown().value).toBe('b');
  });
});
