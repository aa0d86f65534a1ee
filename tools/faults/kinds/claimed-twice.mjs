// @ts-check
import Queue from 'bull';
import { randomPause, round, untilRun } from '../round.mjs';

/** @type {import('../round.mjs').FaultKind} */
export const claimedTwice = {
  name: 'claimed-twice',
  title: 'many jobs for one run, for two workers at once',
  async run(context) {
    const { testbed, random, times } = context;
    const queue = new Queue('export-runs', testbed.services.redisUrl, { prefix: 'audience-relay' });
    try {
      for (let count = times(1, 5); count > 0; count -= 1) {
        await round(context, async (runId) => {
          for (let moment = 0; moment < 4; moment += 1) {
            const run = await untilRun(testbed, runId, () => true);
            const jobs = Array.from({ length: 10 }, () => ({ data: { runId, dispatch: run.dispatch } }));
            await queue.addBulk(jobs);
            await randomPause(random, 800);
          }
        });
      }
    } finally {
      await queue.close();
    }
  },
};
