import { withDeadline } from './index';

const never = () => new Promise<string>(() => undefined);

describe('withDeadline', () => {
  it('should pass on what the work returns or throws, and leave no listener behind', async () => {
    const { signal } = new AbortController();
    const removed = jest.spyOn(signal, 'removeEventListener');
    const deadline = { service: 'Toy', signal, timeoutMs: 1_000 };
    await expect(withDeadline(deadline, async () => 'done')).resolves.toBe('done');
    await expect(withDeadline(deadline, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(removed).toHaveBeenCalledTimes(2);
  });

  it('should end work that never settles, at the time limit, and tell it to stop', async () => {
    const signals: AbortSignal[] = [];
    const deadline = { service: 'Toy', signal: new AbortController().signal, timeoutMs: 20 };
    const work = withDeadline(deadline, (signal) => {
      signals.push(signal);
      return never();
    });
    await expect(work).rejects.toMatchObject({
      kind: 'retryable',
      code: 'timeout',
      message: 'Toy did not answer within 0.02 seconds.',
    });
    expect(signals[0]?.aborted).toBe(true);
  });

  it('should end work that never settles when the caller wants to stop', async () => {
    const abort = new AbortController();
    const work = withDeadline({ service: 'Toy', signal: abort.signal, timeoutMs: 60_000 }, never);
    abort.abort(new Error('a reason with a secret'));
    await expect(work).rejects.toMatchObject({ code: 'aborted', message: 'The request to Toy was stopped.' });
  });

  it('should not begin when the caller has stopped already', async () => {
    const work = jest.fn(never);
    const deadline = { service: 'Toy', signal: AbortSignal.abort(), timeoutMs: 1_000 };
    await expect(withDeadline(deadline, work)).rejects.toMatchObject({ code: 'aborted' });
    expect(work).not.toHaveBeenCalled();
  });
});
