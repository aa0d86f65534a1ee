import { setTimeout as sleep } from 'node:timers/promises';
import { RunLease } from './run-lease';

const held = { cancelRequested: false };

describe('a lease', () => {
  const leases: RunLease[] = [];
  const open = (extend: () => Promise<{ cancelRequested: boolean } | null>, leaseMs = 30) => {
    const lease = new RunLease(extend, leaseMs);
    leases.push(lease);
    return lease;
  };
  afterEach(() => leases.splice(0).forEach((lease) => lease.release()));

  const aborted = (signal: AbortSignal) =>
    new Promise<string>((resolve) => {
      const tell = () => resolve((signal.reason as { why: string }).why);
      if (signal.aborted) tell();
      else signal.addEventListener('abort', tell, { once: true });
    });

  it('stays while it is prolonged', async () => {
    const lease = open(() => Promise.resolve(held));
    await sleep(60);
    expect(lease.stopping.aborted).toBe(false);
  });

  it('ends at once when another claim exists', async () => {
    const lease = open(() => Promise.resolve(null));
    expect(await aborted(lease.signal)).toBe('superseded');
    expect(lease.stopping.aborted).toBe(true);
  });

  it('first only stops taking new batches when a person cancels', async () => {
    const lease = open(() => Promise.resolve({ cancelRequested: true }));
    expect(await aborted(lease.stopping)).toBe('cancelled');
    expect(lease.signal.aborted).toBe(false);
  });

  it('outlives a short absence of the database, and ends with a long one', async () => {
    let away = false;
    const lease = open(() => (away ? Promise.reject(new Error('away')) : Promise.resolve(held)), 60);
    away = true;
    await sleep(30);
    expect(lease.signal.aborted).toBe(false);
    expect(await aborted(lease.signal)).toBe('superseded');
  });
});
