import { randomBytes } from 'node:crypto';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { setTimeout as sleep } from 'node:timers/promises';
import { QueueDispatcher } from './queue-dispatcher';
import { QueueModule } from './queue.module';
import { SharedRateGate } from './shared-rate-gate';

describe('the shared allowance of a connection', () => {
  const prefix = `gate-${process.pid}-${randomBytes(3).toString('hex')}`;
  const workers: INestApplicationContext[] = [];
  let gates: SharedRateGate[];

  beforeAll(async () => {
    const redisUrl = process.env.TEST_REDIS_URL;
    if (!redisUrl) throw new Error('TEST_REDIS_URL is not set');
    for (let n = 0; n < 2; n += 1) {
      workers.push(
        await NestFactory.createApplicationContext(QueueModule.forRoot({ redisUrl, prefix }), {
          logger: false,
        }),
      );
    }
    gates = workers.map((worker) => worker.get(SharedRateGate));
  });

  afterAll(async () => {
    const { client } = workers[0]?.get(QueueDispatcher).queue('export-runs') ?? {};
    const keys = (await client?.keys(`${prefix}:*`)) ?? [];
    if (keys.length > 0) await client?.del(...keys);
    await Promise.all(workers.map((worker) => worker.close()));
  });

  const [first, second] = [0, 1].map((n) => ({
    reserve: (connection: string) => (gates[n] as SharedRateGate).reserve(connection, 'send'),
    report: (connection: string, news: object) =>
      (gates[n] as SharedRateGate).report(connection, 'send', [{ bucket: 'send', ...news }]),
  })) as [Gate, Gate];
  interface Gate {
    reserve(connection: string): Promise<number>;
    report(connection: string, news: object): Promise<void>;
  }

  it('lets calls go while nothing is known, and while at least half is left', async () => {
    expect(await first.reserve('unknown')).toBe(0);
    await first.report('half', { limit: 10, remaining: 8, resetAfterMs: 10_000 });
    expect(await Promise.all([first.reserve('half'), second.reserve('half')])).toEqual([0, 0]);
  });

  it('spreads the second half over what is left of the window, between all workers', async () => {
    await first.report('spread', { limit: 100, remaining: 10, resetAfterMs: 10_000 });
    const waits = [
      await first.reserve('spread'),
      await second.reserve('spread'),
      await first.reserve('spread'),
      await second.reserve('spread'),
    ];
    expect(waits[0]).toBe(0);
    for (let n = 1; n < waits.length; n += 1) {
      const step = (waits[n] ?? 0) - (waits[n - 1] ?? 0);
      expect(step).toBeGreaterThan(700);
      expect(step).toBeLessThan(1_500);
    }
  });

  it('makes every worker wait for the window when one was told that nothing is left', async () => {
    await first.report('empty', { remaining: 0, resetAfterMs: 1_000 });
    const waitMs = await second.reserve('empty');
    expect(waitMs).toBeGreaterThan(500);
    expect(waitMs).toBeLessThanOrEqual(1_000);
    expect(await second.reserve('other')).toBe(0);
    await sleep(waitMs + 50);
    expect(await second.reserve('empty')).toBe(0);
  });

  it('never hands out more places than are left, whoever asks', async () => {
    await first.report('race', { remaining: 5, resetAfterMs: 60_000 });
    const waits = await Promise.all(
      Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? first : second).reserve('race')),
    );
    expect(waits.filter((waitMs) => waitMs === 0)).toHaveLength(5);
  });

  it('believes the smaller number when answers of one window come out of order', async () => {
    await first.report('order', { remaining: 0, resetAfterMs: 5_000 });
    await second.report('order', { remaining: 7, resetAfterMs: 5_000 });
    expect(await first.reserve('order')).toBeGreaterThan(0);
  });
});
