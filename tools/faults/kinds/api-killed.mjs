// @ts-check
import { randomPause, round, untilRun } from '../round.mjs';

/** @type {import('../round.mjs').FaultKind} */
export const apiKilled = {
  name: 'api-killed',
  title: 'kill -9 of the API, and of a worker while nobody can recover its run',
  async run(context) {
    const { testbed, random, times } = context;
    for (let count = times(1, 10); count > 0; count -= 1) {
      await round(context, async (runId) => {
        await randomPause(random);
        await testbed.killApi();
        const run = await untilRun(testbed, runId, ({ lease }) => lease !== null);
        const holder = run && testbed.holderOf(run);
        if (holder) {
          await testbed.killWorker(holder);
          await testbed.startWorker();
        }
        await randomPause(random);
        await testbed.startApi();
      });
    }
  },
};
