import { RequestCoalescing } from './request-coalescing';

/** A read that ends when told. */
function held() {
  const ends: ((answer: string | Error) => void)[] = [];
  const read = () =>
    new Promise<string>((resolve, reject) => {
      ends.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer)));
    });
  return { ends, read };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('RequestCoalescing', () => {
  it('should answer all who asked during a read by one later read', async () => {
    const shared = new RequestCoalescing();
    const { ends, read } = held();
    const first = shared.read('a', read);
    const others = [1, 2, 3].map(() => shared.read('a', read));
    expect(ends).toHaveLength(1);

    ends[0]?.('before');
    await expect(first).resolves.toBe('before');
    await settled();
    expect(ends).toHaveLength(2);
    ends[1]?.('after');
    await expect(Promise.all(others)).resolves.toEqual(['after', 'after', 'after']);

    void shared.read('a', read);
    expect(ends).toHaveLength(3);
  });

  it('should give nobody what was read before they asked', async () => {
    const shared = new RequestCoalescing();
    let stored = 0;
    let given = 0;
    const read = async () => {
      const seen = stored;
      await settled();
      return seen;
    };
    const ask = async () => {
      const least = (stored += 1);
      expect(await shared.read('a', read)).toBeGreaterThanOrEqual(least);
      given += 1;
    };
    const asked: Promise<void>[] = [];
    for (let round = 0; round < 20; round += 1) {
      asked.push(ask(), ask());
      await (round % 3 === 0 ? settled() : Promise.resolve());
    }
    await Promise.all(asked);
    expect(given).toBe(40);
  });

  it('should keep different reads apart', async () => {
    const shared = new RequestCoalescing();
    const { ends, read } = held();
    const both = [shared.read('a', read), shared.read('b', read)];
    expect(ends).toHaveLength(2);
    ends[0]?.('of a');
    ends[1]?.('of b');
    await expect(Promise.all(both)).resolves.toEqual(['of a', 'of b']);
  });

  it('should fail only those whose read failed', async () => {
    const shared = new RequestCoalescing();
    const { ends, read } = held();
    const first = shared.read('a', read);
    const second = shared.read('a', read);
    ends[0]?.(new Error('away'));
    await expect(first).rejects.toThrow('away');
    await settled();
    ends[1]?.('back');
    await expect(second).resolves.toBe('back');
  });
});
