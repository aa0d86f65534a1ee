// @ts-check
import { Redis } from 'ioredis';
import { randomPause, round } from '../round.mjs';

/** @type {import('../round.mjs').FaultKind} */
export const redisLost = {
  name: 'redis-lost',
  title: 'Redis flushed, Redis restarted',
  async run(context) {
    const { testbed, random, times } = context;
    for (let count = times(1, 8); count > 0; count -= 1) {
      await round(context, async () => {
        await randomPause(random);
        const redis = new Redis(testbed.services.redisUrl);
        await redis.flushall();
        redis.disconnect();
      });
      await round(context, async () => {
        await randomPause(random);
        await testbed.services.restartRedis();
      });
    }
  },
};
